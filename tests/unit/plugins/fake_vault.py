# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Vault in a dictionary, behind ``httpx.MockTransport``, that keeps time by a clock the test moves."""

from __future__ import annotations

import itertools
import json
import threading
import typing as t
from dataclasses import dataclass, field

import httpx
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock, Moment

ADDRESS = "http://127.0.0.1:8200"


class FakeClock(Clock):
    """Time stands still unless somebody sleeps or the test moves it."""

    def __init__(self) -> None:
        self.steady, self.wall = 1000.0, 1_800_000_000.0

    def now(self) -> Moment:
        return Moment(self.steady, self.wall)

    def sleep(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds


@dataclass
class Token:
    name: str
    ends: float
    born: float
    renewable: bool = True
    revoked: bool = False


@dataclass
class FakeLease:
    lease_id: str
    token: Token
    ends: float
    born: float


@dataclass
class FakeVault:
    """What a test sets: TTLs, maxima and answers to give instead. What it reads: ``calls``, ``tokens``, ``leases``."""

    clock: FakeClock
    token_ttl: int = 3600
    token_max: int = 4 * 3600
    token_type: str = "service"
    num_uses: int = 0
    lease_ttl: int = 600
    lease_max: int = 3600
    renewable: bool = True
    sts: bool = False
    secret_id: str = "the-secret-id"
    kv: dict[str, t.Any] = field(default_factory=dict)
    # What to answer to the next requests of a path instead: status and body, or an exception to raise.
    instead: dict[str, list[t.Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, t.Any]] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    leases: dict[str, FakeLease] = field(default_factory=dict)
    _numbers: t.Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def client(self, connection: t.Mapping[str, t.Any]) -> Client:
        return Client(
            {"url": ADDRESS, **connection},
            transport=httpx.MockTransport(self.handle),
            clock=lambda: self.clock.steady,
            sleep=self.clock.sleep,
            jitter=lambda: 1.0,
        )

    def count(self, path: str) -> int:
        return sum(1 for _method, called, _body in self.calls if called == path)

    def alive(self, token: Token) -> bool:
        return not token.revoked and token.ends > self.clock.steady

    def open_leases(self) -> list[str]:
        return [one.lease_id for one in self.leases.values() if one.ends > self.clock.steady and self.alive(one.token)]

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        body = json.loads(request.content or "{}")
        with self._guard:
            self.calls.append((request.method, path, body))
            scripted = self.instead.get(path)
            if scripted:
                answer = scripted.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                if answer:
                    return httpx.Response(answer[0], json=answer[1])
            return self._serve(path, body, request.headers.get("X-Vault-Token", ""))

    def _serve(self, path: str, body: dict[str, t.Any], sent: str) -> httpx.Response:
        if path.startswith("auth/") and "/login" in path:
            return self._login(body)
        token = self.tokens.get(sent)
        if token is None or not self.alive(token):
            return _refuse(403, "permission denied", "invalid token")
        routes: dict[str, t.Callable[[dict[str, t.Any], Token], httpx.Response]] = {
            "auth/token/renew-self": self._renew_token,
            "auth/token/lookup-self": self._lookup,
            "auth/token/revoke-self": self._revoke_token,
            "sys/leases/renew": self._renew_lease,
            "sys/leases/revoke": self._revoke_lease,
        }
        if path in routes:
            return routes[path](body, token)
        if path in self.kv:
            return httpx.Response(200, json={"data": self.kv[path], "lease_id": "", "lease_duration": 2764800})
        if path.startswith("aws/"):
            return self._mint(path, token)
        return _refuse(404)

    def add_token(self, name: str, ttl: float = float("inf"), renewable: bool = False) -> Token:
        token = Token(name, self.clock.steady + ttl, self.clock.steady, renewable)
        self.tokens[name] = token
        return token

    def _login(self, body: dict[str, t.Any]) -> httpx.Response:
        if body.get("secret_id") != self.secret_id:
            return _refuse(400, "invalid role or secret ID")
        number = next(self._numbers)
        token = self.add_token(f"hvs.token-{number}", self.token_ttl, renewable=self.token_type == "service")
        return _auth(
            token, self.token_ttl, accessor=f"accessor-{number}", token_type=self.token_type, num_uses=self.num_uses
        )

    def _renew_token(self, body: dict[str, t.Any], token: Token) -> httpx.Response:
        if not token.renewable:
            return _refuse(400, "lease is not renewable")
        left = min(self.token_ttl, token.born + self.token_max - self.clock.steady)
        token.ends = self.clock.steady + left
        return _auth(token, int(left))

    def _lookup(self, body: dict[str, t.Any], token: Token) -> httpx.Response:
        endless = token.ends == float("inf")
        ttl = 0 if endless else int(token.ends - self.clock.steady)
        data = {"ttl": ttl, "renewable": token.renewable, "accessor": "given", "policies": ["default"], "num_uses": 0}
        return httpx.Response(200, json={"data": data})

    def _revoke_token(self, body: dict[str, t.Any], token: Token) -> httpx.Response:
        token.revoked = True
        return httpx.Response(204)

    def _mint(self, path: str, token: Token) -> httpx.Response:
        number = next(self._numbers)
        lease = FakeLease(f"{path}/{number}", token, self.clock.steady + self.lease_ttl, self.clock.steady)
        self.leases[lease.lease_id] = lease
        data = {
            "access_key": f"AK{number}",
            "secret_key": f"SK{number}",
            "session_token": f"ST{number}" if self.sts else None,
        }
        return httpx.Response(
            200,
            json={
                "lease_id": lease.lease_id,
                "lease_duration": self.lease_ttl,
                "renewable": self.renewable,
                "data": data,
            },
        )

    def _renew_lease(self, body: dict[str, t.Any], token: Token) -> httpx.Response:
        lease = self.leases.get(body["lease_id"])
        if lease is None or lease.ends <= self.clock.steady:
            return _refuse(400, "lease not found")
        left = min(self.lease_ttl, lease.born + self.lease_max - self.clock.steady)
        lease.ends = self.clock.steady + left
        return httpx.Response(200, json={"lease_id": lease.lease_id, "lease_duration": int(left), "renewable": True})

    def _revoke_lease(self, body: dict[str, t.Any], token: Token) -> httpx.Response:
        lease = self.leases.get(body["lease_id"])
        if lease:
            lease.ends = 0.0
        return httpx.Response(204)


def _auth(token: Token, ttl: int, **more: t.Any) -> httpx.Response:
    auth = {"client_token": token.name, "lease_duration": ttl, "renewable": token.renewable, **more}
    return httpx.Response(200, json={"auth": {"policies": ["default"], "metadata": {"nonce": "never-seen"}, **auth}})


def _refuse(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})
