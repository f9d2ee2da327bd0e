# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Time: how long something that Vault granted still lives, and when it has to be renewed or replaced. Pure."""

from __future__ import annotations

import math
import time
import typing as t
from dataclasses import dataclass

# What a caller gets who does not say how long credentials must last: five minutes, or half of a shorter lease.
COMFORT = 300.0
# Vault's own clients renew at two thirds as well: early enough for several tries.
RENEW_AT = 2 / 3
# Two mints of one key are at least this far apart, so that no fault can turn into a storm of new credentials.
FLOOR, FLOOR_SHARE = 30.0, 0.1
LAST_CALL = 60.0
# A caller who wants more than this share of what is granted would need a new grant at each hand-out.
REACHABLE = 0.9
# Vault rounds to seconds; a renewal that comes back shorter by more than this has met the maximum TTL.
ROUNDING = 2.0


class Moment(t.NamedTuple):
    steady: float
    wall: float


class Clock:
    """The machine's two clocks; ``steady`` counts a suspended machine's sleep too, where the system can tell."""

    _source = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    def now(self) -> Moment:
        return Moment(time.clock_gettime(self._source), time.time())

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Term:
    """A span of time granted at one moment, and renewed; ``seconds`` is None for what never ends."""

    since: Moment
    seconds: float | None
    # What the first grant was: a renewal that is cut short must not make anybody content with less.
    full: float | None = None

    def __post_init__(self) -> None:
        self.full = self.seconds if self.full is None else self.full

    def remaining(self, now: Moment) -> float:
        """Seconds left by the stricter of both clocks: a wall clock that is set back never revives anything."""
        if self.seconds is None:
            return math.inf
        return self.seconds - max(now.steady - self.since.steady, now.wall - self.since.wall)

    def renewal_due(self) -> float:
        """The steady time at which two thirds are over."""
        return math.inf if self.seconds is None else self.since.steady + self.seconds * RENEW_AT

    def renewed(self, since: Moment, seconds: float) -> Term:
        """The term after a renewal; what it had left if that was more."""
        return Term(since, seconds, self.full) if seconds > self.remaining(since) else self

    def shortened(self, seconds: float) -> bool:
        """Whether a renewal granted less than the first grant: then it is the last one."""
        return self.full is not None and seconds < self.full - ROUNDING

    def comfort(self) -> float:
        """What must be left at a hand-out when the caller names no ``min_ttl``."""
        return 0.0 if self.full is None else min(COMFORT, self.full / 2)

    def covers(self, at_least: float | None, now: Moment) -> bool:
        """Whether enough is left; a demand that no grant of this length could keep for long falls back to comfort."""
        if at_least is None or (self.full is not None and at_least > self.full * REACHABLE):
            at_least = self.comfort()
        return self.remaining(now) > at_least

    def last_call(self) -> float:
        """While renewals fail, what must be left at the least: until then they may still succeed."""
        return 0.0 if self.full is None else min(LAST_CALL, self.full * FLOOR_SHARE)

    def floor(self) -> float:
        """Seconds after the first grant before the same thing may be made anew."""
        return FLOOR if self.full is None else min(FLOOR, self.full * FLOOR_SHARE)


__all__ = ("ROUNDING", "Clock", "Moment", "Term")
