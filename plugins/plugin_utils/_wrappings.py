# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Response-wrapping tokens: looked at first, unwrapped once in a run, and what was in them forgotten in time."""

from __future__ import annotations

import hashlib
import threading
import typing as t
from dataclasses import dataclass

from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    AuthError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.module_utils._values import opaque
from ansible_collections.leasehold.vault.plugins.plugin_utils._server import Server
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock

Document = dict[str, t.Any]


class Expected(t.NamedTuple):
    """Where a token has to have been made; what it is for and which option says so, in words."""

    path: str
    what: str
    option: str


def look(server: Server, token: str, expected: Expected, **rest: t.Any) -> Document:
    """What Vault tells of a wrapping token without unwrapping it, if it was made where it should have been."""
    try:
        answer = server.request("POST", "sys/wrapping/lookup", {"token": token}, **rest)
    except ApiError as problem:
        raise _not_valid(expected, problem) from None
    info = (answer or {}).get("data") or {}
    check(info.get("creation_path"), expected)
    return dict(info)


def unwrap(server: Server, token: str, expected: Expected, **rest: t.Any) -> Document:
    """What is in it, once; a second try would meet a token that is used up, and look like an interception."""
    try:
        answer = server.request("POST", "sys/wrapping/unwrap", token=token, retry="never", **rest)
    except ApiError as problem:
        raise _not_valid(expected, problem) from None
    return answer or {}


def check(found: str | None, expected: Expected) -> None:
    """Refuse to unwrap a token that was not made where it should have been: it may have been swapped."""
    path = expected.path.strip("/")
    if found != path:
        raise AuthError(
            f"The wrapping token{expected.what} was made elsewhere than {expected.option} says; it was not unwrapped",
            where={"expected": path},
            remedy="Treat this as a possible interception: find out who made this token before you use a new one.",
        )


def _not_valid(expected: Expected, problem: ApiError) -> VaultError:
    if problem.status != 400:
        return problem
    return AuthError(
        f"The wrapping token{expected.what} is not valid: it was used before, or has expired",
        where=problem.where,
        remedy="If nobody of yours has unwrapped it, treat this as a possible interception.",
    )


@dataclass
class Opened:
    """A token that this run has unwrapped. ``answer`` is what was in it, ``problem`` why nobody will ever know."""

    path: str
    ends: float
    ttl: int
    answer: Document | None = None
    problem: VaultError | None = None


class Wrappings:
    """The tokens that one run unwraps. What was in one is remembered for as long as the token could have lived."""

    def __init__(self, clock: Clock, log: t.Callable[..., None]) -> None:
        self._clock, self._log = clock, log
        self._opened: dict[str, Opened] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def open(self, server: Server, token: str, path: str) -> Document:
        """Vault's whole answer; all callers of a run get the same one, of whom only the first asks Vault."""
        opaque("the wrapping token", token)
        expected = Expected(path, "", "creation_path")
        key = hashlib.sha256(token.encode()).hexdigest()
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            self.forget()
            opened = self._opened.get(key) or self._unwrap(key, server, token, expected)
        check(opened.path, expected)
        answer = opened.answer
        if opened.problem:
            raise opened.problem.with_traceback(None)
        if answer is None:
            raise AuthError(
                f"This run has unwrapped the token, and forgotten what was in it after its TTL of {opened.ttl} s",
                where={"path": opened.path},
                remedy="Keep what you need for longer with set_fact.",
            )
        return answer

    def forget(self) -> None:
        """Drop what was in tokens whose time is over."""
        now = self._clock.now().steady
        for opened in list(self._opened.values()):
            if opened.ends <= now:
                opened.answer = None

    def _unwrap(self, key: str, server: Server, token: str, expected: Expected) -> Opened:
        info = look(server, token, expected)
        ttl = int(info.get("creation_ttl") or 0)
        opened = Opened(info["creation_path"], self._clock.now().steady + ttl, ttl)
        try:
            opened.answer = unwrap(server, token, expected)
        except TransportError as problem:
            if not problem.processed:
                raise
            opened.problem = TransportError(
                f"What was wrapped may be lost: Vault's answer did not get here. {problem.cause}",
                kind=problem.kind,
                where=problem.where,
                remedy="It is not asked for again. Have a new token made.",
            )
        self._opened[key] = opened
        self._log("unwrap", path=opened.path, kept=ttl)
        return opened


__all__ = ("Expected", "Wrappings", "check", "look", "unwrap")
