# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases b and e: how long the keeper takes to hand something out, and how much memory it needs."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.leasehold.vault.tests.bench.place import Place, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, Row, histogram, milliseconds, percentile

HAND_OUTS = 10_000
P50, P99 = 0.001, 0.005
MEMORY_KB, GROWTH_KB = 60 * 1024, 1024
TIMES = ("one_client", "eight_clients", "lookup_in_a_new_process")


def latency(place: Place) -> Outcome:
    """b: hand-outs from the keeper, seen by its clients."""
    found = ask(place, HAND_OUTS, 50 if place.quick else 500, 5 if place.quick else 50)
    one, eight, process = (found[name] for name in TIMES)
    theirs = found["theirs_in_a_new_process"]
    reached = percentile(one, 0.5) <= P50 and percentile(one, 0.99) <= P99
    target = f"p50 {P50 * 1e3:.0f} ms, p99 {P99 * 1e3:.0f} ms"
    rows = [
        Row(f"one hand-out of {len(one)}", milliseconds(one), "-", target, reached),
        Row(f"one hand-out of {len(eight)}, 8 clients at once", milliseconds(eight)),
        Row("first lookup of a new process", milliseconds(process[1:]), milliseconds(theirs)),
    ]
    return Outcome(rows, {name: histogram(found[name]) for name in (*TIMES, "theirs_in_a_new_process")})


def memory(place: Place) -> Outcome:
    """e: the keeper's resident memory, at first and after many hand-outs."""
    first, *later = ask(place, HAND_OUTS, 1, 0)["rss_kb"]
    growth = max(later) - first
    shown = " -> ".join(f"{kilobytes / 1024:.1f}" for kilobytes in (first, *later))
    rows = [
        Row("keeper memory", f"{max(first, *later) / 1024:.1f} MB", "-", "at most 60 MB", max(later) <= MEMORY_KB),
        Row(f"the same, over 2 x {HAND_OUTS} hand-outs", f"{shown} MB", "-", "flat", growth <= GROWTH_KB),
    ]
    return Outcome(rows, {"rss_kb": [first, *later]})


def ask(place: Place, *counts: int) -> dict[str, t.Any]:
    say("b, e: 20,000 hand-outs")
    client = Path(__file__).with_name("handout_client.py")
    ended = place.start(str(place.python), "-P", client, *map(str, counts)).ended(within=600)
    if ended.code:
        raise RuntimeError(f"the client ended with {ended.code}:\n{(ended.out + ended.err)[-3000:]}")
    place.forget()
    return t.cast("dict[str, t.Any]", json.loads(ended.out.splitlines()[-1]))
