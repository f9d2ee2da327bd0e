# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of tokens and leases ask of Vault, and what they make of its answers."""

from __future__ import annotations

import json
import typing as t

import httpx
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, TransportError, VaultError
from ansible_collections.leasehold.vault.plugins.modules import (
    vault_lease,
    vault_lease_info,
    vault_token,
    vault_token_info,
)

Data = dict[str, t.Any]
TOKEN: Data = {
    "accessor": "a",
    "id": "",
    "policies": ["p"],
    "ttl": 60,
    "expire_time": "x",
    "renewable": True,
    "orphan": True,
}
LEASE: Data = {"id": "aws/creds/r/1", "ttl": 60, "expire_time": "x", "renewable": True}
AUTH: Data = {"accessor": "new", "policies": ["p"], "lease_duration": 60, "renewable": True, "orphan": True}
MADE = {"auth": {**AUTH, "client_token": "hvs.CANARY"}}


class Core:
    """Vault's tokens and leases: what of each is alive, and the answers to what is written, by path."""

    def __init__(self, answers: Data | None = None, tokens: Data | None = None, leases: Data | None = None) -> None:
        self.answers, self.tokens, self.leases = answers or {}, tokens or {}, leases or {}
        self.writes: list[tuple[str, Data]] = []
        self.headers: list[t.Mapping[str, str]] = []
        self.warnings: list[str] = []
        # What the releases of Vault say of a token that is gone, each with a status of its own.
        self.gone = httpx.Response(400, json={"errors": ["1 error occurred:\n\t* invalid accessor\n\n"]})
        carrier = httpx.MockTransport(self._handle)
        self._client = Client({"url": "http://127.0.0.1:8200"}, transport=carrier, sleep=lambda seconds: None)

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token="token", **rest)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path.removeprefix("/v1/"), json.loads(request.content or "{}")
        if path == "auth/token/lookup-accessor":
            return _told(self.tokens.get(body["accessor"])) or self.gone
        if path == "sys/leases/lookup":
            return _told(self.leases.get(body["lease_id"])) or _errors(400, "invalid lease")
        if request.method == "LIST":
            return self._list(path)
        self.writes.append((path, body))
        self.headers.append(request.headers)
        answer = self.answers.get(path)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer) if answer else httpx.Response(204)

    def _list(self, path: str) -> httpx.Response:
        if path == "auth/token/accessors":
            return httpx.Response(200, json={"data": {"keys": list(self.tokens)}})
        folder = path.removeprefix("sys/leases/lookup/") + "/"
        below = [lease_id.removeprefix(folder) for lease_id in self.leases if lease_id.startswith(folder)]
        keys = {name.partition("/")[0] + "/" * ("/" in name) for name in below}
        return httpx.Response(200, json={"data": {"keys": sorted(keys)}}) if keys else _errors(404)


def _told(facts: Data | None) -> httpx.Response | None:
    return httpx.Response(200, json={"data": facts}) if facts else None


def _errors(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})


def perform(module: t.Any, vault: Core, check: bool = False, **options: t.Any) -> Data:
    task = module.MODULE
    checked = ArgumentSpecValidator(task.argument_spec(), **task.rules).validate(options)
    if checked.error_messages:
        raise ValueError(checked.error_messages)
    result: Data = task.perform(vault, checked.validated_parameters, check)
    return result


# -- tokens

WAYS: dict[str, tuple[Data, str, Data]] = {
    "orphan": ({"policies": ["p"], "ttl": "1h"}, "auth/token/create-orphan", {"policies": ["p"], "ttl": "1h"}),
    "child": ({"orphan": False, "renewable": False}, "auth/token/create", {"renewable": False}),
    "role": ({"role_name": "ci", "entity_alias": "e"}, "auth/token/create/ci", {"entity_alias": "e"}),
    "batch": ({"type": "batch", "meta": {"a": "b"}}, "auth/token/create-orphan", {"type": "batch", "meta": {"a": "b"}}),
}


@pytest.mark.parametrize(("options", "path", "body"), WAYS.values(), ids=WAYS)
def test_a_token_is_made_as_told(options: Data, path: str, body: Data) -> None:
    vault = Core({path: MADE})
    assert perform(vault_token, vault, check=True, **options) == {"changed": True}
    assert vault.writes == []
    made = perform(vault_token, vault, **options)
    assert (made["changed"], made["token"], made["accessor"], made["ttl"]) == (True, "hvs.CANARY", "new", 60)
    assert vault.writes == [(path, body)]
    assert vault.warnings == []


def test_what_is_wrapped_is_not_told() -> None:
    vault = Core({"auth/token/create-orphan": {"wrap_info": {"token": "hvs.w", "wrapped_accessor": "a"}}})
    made = perform(vault_token, vault, wrap_ttl="60s")
    assert made == {"changed": True, "wrap_info": {"token": "hvs.w", "wrapped_accessor": "a"}}
    assert vault.headers[0]["X-Vault-Wrap-TTL"] == "60s"


CHILD = {"auth": {**AUTH, "client_token": "hvs.CANARY", "orphan": False}}
WRAPPED = {"wrap_info": {"token": "hvs.w", "wrapped_accessor": "a"}}


@pytest.mark.parametrize(
    ("answer", "orphan", "warns"),
    [(CHILD, True, True), (CHILD, False, False), (MADE, True, False), (WRAPPED, True, True), (WRAPPED, False, False)],
)
def test_a_token_that_would_end_with_the_run(answer: Data, orphan: bool, warns: bool) -> None:
    vault = Core({"auth/token/create/ci": answer}, tokens={"a": {**TOKEN, "orphan": False}})
    perform(vault_token, vault, role_name="ci", orphan=orphan)
    assert ["makes no orphans" in text for text in vault.warnings] == [True] * warns


def test_a_token_is_not_lost_over_a_question() -> None:
    vault = Core({"auth/token/create/ci": WRAPPED})
    vault.gone = _errors(403, "permission denied")
    assert perform(vault_token, vault, role_name="ci")["wrap_info"]["token"] == "hvs.w"
    assert vault.warnings == []


def test_who_may_not_make_orphans_hears_what_would_do() -> None:
    vault = Core({"auth/token/create-orphan": _errors(403, "permission denied")})
    with pytest.raises(ApiError, match=r"Allow update on auth/token/create-orphan, name a token role .* orphan: false"):
        perform(vault_token, vault)


def test_no_token_is_made_twice() -> None:
    vault = Core({"auth/token/create-orphan": httpx.ReadError("cut")})
    with pytest.raises(TransportError, match="Vault may have done what it was asked"):
        perform(vault_token, vault)
    assert len(vault.writes) == 1


def test_a_token_that_lives_is_not_made_again() -> None:
    vault = Core({"auth/token/create-orphan": MADE}, tokens={"a": TOKEN})
    kept = perform(vault_token, vault, accessor="a")
    assert (kept["changed"], kept["accessor"], "token" in kept) == (False, "a", False)
    assert perform(vault_token, vault, accessor="gone")["changed"]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_q41_a_token_that_is_gone(status: int) -> None:
    vault = Core()
    vault.gone = _errors(status, "1 error occurred:\n\t* invalid accessor\n\n")
    assert perform(vault_token, vault, state="absent", accessor="a") == {"changed": False}
    assert perform(vault_token_info, vault, accessor="a")["tokens"] == []
    assert vault.writes == []


def test_a_refusal_is_not_taken_for_gone() -> None:
    vault = Core()
    vault.gone = _errors(403, "permission denied")
    with pytest.raises(ApiError, match="Vault denied permission"):
        perform(vault_token, vault, state="absent", accessor="a")


def test_a_token_is_revoked_once() -> None:
    vault = Core(tokens={"a": TOKEN})
    assert perform(vault_token, vault, check=True, state="absent", accessor="a") == {"changed": True}
    assert vault.writes == []
    assert perform(vault_token, vault, state="absent", accessor="a") == {"changed": True}
    assert vault.writes == [("auth/token/revoke-accessor", {"accessor": "a"})]


def test_a_token_is_never_told_by_a_lookup() -> None:
    vault = Core(tokens={"a": {**TOKEN, "id": "hvs.CANARY"}, "b": TOKEN})
    assert "CANARY" not in str(perform(vault_token_info, vault, accessor="a"))
    assert perform(vault_token_info, vault)["accessors"] == ["a", "b"]


# -- renewals, of both

RENEWALS: dict[str, tuple[Data, str | None, bool | str]] = {
    "always": ({}, None, True),
    "due": ({}, "2m", True),
    "not due": ({}, "30s", False),
    "no end": ({"expire_time": None, "ttl": 0, "renewable": False}, "1d", False),
    "not renewable, and not due": ({"renewable": False}, "30s", False),
    "not renewable": ({"renewable": False}, "2m", "Vault does not renew this"),
    "no duration": ({}, "soon", "renew_before is not a duration"),
}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("kind", ["token", "lease"])
@pytest.mark.parametrize(("facts", "renew_before", "expected"), RENEWALS.values(), ids=RENEWALS)
def test_what_is_renewed(facts: Data, renew_before: str | None, expected: bool | str, kind: str, check: bool) -> None:
    vault = Core(
        {
            "auth/token/renew-accessor": {"auth": {**AUTH, "client_token": "", "lease_duration": 7200}},
            "sys/leases/renew": {"lease_id": LEASE["id"], "lease_duration": 7200, "warnings": ["capped"]},
        },
        tokens={"a": {**TOKEN, **facts}},
        leases={LEASE["id"]: {**LEASE, **facts}},
    )
    module, which = (vault_token, {"accessor": "a"}) if kind == "token" else (vault_lease, {"lease_id": LEASE["id"]})
    options = {"state": "renewed", **which, "increment": "2h", "renew_before": renew_before}
    if isinstance(expected, str):
        with pytest.raises(VaultError, match=expected):
            perform(module, vault, check, **options)
        return
    result = perform(module, vault, check, **options)
    renewed = expected and not check
    assert [body for _path, body in vault.writes] == [{**which, "increment": "2h"}] * renewed
    left = {"ttl": 7200 if renewed else facts.get("ttl", 60)} if renewed or not expected else {}
    assert {name: result[name] for name in ("changed", "ttl") if name in result} == {"changed": expected, **left}


@pytest.mark.parametrize(("module", "which"), [(vault_token, "accessor"), (vault_lease, "lease_id")])
def test_what_is_gone_is_not_renewed(module: t.Any, which: str) -> None:
    with pytest.raises(ApiError, match="There is no such"):
        perform(module, Core(), check=True, **{"state": "renewed", which: "x"})


# -- leases

LEASES = {name: {**LEASE, "id": name} for name in ("aws/creds/r/1", "aws/creds/r/2", "aws/creds/role/3", "aws/4")}
REVOKE, PREFIX, FORCE = "sys/leases/revoke", "sys/leases/revoke-prefix", "sys/leases/revoke-force"
CONSENT = {"force": True, "accept_leftovers": True}
REVOCATIONS: dict[str, tuple[Data, list[tuple[str, Data]]]] = {
    "q51 one": ({"lease_id": "aws/4"}, [(REVOKE, {"lease_id": "aws/4", "sync": True})]),
    "q51 one, later": ({"lease_id": "aws/4", "sync": False}, [(REVOKE, {"lease_id": "aws/4", "sync": False})]),
    "one that is gone": ({"lease_id": "aws/5"}, []),
    "q51 all": ({"prefix": "aws/creds/r"}, [(f"{PREFIX}/aws/creds/r", {"sync": True})]),
    "q51 all, later": ({"prefix": "/aws/creds/r/", "sync": False}, [(f"{PREFIX}/aws/creds/r", {"sync": False})]),
    "all of a part of a name": ({"prefix": "aws/creds/ro"}, []),
    "all, whatever comes": ({"prefix": "aws", **CONSENT}, [(f"{FORCE}/aws", {"sync": True})]),
    "whatever comes of nothing": ({"prefix": "gcp", **CONSENT}, []),
}


@pytest.mark.parametrize(("options", "writes"), REVOCATIONS.values(), ids=REVOCATIONS)
def test_what_is_revoked(options: Data, writes: list[tuple[str, Data]]) -> None:
    vault = Core(leases=LEASES)
    assert perform(vault_lease, vault, check=True, state="absent", **options) == {"changed": bool(writes)}
    assert vault.writes == []
    assert perform(vault_lease, vault, state="absent", **options) == {"changed": bool(writes)}
    assert vault.writes == writes


WRONG: dict[str, tuple[Data, str]] = {
    "force alone": ({"prefix": "aws", "force": True}, "force is given without its confirmation"),
    "force denied": ({"prefix": "aws", "force": True, "accept_leftovers": False}, "without its confirmation"),
    "force of one": ({"lease_id": "aws/4", **CONSENT}, "prefix"),
    "everything": ({"prefix": "/"}, "class=path"),
    "up and away": ({"prefix": "aws/../sys"}, "class=path"),
    "both": ({"prefix": "aws", "lease_id": "aws/4"}, "mutually exclusive"),
    "renew all": ({"prefix": "aws", "state": "renewed"}, "lease_id"),
}


@pytest.mark.parametrize(("options", "said"), WRONG.values(), ids=WRONG)
def test_refusals(options: Data, said: str) -> None:
    vault = Core(leases=LEASES)
    with pytest.raises((VaultError, ValueError), match=said):
        perform(vault_lease, vault, **{"state": "absent", **options})
    assert vault.writes == []


def test_a_revocation_that_fails_is_told() -> None:
    vault = Core({REVOKE: _errors(400, "failed to revoke entry: AccessDenied")}, leases=LEASES)
    with pytest.raises(ApiError, match="AccessDenied"):
        perform(vault_lease, vault, state="absent", lease_id="aws/4")


def test_leases_under_a_path() -> None:
    vault = Core(leases=LEASES)
    found = perform(vault_lease_info, vault, prefix="aws/")
    assert [one["id"] for one in found["leases"]] == ["aws/4", "aws/creds/r/1", "aws/creds/r/2", "aws/creds/role/3"]
    flat = perform(vault_lease_info, vault, prefix="aws", recursive=False)
    assert ([one["id"] for one in flat["leases"]], flat["folders"]) == (["aws/4"], ["aws/creds/"])
    assert perform(vault_lease_info, vault, prefix="gcp")["leases"] == []
    assert perform(vault_lease_info, vault, lease_id="gcp/1")["leases"] == []
    assert perform(vault_lease_info, vault, lease_id="aws/4")["leases"] == [LEASES["aws/4"]]
