# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""One Vault as a run sees it: few calls at once, and no hammering where something has just failed."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError, VaultError
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock, Moment

# A wrong secret_id must not lock the account out, and a dead address must not be hammered, whatever the forks.
REFUSED_FOR = 30.0
UNREACHABLE_FOR = 10.0
CALLS_AT_ONCE = 8
_LOST = ("network", "timeout", "truncated")


def may_pass(problem: VaultError) -> bool:
    """Whether the same request may well succeed a little later."""
    status = getattr(problem, "status", 0)
    return isinstance(problem, TransportError) or status >= 500 or status in (412, 429, 472, 473)


def _is_down(problem: VaultError) -> bool:
    """Whether nobody at this address can serve anything for now."""
    if isinstance(problem, TransportError):
        return not problem.processed or problem.kind == "timeout"
    return problem.kind == "leaderless"


def was_lost(problem: TransportError) -> bool:
    """Whether Vault may have done what it was asked, and only its answer did not get here."""
    return problem.processed and problem.kind in _LOST


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
        self._pause: tuple[float, VaultError] | None = None

    def request(self, method: str, path: str, data: t.Any = None, *, persist: bool = False, **rest: t.Any) -> t.Any:
        """One request; ``persist`` asks even an address that just now could not be reached (the end of the run)."""
        with self._slots:
            if self._pause and not persist and self._clock.now().steady < self._pause[0]:
                raise self._pause[1].with_traceback(None)
            try:
                answer = self.client.request(method, path, data, **rest)
            except VaultError as problem:
                # A single try, such as that of a renewal, may have met the moment between two leaders.
                if _is_down(problem) and rest.get("retry") != "never":
                    self._pause = (self._clock.now().steady + UNREACHABLE_FOR, problem)
                raise
            self._pause = None
            return answer


__all__ = ("CALLS_AT_ONCE", "REFUSED_FOR", "Failures", "Server", "may_pass", "retry_pause", "was_lost")
