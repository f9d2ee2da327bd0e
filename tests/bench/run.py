# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures this collection side by side with community.hashi_vault on a real Vault, and prints a table.

A full run also writes tests/bench/results.json and docs/images/one-run-100-hosts.svg; a part of it writes the same
under .nox/bench. Times depend on the machine and are only printed. Counts do not: the exit code is 1 if one misses.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import typing as t
from datetime import UTC, datetime

from ansible_collections.leasehold.vault.tests.bench import endings, handouts, lasting, many, provision
from ansible_collections.leasehold.vault.tests.bench.chart import chart
from ansible_collections.leasehold.vault.tests.bench.place import HOME, Place, environment, machine, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, table
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT
from ansible_collections.leasehold.vault.tests.testbed.scene import bench

CASES: dict[str, tuple[t.Callable[[Place], Outcome], ...]] = {
    "a": (many.hundred_hosts, many.hundred_modules),
    "b": (many.fifty_forks, handouts.latency),
    "c": (many.hundred_roles,),
    "d": (many.one_lookup,),
    "e": (handouts.memory,),
    "f": (lasting.short_leases,),
    "g": (endings.ends,),
    "h": (endings.keeper_killed,),
    "i": (provision.policies,),
    "j": (provision.aws_access,),
    "k": (provision.thousand_roles,),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--case", default=",".join(CASES), help="which ones, such as a,d")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--note", default="", help="what a reader of the results should know of the machine")
    options = parser.parse_args()
    cases = options.case.split(",")
    if not set(cases) <= CASES.keys():
        parser.error(f"there are the cases {', '.join(CASES)}")
    python = environment()
    with bench() as scene:
        place = Place(scene, python, quick=options.quick)
        try:
            facts = machine(place, options.note)
            outcomes = {case: measure(place, case) for case in cases}
        finally:
            place.clear()
    write(outcomes, facts, full=not options.quick and cases == list(CASES))
    print(f"{described(facts)}\n\n{table(outcomes)}")
    missed = [row.measured for outcome in outcomes.values() for row in outcome.rows if row.counts and not row.reached]
    return 1 if missed else 0


def measure(place: Place, case: str) -> Outcome:
    """All parts of a case, each from a Vault without leases."""
    found = []
    for part in CASES[case]:
        say(f"{case}: {(part.__doc__ or '').partition(': ')[2]} (load {os.getloadavg()[0]:.1f})")
        found.append(part(place))
    return Outcome(
        [row for outcome in found for row in outcome.rows],
        {name: samples for outcome in found for name, samples in outcome.samples.items()},
    )


def described(facts: dict[str, t.Any]) -> str:
    return (
        f"{facts['cores']} cores, {facts['memory_gb']} GB, Python {facts['python']}, "
        f"ansible-core {facts['ansible_core']}, Vault {facts['vault']}, "
        f"community.hashi_vault {facts['community.hashi_vault']}, load {facts['load_at_start']} at the start"
        + (f"\n{facts['note']}" if facts["note"] else "")
    )


def write(outcomes: dict[str, Outcome], facts: dict[str, t.Any], *, full: bool) -> None:
    """The results, and the chart where there is something to draw."""
    results = CHECKOUT / "tests" / "bench" / "results.json" if full else HOME / "results.json"
    picture = (CHECKOUT / "docs" / "images" if full else HOME) / "one-run-100-hosts.svg"
    rows = [
        dict(zip(("case", "measured", "ours", "theirs", "target", "reached"), row.cells(case), strict=True))
        for case, outcome in outcomes.items()
        for row in outcome.rows
    ]
    samples = {case: outcome.samples for case, outcome in outcomes.items()}
    when = datetime.now(UTC).isoformat(timespec="seconds")
    results.write_text(json.dumps({"when": when, "machine": facts, "rows": rows, "samples": samples}, indent=1) + "\n")
    if "a" in samples:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(chart(samples["a"], facts))
    say(f"wrote {os.path.relpath(results)}")


if __name__ == "__main__":
    sys.exit(main())
