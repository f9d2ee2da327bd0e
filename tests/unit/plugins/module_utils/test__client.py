# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, TransportError
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.scripted import (
    OK,
    SECRET,
    TOKEN,
    Script,
    ok,
    refuse,
)


def test_what_is_sent() -> None:
    script = Script(ok(), namespace="teams/a/")
    assert script.client.request("POST", "aws/creds/deploy", {"ttl": "1h"}, token=TOKEN, wrap_ttl="60s") == OK
    (request,) = script.requests
    assert str(request.url) == "https://vault.example:8200/v1/aws/creds/deploy"
    assert json.loads(request.content) == {"ttl": "1h"}
    assert dict(request.headers) == {
        "host": "vault.example:8200",
        "content-type": "application/json",
        "content-length": "13",
        "accept-encoding": "identity",
        "user-agent": "leasehold.vault",
        "x-vault-request": "true",
        "x-vault-token": TOKEN,
        "x-vault-namespace": "teams/a",
        "x-vault-wrap-ttl": "60s",
    }


def test_what_is_not_sent() -> None:
    script = Script(ok(), namespace="teams/a")
    script.client.request("LIST", "auth/approle/role", namespace="")
    (request,) = script.requests
    assert request.method == "LIST"
    assert request.content == b""
    assert not {"x-vault-token", "x-vault-namespace", "x-vault-wrap-ttl", "x-vault-index"} & set(request.headers)


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(204), httpx.Response(200), httpx.Response(202), refuse(404), httpx.Response(404)],
    ids=["204", "empty-200", "empty-202", "404", "empty-404"],
)
def test_nothing_to_say_is_none(answer: httpx.Response) -> None:
    assert Script(answer).client.request("GET", "aws/roles/x", token=TOKEN) is None


def test_404_to_a_write_that_finds_no_mount_is_no_success() -> None:
    nowhere = refuse(404, 'no handler for route "aws/roles/x"')
    assert Script(nowhere).client.request("GET", "aws/roles/x") is None
    assert Script(nowhere).fails("POST", "aws/roles/x", {}).kind == "absent"


def test_404_that_is_not_from_vault_is_no_absence() -> None:
    error = Script(httpx.Response(404, html="<h1>no such page</h1>")).fails("GET", "aws/roles/x")
    assert isinstance(error, TransportError)
    assert (error.kind, error.where["status"], error.where["content_type"]) == ("response", 404, "text/html")
    assert "no such page" not in str(error)


@pytest.mark.parametrize("value", ["", "a\nb", "a\x00b", "abc ", "ä", "\ufeffabc", "a\tb", "a\x1bb"])
@pytest.mark.parametrize("name", ["token", "namespace", "wrap_ttl"])
def test_f45_unfit_header_is_refused_unseen(name: str, value: str) -> None:
    script = Script(ok())
    if name == "namespace" and not value:
        return
    error = script.fails("GET", "aws/roles/x", **{name: value})
    assert isinstance(error, ConfigError)
    assert name in str(error)
    assert not value or value not in str(error)
    assert script.requests == []


@pytest.mark.parametrize("namespace", ["../a", "a//b", "a/./b", "a?b", "a%2f"])
def test_f92_namespace_with_tricks(namespace: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Script(ok(), namespace=namespace)
    assert caught.value.kind == "path"


def test_f91_path_that_no_builder_made_is_not_sent() -> None:
    script = Script(ok())
    assert script.fails("GET", "aws/creds/../../sys/seal").kind == "path"
    assert script.requests == []


@pytest.mark.parametrize("value", [{SECRET}, float("nan"), SECRET.encode()], ids=["set", "nan", "bytes"])
def test_unwritable_data_is_refused_unseen(value: object) -> None:
    script = Script(ok())
    error = script.fails("POST", "aws/roles/x", {"secret": value})
    assert isinstance(error, ConfigError)
    assert script.requests == []


@pytest.mark.parametrize("timeout", ["soon", 0, -1, float("nan"), float("inf")])
def test_timeout_has_to_be_a_time(timeout: object) -> None:
    with pytest.raises(ConfigError, match="timeout"):
        Script(ok(), timeout=timeout)


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (refuse(501), "config", "not initialised"),
        (refuse(405, "unsupported operation"), "config", "does not offer GET"),
        (refuse(403, "origin not allowed"), "permission", "origin not allowed"),
        (refuse(400, "no such role"), "response", "no such role"),
        (refuse(413), "response", "larger than Vault allows"),
        (refuse(418), "response", "does not use"),
    ],
)
def test_f23_final_answers(answer: httpx.Response, kind: str, text: str) -> None:
    script = Script(answer)
    error = script.fails("GET", "aws/roles/x", token=TOKEN)
    assert (error.kind, len(script.requests)) == (kind, 1)
    assert text in str(error)
    assert error.remedy


def test_f24_namespace_is_named() -> None:
    script = Script(refuse(403, "permission denied"), namespace="teams/a")
    assert "namespace=teams/a" in str(script.fails("GET", "aws/roles/x", token=TOKEN))
    assert "namespace=other" in str(script.fails("GET", "aws/roles/x", token=TOKEN, namespace="other/"))


def test_f36_dead_token() -> None:
    script = Script(refuse(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"))
    error = script.fails("GET", "aws/roles/x", token=TOKEN)
    assert isinstance(error, ApiError)
    assert (error.kind, error.status, len(script.requests)) == ("token", 403, 1)


@pytest.mark.parametrize(
    ("method", "capability"), [("GET", "read"), ("LIST", "list"), ("POST", "create or update"), ("DELETE", "delete")]
)
def test_f38_permission_names_path_and_capability(method: str, capability: str) -> None:
    error = Script(refuse(403, "permission denied")).fails(method, "aws/roles/x", token=TOKEN)
    assert error.kind == "permission"
    assert capability in error.remedy
    assert "path=aws/roles/x" in str(error)


@pytest.mark.parametrize(
    ("age", "left"), [("100", 3500), ("3600", 0), ("99999", 0), ("", 3600), ("-1", 3600), ("1.5", 3600), ("x", 3600)]
)
def test_f63_age_of_a_cached_answer(age: str, left: int) -> None:
    auth = {"client_token": "t", "lease_duration": 3600, "renewable": True}
    answer = httpx.Response(200, json={**OK, "lease_duration": 3600, "auth": auth}, headers={"Age": age})
    document = Script(answer).client.request("POST", "auth/approle/login", {})
    assert document
    assert (document["lease_duration"], document["auth"]["lease_duration"]) == (left, left)


def test_s30_no_secret_in_the_url_and_none_in_the_error() -> None:
    script = Script(refuse(400, f"bad {SECRET} from {TOKEN}", json.dumps(SECRET)))
    error = script.fails("POST", "auth/approle/login", {"deep": [{"secret_id": SECRET}]}, token=TOKEN)
    assert "bad *** from ***" in str(error)
    assert SECRET not in str(script.requests[0].url)


@pytest.mark.parametrize("pure", [True, False])
def test_s30_quoted_secret_is_scrubbed_too(pure: bool) -> None:
    secret = 'canary "with" \n lines and ö'
    script = Script(refuse(400, f"invalid value {json.dumps(secret, ensure_ascii=pure)}"))
    assert "canary" not in str(script.fails("POST", "sys/policies/acl/x", {"policy": secret}))


def test_s30_warnings_are_scrubbed_and_cleaned_as_errors_are() -> None:
    answer = httpx.Response(200, json={**OK, "warnings": [f"{TOKEN} ends\x1b[31m\nsoon", *["more"] * 100]})
    document = Script(answer).client.request("GET", "aws/creds/x", token=TOKEN)
    assert document
    assert document["warnings"] == ["*** ends soon", *["more"] * 4]


def test_error_text_in_full() -> None:
    script = Script(refuse(400, "unknown role: x"), namespace="ns1")
    assert str(script.fails("GET", "aws/roles/x", token=TOKEN)) == (
        "Vault refused the request: unknown role: x (vault=https://vault.example:8200 namespace=ns1 path=aws/roles/x"
        " status=400 tries=1 class=response). Check the options that went into it."
    )
