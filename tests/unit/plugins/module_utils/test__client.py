# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import email.utils
import json
import time
import typing as t

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    ConfigError,
    TransportError,
    VaultError,
)

TOKEN = "hvs.CANARY-token-0001"
SECRET = "canary-secret-id-0002"
OK = {"request_id": "", "lease_id": "", "renewable": False, "lease_duration": 0, "data": {"a": 1}, "auth": None}


class Script:
    """A Vault of scripted answers; the last one is repeated. Time only passes while the client sleeps."""

    def __init__(self, *answers: httpx.Response | Exception, **connection: t.Any) -> None:
        self._answers = list(answers)
        self._now = 1000.0
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.client = Client(
            {"url": "https://vault.example:8200", **connection},
            transport=httpx.MockTransport(self._answer),
            clock=lambda: self._now,
            sleep=self._sleep,
            jitter=lambda: 1.0,
        )

    def fails(self, *args: t.Any, **kwargs: t.Any) -> VaultError:
        with pytest.raises(VaultError) as caught:
            self.client.request(*args, **kwargs)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        assert str(caught.value).isprintable()
        assert TOKEN not in str(caught.value)
        assert SECRET not in str(caught.value)
        return caught.value

    def _answer(self, request: httpx.Request) -> httpx.Response:
        # A copy: the client keeps a request for its next try, and adds to its headers.
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        self.requests.append(copy)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._now += seconds


def refuse(status: int, *errors: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": errors}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def ok(**headers: str) -> httpx.Response:
    return httpx.Response(200, json=OK, headers={key.replace("_", "-"): value for key, value in headers.items()})


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


def test_unwritable_data_is_refused_unseen() -> None:
    script = Script(ok())
    error = script.fails("POST", "aws/roles/x", {"secret": {SECRET}})
    assert isinstance(error, ConfigError)
    assert script.requests == []


@pytest.mark.parametrize("timeout", ["soon", 0, -1, float("nan"), float("inf")])
def test_timeout_has_to_be_a_time(timeout: object) -> None:
    with pytest.raises(ConfigError, match="timeout"):
        Script(ok(), timeout=timeout)


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
def test_safe_requests_are_tried_four_times(status: int) -> None:
    script = Script(refuse(status), refuse(status), refuse(status), ok())
    assert script.client.request("GET", "aws/roles/x", token=TOKEN) == OK
    assert script.waits == [0.5, 1.0, 2.0]
    script = Script(refuse(status))
    error = script.fails("GET", "aws/roles/x", token=TOKEN)
    assert len(script.requests) == 4
    assert (error.where["tries"], error.where["status"]) == (4, status)


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (refuse(412), 4),
        (refuse(429), 4),
        (refuse(503), 4),
        (refuse(502, "ThrottlingException"), 4),
        (httpx.Response(502, html="bad gateway"), 1),
        (refuse(500), 1),
        (refuse(504), 1),
        (refuse(400), 1),
        (refuse(473), 1),
        (httpx.ConnectError("refused"), 4),
        (httpx.ConnectTimeout("late"), 4),
        (httpx.ReadError("reset"), 1),
        (httpx.ReadTimeout("late"), 1),
        (httpx.RemoteProtocolError("cut"), 1),
    ],
)
def test_minting_is_repeated_only_if_it_did_not_happen(answer: httpx.Response | Exception, tries: int) -> None:
    script = Script(answer)
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert len(script.requests) == tries
    if isinstance(error, TransportError):
        assert error.processed is (tries == 1)


@pytest.mark.parametrize("answer", [refuse(503), refuse(429, Retry_After="1"), httpx.ConnectError("refused")])
def test_never_is_never(answer: httpx.Response | Exception) -> None:
    script = Script(answer)
    script.fails("POST", "sys/wrapping/unwrap", retry="never")
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("2", [2.0]),
        ("0", [0.5]),
        ("30", [30.0]),
        ("-5", [0.5]),
        ("soon", [0.5]),
        ("", [0.5]),
        ("9" * 50, [0.5]),
        ("Wed, 21 Oct 2015 07:28:00 GMT", [0.5]),
    ],
)
def test_f14_retry_after(asked: str, waits: list[float]) -> None:
    script = Script(refuse(429, Retry_After=asked), ok())
    assert script.client.request("GET", "aws/roles/x") == OK
    assert script.waits == waits


def test_f14_retry_after_as_a_date() -> None:
    script = Script(refuse(429, Retry_After=email.utils.formatdate(time.time() + 10, usegmt=True)), ok())
    script.client.request("GET", "aws/roles/x")
    assert 8 < script.waits[0] <= 10


@pytest.mark.parametrize(("asked", "timeout"), [("99999", 60), ("31", 60), ("20", 15)])
def test_f14_retry_after_that_does_not_fit(asked: str, timeout: int) -> None:
    script = Script(refuse(429, Retry_After=asked), timeout=timeout)
    error = script.fails("GET", "aws/roles/x")
    assert f"asked to wait {asked} s" in str(error)
    assert (error.kind, script.waits) == ("rate", [])


def test_f14_the_smallest_jitter_is_no_hot_loop() -> None:
    script = Script(refuse(429, Retry_After="0"))
    script.client._jitter = lambda: 0.0
    script.fails("GET", "aws/roles/x")
    assert script.waits == [0.05, 0.05, 0.05]


def test_f15_lease_count_quota() -> None:
    error = Script(refuse(429, "lease count quota exceeded")).fails("POST", "aws/creds/x", {}, retry="unprocessed")
    assert error.kind == "rate"
    assert "lease count quota" in error.remedy


def test_f16_index_is_remembered() -> None:
    script = Script(ok(X_Vault_Index="v1:abc"), refuse(412), refuse(412, X_Vault_Index="v1:def"), refuse(412), ok())
    script.client.request("POST", "aws/roles/x", {})
    assert script.client.request("GET", "aws/roles/x") == OK
    assert [request.headers.get("x-vault-index") for request in script.requests] == [
        *(None, "v1:abc", "v1:abc", "v1:def", "v1:def")
    ]


def test_f16_index_exhausted() -> None:
    error = Script(refuse(412)).fails("GET", "aws/roles/x")
    assert (error.kind, error.where["tries"]) == ("consistency", 4)


def test_f16_index_that_is_no_header_is_forgotten() -> None:
    script = Script(ok(X_Vault_Index="a b"), ok())
    script.client.request("GET", "aws/roles/x")
    script.client.request("GET", "aws/roles/x")
    assert "x-vault-index" not in script.requests[1].headers


@pytest.mark.parametrize("status", [472, 473])
def test_f17_standby_on_a_data_path(status: int) -> None:
    script = Script(refuse(status))
    error = script.fails("GET", "aws/roles/x")
    assert (error.kind, len(script.requests)) == ("standby", 2)
    assert "check url" in str(error).lower()


def test_f20_sealed() -> None:
    script = Script(refuse(503, "Vault is sealed"))
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert (error.kind, len(script.requests)) == ("sealed", 4)
    assert str(error).startswith("Vault is sealed")
    script = Script(refuse(503, "Vault is sealed"), ok())
    assert script.client.request("GET", "aws/roles/x") == OK


def test_f21_no_active_node_is_waited_for() -> None:
    gone = refuse(500, "local node not active but active cluster node not found")
    assert Script(gone, refuse(503), httpx.ConnectError("refused"), ok()).client.request("GET", "aws/roles/x") == OK


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


def test_s30_quoted_secret_is_scrubbed_too() -> None:
    secret = 'canary "with" \n lines'
    script = Script(refuse(400, f"invalid value {json.dumps(secret)}"))
    assert "canary" not in str(script.fails("POST", "sys/policies/acl/x", {"policy": secret}))


def test_whole_call_ends_by_the_clock() -> None:
    script = Script(refuse(503, Retry_After="30"))
    script.fails("GET", "aws/roles/x")
    assert script.waits == [30.0]


def test_error_text_in_full() -> None:
    script = Script(refuse(400, "unknown role: x"), namespace="ns1")
    assert str(script.fails("GET", "aws/roles/x", token=TOKEN)) == (
        "Vault refused the request: unknown role: x (vault=https://vault.example:8200 namespace=ns1 path=aws/roles/x"
        " status=400 tries=1 class=response). Check the options that went into it."
    )
