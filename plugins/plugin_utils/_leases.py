# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What one run has leased: made once per distinct request, handed out many times, renewed, replaced, revoked.

This is the keeper's mind without its process: no socket, no fork, and time only through a ``Clock``.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _auth
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    LeaseError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils import _aws
from ansible_collections.leasehold.vault.plugins.plugin_utils._ending import UnderWay, revoke_all, revoke_lease
from ansible_collections.leasehold.vault.plugins.plugin_utils._lease import Lease, lifetime
from ansible_collections.leasehold.vault.plugins.plugin_utils._server import (
    REFUSED_FOR,
    Failures,
    Server,
    may_pass,
    retry_pause,
    was_lost,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils._session import Session
from ansible_collections.leasehold.vault.plugins.plugin_utils._sessions import Sessions
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import ROUNDING, Clock, Moment, Term
from ansible_collections.leasehold.vault.plugins.plugin_utils._wrappings import Wrappings

# A token whose policy was widened in mid-run deserves one new login, but not one for every refused request.
SECOND_CHANCE_EVERY = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0

_SHORT_TOKEN = (
    "The token that was given can't be renewed and ends before what is leased with it, which ends with it. A login by "
    "this collection lasts as long as the run: auth_method: approle, for example."
)

Message = t.Mapping[str, t.Any]


class Leases:
    """Everything that one run holds; safe to call from many threads."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        log: t.Callable[..., None] = lambda event, **facts: None,
        connect: t.Callable[[Message], Client] = Client,
    ) -> None:
        self.clock = clock or Clock()
        self.log = log
        self._connect = connect
        self._servers: dict[str, Server] = {}
        self._held: dict[str, Lease] = {}
        self._failures = Failures(self.clock)
        self._chances: dict[str, float] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._said: set[str] = set()
        self._warnings: list[str] = []
        self._making = UnderWay()
        self._wrappings = Wrappings(self.clock, log)
        self.sessions = Sessions(self.clock, log, self._warn)
        self.all: list[Lease] = []

    # -- what callers ask for

    def read(self, ask: Message) -> dict[str, t.Any]:
        """The answer to one request: what is held of it where that will do, else a renewed or a new one."""
        ask = _complete(ask)
        key = _digest({part: ask.get(part) for part in ("connection", "who", "revoke", "path", "data")})
        min_ttl, arrived = ask.get("min_ttl"), self.clock.now()
        lease = None if ask.get("fresh") else self._held.get(key)
        if lease and lease.serves(min_ttl, arrived) and not lease.untried(ask):
            return lease.hand_out("held", arrived)
        with self._lock(key):
            self._failures.check(key, arrived)
            try:
                lease = None if ask.get("fresh") else self._held.get(key)
                how = self._revive(lease, ask) if lease else ""
                if not lease or not how:
                    lease, how = self._replace(key, ask), "made"
                if lease.untried(ask):
                    self._wait_for_aws(ask["wait"], lease)
            except VaultError as problem:
                self._failures.remember(key, problem, REFUSED_FOR if problem.kind == "aws-wait" else 0.0)
                raise
            return lease.hand_out(how, self.clock.now())

    def token(self, ask: Message) -> dict[str, t.Any]:
        """The token of one identity, for other tools."""
        session = self._session(_complete(ask), ask.get("min_ttl"), fresh=bool(ask.get("fresh")))
        if not session.known:
            self.sessions.learn(session)
        now = self.clock.now()
        left = session.term.remaining(now)
        return {
            "token": session.token,
            "accessor": session.accessor,
            "policies": session.policies,
            "metadata": session.metadata,
            "renewable": session.renewable,
            "ttl": None if session.term.seconds is None else int(left),
            "expires_at": None if session.term.seconds is None else now.wall + left,
        }

    def request(self, ask: Message, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        """One request of a module with this run's login; nothing of the answer is kept."""
        ask = _complete(ask)
        session = self._session(ask, None)
        try:
            return session.request(method, path, data, **rest)
        except ApiError as problem:
            if problem.kind != "token" or not self._deserves_new_login("", session, problem):
                raise
        session.retired = True
        return self._session(ask, None).request(method, path, data, **rest)

    def unwrap(self, ask: Message, token: str, path: str) -> dict[str, t.Any]:
        """What was wrapped at ``path``. It belongs to whoever wrapped it: it is neither renewed nor revoked here."""
        return self._wrappings.open(self._server(ask["connection"]), token, path)

    # -- making and keeping

    def _server(self, connection: Message) -> Server:
        key = _digest(connection)
        with self._guard:
            server = self._servers.get(key)
            if not server:
                server = self._servers[key] = Server(self._connect(connection), self.clock)
        if connection.get("validate_certs") is False:
            self._warn("validate_certs is off: anybody on the network path can read the token.")
        return server

    def _session(self, ask: Message, at_least: float | None, fresh: bool = False) -> Session:
        key = _digest({part: ask[part] for part in ("connection", "who", "revoke")})
        if fresh:
            self.sessions.retire(key)
        server = self._server(ask["connection"])
        return self.sessions.get(key, server, ask["who"], revoke=ask["revoke"], at_least=at_least)

    def _lock(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _revive(self, lease: Lease, ask: Message) -> str:
        """How a held lease can still be served, or an empty text."""
        min_ttl, now = ask.get("min_ttl"), self.clock.now()
        if lease.serves(min_ttl, now):
            return "held"
        if self._prolonged(lease, ask, now) and lease.serves(min_ttl, self.clock.now()):
            return "renewed"
        self._refuse_what_no_mint_can_keep(lease, min_ttl)
        now, pace = self.clock.now(), lease.pace()
        if min_ttl is None and lease.failing and lease.remaining(now) > pace.last_call():
            return "held"
        if min_ttl is None and lease.ends_with_a_given_token(now):
            return "held"
        since_mint = now.steady - lease.minted.steady
        if lease.remaining(now) <= 0 or since_mint >= pace.floor():
            return ""
        if min_ttl is None:
            return "held"
        self.clock.sleep(pace.floor() - since_mint)
        return ""

    def _prolonged(self, lease: Lease, ask: Message, now: Moment) -> bool:
        """Renew what ends too soon: the token that the lease hangs on, or the lease itself."""
        min_ttl = ask.get("min_ttl")
        wanted = lease.wanted(min_ttl)
        if lease.remaining(now) <= 0:
            return False
        if lease.session.term.remaining(now) < wanted:
            self._session(ask, min_ttl)
        return lease.term.remaining(now) >= wanted or (now.steady >= lease.retry_at and self.renew(lease))

    def _refuse_what_no_mint_can_keep(self, lease: Lease, min_ttl: float | None) -> None:
        granted = lease.granted()
        if min_ttl is not None and granted is not None and granted < min_ttl - ROUNDING and lease.session.alive:
            raise LeaseError(
                f"Vault grants {granted:.0f} s at {lease.path}, less than the min_ttl of {min_ttl:.0f} s",
                kind="truncated",
                where={"vault": lease.session.server.address, "path": lease.path},
                remedy="Raise the TTL of the role, the mount or the login token, or ask for a smaller min_ttl.",
            )

    def _replace(self, key: str, ask: Message) -> Lease:
        with self._making:
            lease = self._mint(key, ask)
            with self._guard:
                self.all.append(lease)
        if lease.term.seconds is not None or not _aws.is_credential(lease.data) or ask.get("static"):
            self._held[key] = lease
        else:
            # They could be dead at any time.
            self._warn(f"{lease.path} answers credentials without a TTL: each lookup makes new ones.")
        self._refuse_what_no_mint_can_keep(lease, ask.get("min_ttl"))
        return lease

    def _mint(self, key: str, ask: Message) -> Lease:
        """One new answer. A token that died, or whose policy may have changed since, gets one new login."""
        session = self._session(ask, ask.get("min_ttl"))
        try:
            return self._fetch(session, ask)
        except ApiError as problem:
            if not self._deserves_new_login(key, session, problem):
                raise
        session.retired = True
        return self._fetch(self._session(ask, ask.get("min_ttl")), ask)

    def _deserves_new_login(self, key: str, session: Session, problem: ApiError) -> bool:
        now = self.clock.now()
        if problem.kind == "token":
            session.alive = False
            # A token file may hold a newer token by now; a token that was handed to us can't change.
            return not session.given or "token_file" in session.who
        young = now.steady - session.born.steady < SECOND_CHANCE_EVERY
        if session.given or young or problem.kind != "permission":
            return False
        last = self._chances.get(key)
        self._chances[key] = now.steady
        return last is None or now.steady - last >= SECOND_CHANCE_EVERY

    def _fetch(self, session: Session, ask: Message) -> Lease:
        path, data = ask["path"], ask.get("data")
        since = self.clock.now()
        method = "POST" if data else "GET"
        try:
            answer = session.request(method, path, data or None, retry="unprocessed")
        except TransportError as problem:
            if session.given or not session.revoke or not was_lost(problem):
                raise
            # What the lost answer may have made dies with this run's token, so one more try harms nobody.
            self.log("mint-again", path=path, reason="the answer was lost: a possible orphan until the run ends")
            answer = session.request(method, path, data or None, retry="unprocessed")
        if answer is None:
            namespace = ask["connection"].get("namespace")
            raise ApiError(
                f"Vault has nothing at {path}",
                kind="absent",
                where={"vault": session.server.address, "namespace": namespace, "path": path},
                remedy="Check the mount, the name and the namespace; they may also be hidden from this token.",
            )
        return self._record(session, path, since, answer)

    def _record(self, session: Session, path: str, since: Moment, answer: Message) -> Lease:
        data = answer.get("data") or {}
        lease_id = answer.get("lease_id") or ""
        term = Term(since, lifetime(answer, data, since.wall))
        if lease_id and not session.known:
            self.sessions.learn(session)
        lease = Lease(path, session, data, lease_id, term, bool(answer.get("renewable")), since)
        if lease_id and not session.renewable and lease.ends_with_a_given_token(since):
            self._warn(_SHORT_TOKEN)
        for warning in answer.get("warnings") or ():
            self._warn(f"Vault says of {path}: {warning}")
        if lease_id:
            session.leases += 1
        self.log("make", path=path, lease=lease_id or "none", ttl=term.seconds, renewable=lease.renewable)
        return lease

    def _wait_for_aws(self, wait: Message, lease: Lease) -> None:
        """New IAM users are not known everywhere at once; credentials that AWS never accepts are not kept."""
        try:
            tries = _aws.wait_until_accepted(lease.data, wait, self.clock, self.sessions.check_open)
        except LeaseError:
            revoke_lease(lease, self.log)
            lease.gone = lease.gone or "never accepted"
            raise
        lease.accepted = True
        self.log("accepted", path=lease.path, lease=lease.lease_id or "none", probes=tries)

    def renew(self, lease: Lease) -> bool:
        """One try to renew a lease; a refusal, or a shorter answer, makes it the last."""
        if not lease.can_be_renewed():
            return False
        since = self.clock.now()
        body = {"lease_id": lease.lease_id, "increment": int(lease.term.full or 0)}
        try:
            answer = lease.session.request("POST", "sys/leases/renew", body, retry="never")
        except VaultError as problem:
            self._not_renewed(lease, problem, since)
            return False
        lease.failing = False
        seconds = (answer or {}).get("lease_duration") or 0
        lease.renewable = not lease.term.shortened(seconds)
        lease.term = lease.term.renewed(since, seconds)
        lease.renewals += 1
        self.log("renew", lease=lease.lease_id, ttl=seconds)
        return True

    def _not_renewed(self, lease: Lease, problem: VaultError, since: Moment) -> None:
        lease.failing = may_pass(problem)
        if lease.failing:
            lease.retry_at = since.steady + retry_pause(lease.remaining(since))
        else:
            lease.renewable = False
            lease.session.alive = lease.session.alive and problem.kind != "token"
            lease.gone = "lost" if getattr(problem, "status", 0) == 400 else lease.gone
        self.log("renew-failed" if lease.failing else "renew-refused", lease=lease.lease_id, reason=problem.kind)

    def tend(self) -> float:
        """Renew what is due; seconds until this has to be called again."""
        self._wrappings.forget()
        now = self.clock.now()
        with self._guard:
            kept = [lease for lease in self.all if lease.can_be_renewed() and lease.remaining(now) > 0]
        due = self.sessions.renewing(now)
        for session in due:
            if session.renewal_due() <= now.steady:
                self.sessions.renew(session)
        for lease in kept:
            if lease.renewal_due() <= now.steady:
                self.renew(lease)
        now = self.clock.now()
        everything: list[Lease | Session] = [*kept, *due]
        next_due = min((one.renewal_due() for one in everything if one.renewable), default=math.inf)
        return min(max(next_due - now.steady, SHORTEST_PAUSE), LONGEST_PAUSE)

    # -- the end

    def finish(self) -> list[dict[str, t.Any]]:
        """Revoke everything this run obtained, and tell what became of each lease."""
        self.sessions.close()
        self._making.end()
        revoke_all(self.sessions, list(self.all), self.clock, self.log)
        report = self.report()
        for server in self._servers.values():
            server.client.close()
        return report

    def report(self) -> list[dict[str, t.Any]]:
        """What was leased, one row each, without any secret."""
        now = self.clock.now()
        return [lease.row(now) for lease in list(self.all)]

    # -- what is to be said

    def _warn(self, text: str) -> None:
        """Say something once per run, with the next answer."""
        with self._guard:
            if text not in self._said:
                self._said.add(text)
                self._warnings.append(text)

    def take_warnings(self) -> list[str]:
        """What is to be said once, by whoever asks first."""
        with self._guard:
            warnings, self._warnings = self._warnings, []
        return warnings


def _complete(ask: Message) -> dict[str, t.Any]:
    """A request with its identity worked out, so that options the login does not use can't tell two callers apart."""
    who = _auth.identity({"auth_namespace": ask["connection"].get("namespace"), **ask["auth"]})
    return {**ask, "who": who, "revoke": ask.get("revoke", True)}


def _digest(parts: t.Any) -> str:
    """The canonical form of all that changes an answer, as a digest: no secret is kept in a key."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


__all__ = ("Leases",)
