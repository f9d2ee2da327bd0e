# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chart of the README: one run on 100 hosts. Plain SVG that follows the reader's light or dark theme."""

from __future__ import annotations

import statistics
import typing as t
from html import escape

from ansible_collections.leasehold.vault.tests.bench.result import only
from ansible_collections.leasehold.vault.tests.bench.sides import CONSTANTS, OURS, THEIRS

WIDTH, LEFT, RIGHT = 760, 216, 76
TOP, GROUP, BAR, GAP = 96, 58, 15, 4
STYLE = """
  text { font: 13px -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .track { fill: #f0f2f5; }
  .ours { fill: #1a7f64; }
  .theirs { fill: #b08c5a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .track { fill: #1c2128; }
    .ours { fill: #3fb58f; }
    .theirs { fill: #a98658; }
  }
"""


class Measure(t.NamedTuple):
    """One pair of bars; ``full`` is the value that fills the width."""

    name: str
    better: str
    ours: float
    theirs: float
    full: float
    unit: str = ""


def chart(samples: dict[str, t.Any], machine: dict[str, t.Any]) -> str:
    """The chart of case a."""
    measures = list(_measures(samples))
    height = TOP + GROUP * len(measures) + 34
    wide = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    card = f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>'
    foot = (
        f"ansible-core {machine['ansible_core']}, Vault {machine['vault']}, "
        f"community.hashi_vault {machine['community.hashi_vault']}, {machine['cores']} cores"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {wide} role="img" aria-labelledby="title">',
        f'<title id="title">{escape(_in_words(measures))}</title>',
        f"<style>{STYLE}</style>",
        card,
        _text(24, 36, "One run: 100 hosts, 3 references each, 20 forks", "title"),
        *_legend(24, 62),
        *(part for row, measure in enumerate(measures) for part in _group(TOP + GROUP * row, measure)),
        _text(24, height - 16, foot, "quiet"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _measures(samples: dict[str, t.Any]) -> t.Iterator[Measure]:
    def middle(side: str, field: str) -> float:
        return statistics.median(sample.get(field, 0) for sample in samples[side])

    for name, better, field, full in (
        ("logins", "fewer is better", "login", 300),
        ("leases made", "fewer is better", "mint", 300),
        ("leases left behind", "fewer is better", "leases_left", 300),
        ("hosts with a matching trio", "more is better", "matching", 100),
    ):
        yield Measure(name, better, middle(OURS, field), middle(THEIRS, field), full)
    ours, theirs = (middle(side, "seconds") / middle(CONSTANTS, "seconds") for side in (OURS, THEIRS))
    yield Measure("wall time", "with constants: 1.00x", ours, theirs, max(ours, theirs), "x")


def _legend(x: int, y: int) -> t.Iterator[str]:
    for side, css in ((OURS, "ours"), (THEIRS, "theirs")):
        yield f'<rect class="{css}" x="{x}" y="{y - 11}" width="12" height="12" rx="2"/>'
        yield _text(x + 18, y, side)
        x += 140


def _group(y: int, measure: Measure) -> t.Iterator[str]:
    yield _text(24, y + 12, measure.name)
    yield _text(24, y + 30, measure.better, "quiet")
    room = WIDTH - LEFT - RIGHT
    for row, (value, css) in enumerate(((measure.ours, "ours"), (measure.theirs, "theirs"))):
        top = y + row * (BAR + GAP)
        length = max(2.0 if value else 0.0, room * value / measure.full)
        yield f'<rect class="track" x="{LEFT}" y="{top}" width="{room}" height="{BAR}" rx="3"/>'
        if length:
            yield f'<rect class="{css}" x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3"/>'
        yield _text(LEFT + room + 10, top + 12, _number(value, measure.unit))


def _number(value: float, unit: str) -> str:
    return f"{value:.2f}{unit}" if unit else only([round(value)])


def _in_words(measures: t.Sequence[Measure]) -> str:
    pairs = (f"{m.name} {_number(m.ours, m.unit)} against {_number(m.theirs, m.unit)}" for m in measures)
    return f"{OURS} against {THEIRS}: " + ", ".join(pairs)


def _text(x: int, y: int, text: str, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x}" y="{y}"{kind}>{escape(text)}</text>'
