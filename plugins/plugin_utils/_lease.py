# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""One answer of Vault that a run holds, and what can be said of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.leasehold.vault.plugins.plugin_utils import _aws
from ansible_collections.leasehold.vault.plugins.plugin_utils._session import Session
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Moment, Term

Message = t.Mapping[str, t.Any]


@dataclass
class Lease:
    """``gone`` says why it is no more, ``failing`` that its renewals fail for now, ``accepted`` that AWS knows it."""

    path: str
    session: Session
    data: dict[str, t.Any]
    lease_id: str
    term: Term
    renewable: bool
    minted: Moment
    renewals: int = 0
    handed: int = 0
    retry_at: float = 0.0
    failing: bool = False
    accepted: bool = False
    gone: str = ""

    def remaining(self, now: Moment) -> float:
        """A lease dies with the token that made it."""
        if self.gone or not self.session.alive:
            return 0.0
        return min(self.term.remaining(now), self.session.term.remaining(now))

    def serves(self, min_ttl: float | None, now: Moment) -> bool:
        left = self.remaining(now)
        return left > 0 and left >= self.wanted(min_ttl)

    def wanted(self, min_ttl: float | None) -> float:
        """What must be left of it at a hand-out."""
        return self.pace().comfort() if min_ttl is None else min_ttl

    def pace(self) -> Term:
        """What a new one would be granted: a token that lives shorter than the lease sets the pace."""
        return Term(self.minted, self.granted())

    def ends_with_a_given_token(self, now: Moment) -> bool:
        """Whether a new one would end as soon: nobody but its giver can replace that token."""
        return self.session.given and 0 < self.session.term.remaining(now) <= self.term.remaining(now)

    def can_be_renewed(self) -> bool:
        return self.renewable and bool(self.lease_id) and not self.session.spent

    def renewal_due(self) -> float:
        return max(self.term.renewal_due(), self.retry_at)

    def untried(self, ask: Message) -> bool:
        """Whether the caller wants to be sure that AWS knows these credentials, and nobody has looked yet."""
        wait = ask.get("wait") or {}
        wanted = wait.get("always", False) or (bool(wait) and _aws.is_new_user(self.data))
        return wanted and not self.accepted

    def granted(self) -> float | None:
        """What Vault grants here at the most: no new lease would last longer."""
        return min((s for s in (self.term.full, self.session.term.full) if s is not None), default=None)

    def hand_out(self, how: str, now: Moment) -> dict[str, t.Any]:
        self.handed += 1
        left = self.remaining(now)
        endless = self.term.seconds is None and self.session.term.seconds is None
        return {
            "data": self.data,
            "lease_id": self.lease_id,
            "renewable": self.renewable,
            "ttl": None if endless else int(left),
            "expires_at": None if endless else now.wall + left,
            "how": how,
        }

    def row(self, now: Moment) -> dict[str, t.Any]:
        """Its row of the report, without any secret."""
        ended = not self.session.alive and not self.session.given
        left = self.term.remaining(now)
        return {
            "path": self.path,
            "lease_id": self.lease_id,
            "made_at": self.minted.wall,
            "renewed": self.renewals,
            "handed_out": self.handed,
            "state": self.gone or ("revoked" if ended and self.lease_id else "expired" if left <= 0 else "live"),
            "expires_at": None if self.term.seconds is None else now.wall + left,
            # What STS issued stays valid at AWS until it expires, whatever happens to its lease.
            "sts": _aws.is_credential(self.data) and not _aws.is_new_user(self.data),
        }


def lifetime(answer: Message, data: Message, wall: float) -> float | None:
    """Seconds an answer is good for, or None. KV version 1 invents a lease_duration without a lease: no end."""
    ends = [answer.get("lease_duration")] if answer.get("lease_id") else []
    if _aws.is_credential(data):
        ends += [data.get("ttl"), _aws.seconds_until(data.get("expiration"), wall)]
    known = [float(end) for end in ends if isinstance(end, (int, float)) and not isinstance(end, bool) and end > 0]
    return min(known, default=None)


__all__ = ("Lease", "lifetime")
