# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault's AppRole behind ``httpx.MockTransport``, with the many ways in which it answers that something is missing."""

from __future__ import annotations

import itertools
import json
import time
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

Data = dict[str, t.Any]

SINCE_1_21 = "alias_metadata"
NEVER = "0001-01-01T00:00:00Z"
ROLE: Data = {
    "bind_secret_id": True,
    "local_secret_ids": False,
    "secret_id_bound_cidrs": None,
    "token_bound_cidrs": [],
    "token_policies": [],
    "token_no_default_policy": False,
    "token_type": "default",
    **dict.fromkeys(("secret_id_num_uses", "secret_id_ttl", "token_num_uses"), 0),
    **dict.fromkeys(("token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period"), 0),
}


@dataclass
class AppRole:
    """The method at ``auth/approle/``: its roles, their role_ids, and secret ids by their accessors."""

    roles: dict[str, Data] = field(default_factory=dict)
    role_ids: dict[str, str] = field(default_factory=dict)
    secret_ids: dict[str, Data] = field(default_factory=dict)
    knows_aliases: bool = True
    hides_roles: bool = False
    # What to answer to the next writes instead: an answer, or an exception to raise.
    instead: list[httpx.Response | Exception] = field(default_factory=list)
    writes: list[tuple[str, Data]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _numbers: t.Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        carrier = httpx.MockTransport(self._handle)
        self._client = Client({"url": "http://127.0.0.1:8200"}, transport=carrier, sleep=lambda seconds: None)

    # -- what a module is given

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token="token", **rest)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def register(self, secret_id: str, seconds: float | None = None, **facts: t.Any) -> str:
        """One more secret id, which ends so many seconds from now."""
        accessor = f"accessor-{next(self._numbers)}"
        ends = NEVER if seconds is None else datetime.fromtimestamp(time.time() + seconds, UTC).isoformat()
        known = {"metadata": {}, "expiration_time": ends, "secret_id_ttl": int(seconds or 0), "secret_id_num_uses": 0}
        self.secret_ids[accessor] = {**known, **facts, "secret_id_accessor": accessor, "secret_id": secret_id}
        return accessor

    # -- what answers

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        body = json.loads(request.content or "{}")
        if path.startswith("sys/internal/ui/mounts/"):
            there = path.startswith("sys/internal/ui/mounts/auth/approle/")
            return (
                _data({"path": "auth/approle/"}) if there else _errors(403, "preflight capability check returned 403")
            )
        if not path.startswith("auth/approle/role"):
            return _errors(404, "no handler for route")
        name, _slash, what = path.removeprefix("auth/approle/role").strip("/").partition("/")
        if request.method == "POST" and not what.endswith("/lookup"):
            self.writes.append((path, body))
            if self.instead:
                answer = self.instead.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer
        return (
            self._secret_id(request, name, what, body)
            if what.startswith(SECRET_ID)
            else self._role(request, name, what, body)
        )

    def _role(self, request: httpx.Request, name: str, what: str, body: Data) -> httpx.Response:
        if request.method == "LIST":
            return _data({"keys": sorted(self.roles)}) if self.roles else _errors(404)
        if request.method == "POST":
            return self._write(name, body)
        if self.hides_roles:
            return _errors(403, "permission denied")
        if name not in self.roles:
            return _errors(404)
        if request.method == "DELETE":
            del self.roles[name]
            return httpx.Response(204)
        return _data({"role_id": self.role_ids[name]} if what == "role-id" else self.roles[name])

    def _write(self, name: str, body: Data) -> httpx.Response:
        if name in self.roles and "local_secret_ids" in body:
            return _errors(400, "local_secret_ids can only be modified during role creation")
        taken = [role_id for role, role_id in self.role_ids.items() if role != name]
        if body.get("role_id") in taken:
            return _errors(500, "1 error occurred:\n\t* role_id already in use\n\n")
        assert body.get("token_type") not in ("default-service", "default-batch"), "Vault would warn"
        kept = {key: _kept(key, value) for key, value in body.items() if key != "role_id"}
        if not self.knows_aliases:
            kept.pop(SINCE_1_21, None)
        self.roles[name] = {**ROLE, **self.roles.get(name, {}), **kept}
        self.role_ids[name] = body.get("role_id") or self.role_ids.get(name) or f"role-id-of-{name}"
        return httpx.Response(204)

    def _secret_id(self, request: httpx.Request, name: str, what: str, body: Data) -> httpx.Response:
        missing = f'role "{name}" does not exist'
        if request.method == "LIST":
            if name not in self.roles:
                return _errors(400, missing)
            return _data({"keys": list(self.secret_ids)}) if self.secret_ids else _errors(404)
        if name not in self.roles:
            return _errors(404 if what in ("secret-id", "custom-secret-id") else 500, missing)
        if what in ("secret-id", "custom-secret-id"):
            return self._make(request, body)
        by_name = body.get("secret_id_accessor")
        accessors = (
            [by_name] if by_name else [a for a, one in self.secret_ids.items() if one["secret_id"] == body["secret_id"]]
        )
        found = [self.secret_ids[accessor] for accessor in accessors if accessor in self.secret_ids]
        if not found:
            return self._nothing(what)
        if what.endswith("/destroy"):
            del self.secret_ids[accessors[0]]
            return httpx.Response(204)
        return _data({key: value for key, value in found[0].items() if key != "secret_id"})

    def _nothing(self, what: str) -> httpx.Response:
        sentence = 'failed to find accessor entry for secret_id_accessor: "x"'
        if what == "secret-id-accessor/destroy":
            return _errors(500, sentence)
        if what == "secret-id-accessor/lookup":
            return httpx.Response(404, json={"data": {"error": sentence}})
        return httpx.Response(204)

    def _make(self, request: httpx.Request, body: Data) -> httpx.Response:
        secret_id = body.get("secret_id", f"made-up-{len(self.secret_ids)}")
        if any(one["secret_id"] == secret_id for one in self.secret_ids.values()):
            return _errors(500, "failed to store secret_id: SecretID is already registered")
        metadata = body.get("metadata", "{}")
        assert isinstance(metadata, str), "Vault wants one text"
        accessor = self.register(secret_id, metadata=json.loads(metadata))
        wrap_ttl = request.headers.get("X-Vault-Wrap-TTL")
        if wrap_ttl:
            return httpx.Response(200, json={"wrap_info": {"token": "hvs.wrapping", "wrapped_accessor": accessor}})
        return _data(self.secret_ids[accessor])


SECRET_ID = ("secret-id", "custom-secret-id")


def _kept(name: str, value: t.Any) -> t.Any:
    """What is stored of a value that was sent."""
    if name == "token_bound_cidrs":
        return [item.removesuffix("/32").removesuffix("/128") for item in value]
    if name.endswith(("_ttl", "_period")):
        return {"": 0, "10m": 600, "1h": 3600}.get(value, value)
    return value


def _data(data: Data) -> httpx.Response:
    return httpx.Response(200, json={"data": data})


def _errors(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})
