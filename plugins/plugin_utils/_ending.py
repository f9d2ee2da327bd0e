# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The end of a run: everything it obtained is revoked, with patience, but not for ever."""

from __future__ import annotations

import functools
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, AuthError, TransportError
from ansible_collections.leasehold.vault.plugins.plugin_utils._lease import Lease
from ansible_collections.leasehold.vault.plugins.plugin_utils._server import CALLS_AT_ONCE
from ansible_collections.leasehold.vault.plugins.plugin_utils._sessions import Sessions
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock

# What is left after this ends with its TTL.
REVOKE_FOR = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
UNDER_WAY_FOR = 8.0


class UnderWay:
    """Whatever makes a lease does it ``with`` this; once the end has begun, nothing does any more.

    A lease that Vault makes while its token is being revoked is one that nobody can revoke. So the end waits a while.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._count = 0
        self._ended = False

    def __enter__(self) -> None:
        with self._change:
            if self._ended:
                raise AuthError("The run has ended", kind="lease")
            self._count += 1

    def __exit__(self, *exc: object) -> None:
        with self._change:
            self._count -= 1
            self._change.notify_all()

    def end(self) -> None:
        with self._change:
            self._ended = True
            self._change.wait_for(lambda: self._count == 0, UNDER_WAY_FOR)


def revoke_all(sessions: Sessions, leases: t.Sequence[Lease], clock: Clock, log: t.Callable[..., None]) -> None:
    """Revoke the tokens, which takes their leases along, and one by one the leases whose token can't be revoked."""
    started, pause = clock.now().steady, FIRST_PAUSE
    pending = _revocations(sessions, leases, clock, log)
    while pending:
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            done = list(pool.map(lambda revoke: revoke(), pending))
        pending = [revoke for revoke, gone in zip(pending, done, strict=True) if not gone]
        if not pending:
            return
        if clock.now().steady - started + pause > REVOKE_FOR:
            log("left", what=f"{len(pending)} could not be revoked and end with their TTL")
            return
        clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _revocations(
    sessions: Sessions, leases: t.Sequence[Lease], clock: Clock, log: t.Callable[..., None]
) -> t.Sequence[t.Callable[[], bool]]:
    now = clock.now()
    own = [functools.partial(sessions.revoke, session) for session in sessions.all if session.is_ours]
    single = [lease for lease in leases if lease.lease_id and lease.session.revoke and not lease.session.is_ours]
    return own + [functools.partial(revoke_lease, lease, log) for lease in single if lease.remaining(now) > 0]


def revoke_lease(lease: Lease, log: t.Callable[..., None]) -> bool:
    """Revoke one lease. True when another try would change nothing: Vault has it in its queue, or says no."""
    body = {"lease_id": lease.lease_id, "sync": False}
    try:
        lease.session.request("PUT", "sys/leases/revoke", body, persist=True)
    except ApiError as problem:
        log("revoke-refused", lease=lease.lease_id, reason=problem.kind)
        return problem.kind in ("permission", "token", "response")
    except TransportError as problem:
        log("revoke-failed", lease=lease.lease_id, reason=problem.kind)
        return False
    lease.gone = "queued"
    log("revoke-queued", lease=lease.lease_id)
    return True


__all__ = ("UnderWay", "revoke_all", "revoke_lease")
