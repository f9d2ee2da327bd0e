# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes out: rows of a table, with the samples that they were made from."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Sequence

COLUMNS = ("case", "measured", "leasehold.vault", "community.hashi_vault", "target", "reached")


@dataclasses.dataclass(frozen=True)
class Row:
    """One number of both sides. A row of counts has to reach its target, or the whole bench fails."""

    measured: str
    ours: str
    theirs: str = "-"
    target: str = ""
    reached: bool | None = None
    counts: bool = False

    def cells(self, case: str) -> tuple[str, ...]:
        said = "" if self.reached is None else "yes" if self.reached else "NO"
        return (case, self.measured, self.ours, self.theirs, self.target, said)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one case has measured."""

    rows: list[Row]
    samples: dict[str, t.Any]


def table(outcomes: dict[str, Outcome]) -> str:
    """All rows as text."""
    lines = [COLUMNS, *(row.cells(case) for case, outcome in outcomes.items() for row in outcome.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def only(values: t.Iterable[int]) -> str:
    """A count that was the same in each round, or its span where it was not."""
    found = sorted(set(values))
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def percentile(samples: Sequence[float], share: float) -> float:
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def milliseconds(samples: Sequence[float]) -> str:
    """p50 and p99 of times in seconds."""
    return f"p50 {percentile(samples, 0.5) * 1e3:.2f} ms, p99 {percentile(samples, 0.99) * 1e3:.2f} ms"


def histogram(samples: Sequence[float]) -> dict[str, int]:
    """Many samples in little room: how many there are for each ten microseconds."""
    counted: dict[str, int] = {}
    for sample in sorted(samples):
        name = str(round(sample * 1e5) * 10)
        counted[name] = counted.get(name, 0) + 1
    return counted
