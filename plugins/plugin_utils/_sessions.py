# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Logins of one run: each identity logs in once, its token is renewed, and revoked when the run ends."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

from ansible_collections.leasehold.vault.plugins.module_utils import _auth
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    AuthError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock, Moment, Term

# A wrong secret_id must not lock the account out, and a dead address must not be hammered, whatever the forks.
REFUSED_FOR = 30.0
UNREACHABLE_FOR = 10.0
CALLS_AT_ONCE = 8
# Vault revokes a token together with the answer to its last use: the use before that is kept for revoke-self.
SPARE_USES = 1

Log = t.Callable[..., None]


def may_pass(problem: VaultError) -> bool:
    """Whether the same request may well succeed a little later."""
    status = getattr(problem, "status", 0)
    return isinstance(problem, TransportError) or status >= 500 or status in (412, 429, 472, 473)


def retry_pause(remaining: float) -> float:
    """Seconds until a failed renewal is tried again: about four times before the end, but not every moment."""
    return max(2.0, remaining / 4)


class Failures:
    """What went wrong lately. Whoever was already waiting when it did gets the same answer, not a try of his own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[t.Hashable, tuple[float, float, VaultError]] = {}

    def remember(self, key: t.Hashable, problem: VaultError, seconds: float = 0.0) -> None:
        now = self._clock.now().steady
        self._known[key] = (now, now + seconds, problem)

    def check(self, key: t.Hashable, arrived: Moment) -> None:
        if key in self._known:
            at, until, problem = self._known[key]
            if at >= arrived.steady or self._clock.now().steady < until:
                raise problem.with_traceback(None)


class Server:
    """One Vault as this run sees it: its client, few calls at once, and a pause after it could not be reached."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self.address = client.address
        self._clock = clock
        self._slots = threading.BoundedSemaphore(CALLS_AT_ONCE)
        self._pause: tuple[float, TransportError] | None = None

    def request(self, method: str, path: str, data: t.Any = None, *, persist: bool = False, **rest: t.Any) -> t.Any:
        """One request; ``persist`` asks even an address that just now could not be reached (the end of the run)."""
        with self._slots:
            if self._pause and not persist and self._clock.now().steady < self._pause[0]:
                raise self._pause[1].with_traceback(None)
            try:
                answer = self.client.request(method, path, data, **rest)
            except TransportError as problem:
                if not problem.processed or problem.kind == "timeout":
                    self._pause = (self._clock.now().steady + UNREACHABLE_FOR, problem)
                raise
            self._pause = None
            return answer


@dataclass
class Session:
    """One token: whose it is, how long it lives, and whether the end of the run has to revoke it."""

    server: Server
    who: t.Mapping[str, t.Any]
    token: str | None
    given: bool
    term: Term
    accessor: str = ""
    policies: list[str] = field(default_factory=list)
    metadata: dict[str, t.Any] = field(default_factory=dict)
    renewable: bool = False
    batch: bool = False
    uses_left: int | None = None
    revoke: bool = True
    alive: bool = True
    retired: bool = False
    known: bool = True
    retry_at: float = 0.0
    renewals: int = 0
    leases: int = 0

    @property
    def method(self) -> str:
        return str(self.who["method"])

    def usable(self, now: Moment, at_least: float | None) -> bool:
        """Whether something new may be made with this token, so that it lives ``at_least`` that long."""
        spent = self.uses_left is not None and self.uses_left <= SPARE_USES and not self.given
        return self.alive and not self.retired and not spent and self.term.covers(at_least, now)

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        if self.uses_left is not None:
            self.uses_left -= 1
        return self.server.request(method, path, data, token=self.token, **rest)

    def about_itself(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        """A request about the token, which lives in the namespace of its login."""
        return self.request(method, path, data, namespace=self.who["namespace"], **rest)

    def renewal_due(self) -> float:
        return max(self.term.renewal_due(), self.retry_at)


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
        self, key: t.Hashable, server: Server, who: t.Mapping[str, t.Any], *, revoke: bool = True, at_least: float | None = None
    ) -> Session:
        """The token of this identity, logged in at most once; a new login where the old token can't live long enough."""
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
        if session.alive and not session.retired and session.renewable:
            self.renew(session)
        # A token that somebody gave us can't be replaced: it serves as long as it lives.
        return session.usable(self._clock.now(), at_least) or (
            session.given and session.alive and session.term.remaining(self._clock.now()) > 0
        )

    def _open(self, key: t.Hashable, server: Server, who: t.Mapping[str, t.Any], revoke: bool) -> Session:
        known = _auth.secrets(who)
        known.update(self._unwrap(key, server, known))
        request = _auth.login_request(known)
        since = self._clock.now()
        if request is None:
            session = Session(
                server, who, known.get("token"), True, Term(since, None), revoke=revoke, known=known["method"] == "none"
            )
            if known.get("token_validate"):
                self.learn(session, strict=True)
        else:
            session = self._login(server, who, request, since, revoke)
        with self._guard:
            self._current[key] = session
            self.all.append(session)
            closed = self._closed
        if closed:
            # The run ended while this login was under way.
            self.revoke(session)
            raise AuthError("The run has ended", kind="lease")
        return session

    def _unwrap(self, key: t.Hashable, server: Server, known: t.Mapping[str, t.Any]) -> dict[str, str]:
        """The secret_id out of its wrapping; it can be had only once, so it is kept for a second login."""
        expected = known.get("secret_id_wrapped_at")
        if not expected:
            return {}
        if key not in self._unwrapped:
            wrapping = known["secret_id"]
            try:
                info = server.request("POST", "sys/wrapping/lookup", {"token": wrapping}, namespace=known["namespace"])
                _auth.check_wrapping((info or {}).get("data") or {}, expected)
                answer = server.request(
                    "POST", "sys/wrapping/unwrap", token=wrapping, namespace=known["namespace"], retry="never"
                )
            except ApiError as problem:
                raise AuthError(
                    "The wrapping token for secret_id is not valid or does not exist: it was used before, or has expired",
                    where=problem.where,
                    remedy="If nobody of yours has unwrapped it, treat this as a possible interception.",
                ) from None
            self._unwrapped[key] = ((answer or {}).get("data") or {}).get("secret_id", "")
            _auth.check_opaque("the unwrapped secret_id", self._unwrapped[key])
        return {"secret_id": self._unwrapped[key]}

    def _login(
        self, server: Server, who: t.Mapping[str, t.Any], request: tuple[str, dict[str, t.Any]], since: Moment, revoke: bool
    ) -> Session:
        path, body = request
        try:
            answer = server.request("POST", path, body, namespace=who["namespace"], retry="unprocessed")
        except ApiError as problem:
            raise _login_refused(who["method"], problem) from None
        if not answer or not answer.get("auth"):
            raise AuthError("Vault knows no such login", where={"vault": server.address, "path": path}, remedy=_MOUNT_REMEDY)
        auth = answer["auth"]
        seconds = auth.get("lease_duration") or None
        session = Session(
            server,
            who,
            auth["client_token"],
            given=False,
            term=Term(since, seconds),
            accessor=auth.get("accessor") or "",
            policies=list(auth.get("policies") or ()),
            metadata={name: value for name, value in (auth.get("metadata") or {}).items() if name != "nonce"},
            renewable=bool(auth.get("renewable")),
            batch=auth.get("token_type") == "batch",
            uses_left=auth.get("num_uses") or None,
            revoke=revoke,
        )
        self._log("login", method=session.method, path=path, accessor=session.accessor or "none", ttl=seconds)
        if session.batch and revoke:
            self._warn(
                "This login gives batch tokens, which Vault can't revoke: leases made with them last until their TTL "
                "unless its policy allows update on sys/leases/revoke."
            )
        return session

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
            answer = session.about_itself("POST", "auth/token/renew-self", {"increment": int(session.term.full or 0)}, retry="never")
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
        return [session for session in everyone if session.alive and session.renewable and session.term.remaining(now) > 0]

    def close(self) -> None:
        with self._guard:
            self._closed = True

    def revoke(self, session: Session) -> bool:
        """Revoke a token that this run obtained; its leases go with it. True when nothing is left of it."""
        if session.given or session.batch or not session.revoke:
            return session.given or not session.revoke
        if session.alive and session.term.remaining(self._clock.now()) > 0:
            try:
                session.about_itself("POST", "auth/token/revoke-self", persist=True)
            except ApiError as problem:
                if problem.kind != "token":
                    self._log("revoke-refused", accessor=session.accessor, reason=problem.kind)
                    return False
            except TransportError as problem:
                self._log("revoke-failed", accessor=session.accessor, reason=problem.kind)
                return False
            self._log("revoke", accessor=session.accessor, leases=session.leases)
        session.alive = False
        return True


_MOUNT_REMEDY = "Check auth_method, mount_point and the namespace."
_TOKEN_REMEDY = "Log in again, or let this collection log in: auth_method: approle, for example."
_REMEDIES = {
    "approle": "Check role_id and secret_id; the secret_id's uses or TTL may be spent.",
    "jwt": "Check role and jwt; the JWT may have expired.",
    "kubernetes": "Check role and the service account that it is bound to.",
    "cert": "Check the client certificate and the role.",
}


def _login_refused(method: str, problem: ApiError) -> VaultError:
    if problem.kind in ("sealed", "standby", "rate", "consistency"):
        return problem
    said = "; ".join(problem.errors) or f"status {problem.status}"
    return AuthError(
        f"Vault refused the {method} login: {said}",
        where=problem.where,
        remedy=_REMEDIES.get(method, "Check username, password and mount_point.") + " It is not tried again for 30 s.",
    )


__all__ = ("CALLS_AT_ONCE", "Failures", "Server", "Session", "Sessions", "may_pass", "retry_pause")
