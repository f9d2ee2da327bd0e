# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Logins of one run: each identity logs in once, its token is renewed, and revoked when the run ends."""

from __future__ import annotations

import functools
import threading
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _auth
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    AuthError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.module_utils._refused import login_refused
from ansible_collections.leasehold.vault.plugins.module_utils._values import opaque
from ansible_collections.leasehold.vault.plugins.plugin_utils._proofs import prove
from ansible_collections.leasehold.vault.plugins.plugin_utils._server import (
    REFUSED_FOR,
    Failures,
    Server,
    may_pass,
    retry_pause,
    was_lost,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils._session import Session, from_login
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock, Moment, Term
from ansible_collections.leasehold.vault.plugins.plugin_utils._wrappings import Expected, look, unwrap

Log = t.Callable[..., None]


class Sessions:
    """The tokens of one run, by identity."""

    def __init__(self, clock: Clock, log: Log, warn: t.Callable[[str], None]) -> None:
        self._clock, self._log, self._warn = clock, log, warn
        self._current: dict[t.Hashable, Session] = {}
        self._failures = Failures(clock)
        self._unwrapped: dict[t.Hashable, str] = {}
        self._locks: dict[t.Hashable, threading.Lock] = {}
        self._guard = threading.Lock()
        self._closed = False
        self.all: list[Session] = []

    def get(
        self,
        key: t.Hashable,
        server: Server,
        who: t.Mapping[str, t.Any],
        *,
        revoke: bool = True,
        at_least: float | None = None,
    ) -> Session:
        """The token of this identity, logged in once; and again where the old token can't live long enough."""
        arrived = self._clock.now()
        session = self._current.get(key)
        if session and session.usable(arrived, at_least):
            return session
        with self._lock(key):
            session = self._current.get(key)
            if session and (session.usable(self._clock.now(), at_least) or self._stretch(session, at_least)):
                return session
            self._failures.check(key, arrived)
            try:
                return self._open(key, server, who, revoke)
            except VaultError as problem:
                self._failures.remember(key, problem, REFUSED_FOR if isinstance(problem, AuthError) else 0.0)
                raise

    def retire(self, key: t.Hashable) -> None:
        """The next caller logs in anew; what was made with the old token lives on."""
        if key in self._current:
            self._current[key].retired = True

    def _lock(self, key: t.Hashable) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _stretch(self, session: Session, at_least: float | None) -> bool:
        if session.alive and not session.retired and not session.spent and session.renewable:
            self.renew(session)
        now = self._clock.now()
        # A token that somebody gave us can't be replaced: it serves as long as it lives.
        lives_on = session.given and session.alive and session.term.remaining(now) > 0
        return lives_on or session.usable(now, at_least)

    def _open(self, key: t.Hashable, server: Server, who: t.Mapping[str, t.Any], revoke: bool) -> Session:
        self.check_open()
        known = _auth.secrets(who)
        known.update(self._unwrap(key, server, known))
        known.update(prove(known, server.address, self._warn, self._log))
        request = _auth.login_request(known)
        since = self._clock.now()
        if request:
            try:
                session = self._login(server, who, request, since, revoke)
            except ApiError as problem:
                raise login_refused(known, problem, self._clock.now().wall) from None
        else:
            term, nothing_to_know = Term(since, None), who["method"] == "none"
            session = Session(server, who, known.get("token"), True, term, revoke=revoke, known=nothing_to_know)
        if known.get("token_validate"):
            self.learn(session, strict=True)
        with self._guard:
            self._current[key] = session
            self.all.append(session)
            closed = self._closed
        if closed and session.is_ours:
            # The run ended while this login was under way.
            self.revoke(session)
        self.check_open()
        return session

    def _unwrap(self, key: t.Hashable, server: Server, known: t.Mapping[str, t.Any]) -> dict[str, str]:
        """The secret_id out of its wrapping; it can be had only once, so it is kept for a second login."""
        expected = known.get("secret_id_wrapped_at")
        if not expected:
            return {}
        if key not in self._unwrapped:
            wrapping, where = known["secret_id"], Expected(expected, " for secret_id", "secret_id_wrapped_at")
            look(server, wrapping, where, namespace=known["namespace"])
            answer = unwrap(server, wrapping, where, namespace=known["namespace"])
            self._unwrapped[key] = (answer.get("data") or {}).get("secret_id", "")
            opaque("the unwrapped secret_id", self._unwrapped[key])
        return {"secret_id": self._unwrapped[key]}

    def _login(
        self,
        server: Server,
        who: t.Mapping[str, t.Any],
        request: tuple[str, dict[str, t.Any]],
        since: Moment,
        revoke: bool,
    ) -> Session:
        path, body = request
        send = functools.partial(server.request, "POST", path, body, namespace=who["namespace"], retry="unprocessed")
        session = from_login(server, who, path, self._twice(send, path), since, revoke)
        self._log(
            "login", method=who["method"], path=path, accessor=session.accessor or "none", ttl=session.term.seconds
        )
        if session.batch and revoke:
            self._warn(
                "This login gives batch tokens, which Vault can't revoke: leases made with them last until their TTL "
                "unless its policy allows update on sys/leases/revoke."
            )
        return session

    def _twice(self, send: t.Callable[[], t.Any], path: str) -> t.Any:
        """The answer to a login. If it gets lost, so does its token: one more try makes that no worse."""
        try:
            return send()
        except TransportError as problem:
            if not was_lost(problem):
                raise
        self._log("login-again", path=path, reason="the answer was lost: possibly a token that ends with its TTL")
        return send()

    def learn(self, session: Session, strict: bool = False) -> None:
        """Ask Vault how long a given token lives; a token that may not ask about itself is used as it is."""
        session.known = True
        since = self._clock.now()
        try:
            data = (session.about_itself("GET", "auth/token/lookup-self") or {}).get("data") or {}
        except ApiError as problem:
            if strict:
                raise AuthError("Vault does not accept the token", where=problem.where, remedy=_TOKEN_REMEDY) from None
            return
        session.term = Term(since, data.get("ttl") or None)
        session.accessor = data.get("accessor") or ""
        session.policies = list(data.get("policies") or ())
        session.metadata = dict(data.get("meta") or {})
        session.renewable = bool(data.get("renewable"))
        session.uses_left = data.get("num_uses") or None

    def renew(self, session: Session) -> bool:
        """One try to renew a token; a refusal, or a shorter answer, makes it the last."""
        since = self._clock.now()
        try:
            answer = session.about_itself(
                "POST", "auth/token/renew-self", {"increment": int(session.term.full or 0)}, retry="never"
            )
        except VaultError as problem:
            if may_pass(problem):
                session.retry_at = since.steady + retry_pause(session.term.remaining(since))
            else:
                session.renewable = False
                session.alive = session.alive and problem.kind != "token"
            self._log("renew-failed", accessor=session.accessor, reason=problem.kind)
            return False
        seconds = ((answer or {}).get("auth") or {}).get("lease_duration") or 0
        session.renewable = session.renewable and not session.term.shortened(seconds)
        session.term = session.term.renewed(since, seconds)
        session.renewals += 1
        self._log("renew", accessor=session.accessor, ttl=seconds)
        return True

    def renewing(self, now: Moment) -> list[Session]:
        """The tokens that are worth renewing some time."""
        with self._guard:
            everyone = list(self.all)
        able = [one for one in everyone if one.alive and one.renewable and not one.spent]
        return [one for one in able if one.term.remaining(now) > 0]

    def close(self) -> None:
        with self._guard:
            self._closed = True

    def check_open(self) -> None:
        """Whatever is under way when the run ends, nobody waits for it any more."""
        if self._closed:
            raise AuthError("The run has ended", kind="lease")

    def revoke(self, session: Session) -> bool:
        """Revoke a token that this run obtained; its leases go with it. True when nothing is left of it."""
        if session.alive and session.term.remaining(self._clock.now()) > 0:
            try:
                session.about_itself("POST", "auth/token/revoke-self", persist=True)
            except (ApiError, TransportError) as problem:
                if problem.kind != "token":
                    self._log("revoke-failed", accessor=session.accessor, reason=problem.kind)
                    return False
            self._log("revoke", accessor=session.accessor, leases=session.leases)
        session.alive = False
        return True


_TOKEN_REMEDY = "Log in again, or let this collection log in: auth_method: approle, for example."


__all__ = ("Sessions",)
