# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The keeper's report, put into words."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import UTC, datetime

Row = t.Mapping[str, t.Any]

COLUMNS = ("made", "path", "renewed", "handed out", "state")


def line(rows: t.Sequence[Row]) -> str:
    """One line: how much was leased, how often it served, and what has become of it."""
    leased = _leased(rows)
    if not leased:
        return "Leases: none in this run."
    handed = sum(row["handed_out"] for row in leased)
    states = Counter(row["state"] for row in leased)
    ends = [row["expires_at"] for row in leased if row["sts"] and row["expires_at"]]
    text = f"Leases: {len(leased)} made, handed out {handed} times, " + ", ".join(
        f"{n} {s}" for s, n in sorted(states.items())
    )
    return text + (f"; STS credentials end by {_clock(max(ends))}." if ends else ".")


def table(rows: t.Sequence[Row]) -> list[str]:
    """A row per lease under a heading."""
    leased = _leased(rows)
    if not leased:
        return [line(rows)]
    cells = [COLUMNS, *(_cells(row) for row in leased)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _leased(rows: t.Sequence[Row]) -> list[Row]:
    """Reads of a key-value engine are kept like leases, but nothing was leased."""
    return [row for row in rows if row["lease_id"] or row["sts"]]


def _cells(row: Row) -> tuple[str, ...]:
    state = str(row["state"])
    if row["expires_at"] and (row["sts"] or state == "live"):
        # Vault forgets the lease of an STS credential; AWS honours the credential itself until it expires.
        state += f", at AWS until {_clock(row['expires_at'])}" if row["sts"] else f" until {_clock(row['expires_at'])}"
    return (_clock(row["made_at"]), str(row["path"]), str(row["renewed"]), str(row["handed_out"]), state)


def _clock(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%H:%M:%SZ")


__all__ = ("line", "table")
