# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases a to d: what plays on many hosts cost, and what one lookup costs."""

from __future__ import annotations

import json
import re
import statistics
import typing as t

from ansible_collections.leasehold.vault.tests.bench.place import Place, Run, digest, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, Row, only
from ansible_collections.leasehold.vault.tests.bench.sides import (
    CONSTANTS,
    FLOOR,
    OURS,
    SIDES,
    THEIRS,
    credentials,
    module_with_environment,
    play,
    references,
)

HOSTS = 100
GONE_WITHIN = 10.0
SLOWER_BY = 1.15
COLD_SLOWER_BY = 0.1
REQUESTS = 6
HOST = re.compile(r"^ok: \[\w+\] => (\{.*\})$", re.MULTILINE)

Runs = dict[str, list[Run]]


def hundred_hosts(place: Place) -> Outcome:
    """a: 100 hosts, three references each, forks 20."""
    place.hosts(HOSTS)
    plays = {side: play(credentials(side, "'deploy'"), references()) for side in (*SIDES, FLOOR)}
    # With -v a host prints what it holds: on each side alike.
    runs = alternate(place, "a", plays, 2 if place.quick else 7, "--forks=20", "-v")
    minted = place.minted()
    matching = {side: [hosts_with_a_trio(run, minted) for run in runs[side]] for side in runs}
    return Outcome(
        [
            counted(runs, "logins", lambda run: run.asked["login"], 1),
            counted(runs, "leases made", lambda run: run.asked["mint"], 1),
            counted(runs, "revocations", lambda run: run.asked["revocation"], 1),
            counted(runs, "leases left behind", lambda run: run.leases_left, 0),
            with_a_trio(matching),
            slower("wall time over constants", runs),
            Row("the same for Ansible's own lookup of a constant", f"{over_constants(runs, FLOOR):.2f}x"),
            Row("processor time over constants", f"{busier(runs, OURS):.2f}x", f"{busier(runs, THEIRS):.2f}x"),
        ],
        {
            side: [run.sample() | {"matching": held} for run, held in zip(runs[side], matching[side], strict=True)]
            for side in runs
        },
    )


def hundred_modules(place: Place) -> Outcome:
    """a: the same with a task that runs a module on each host."""
    place.hosts(HOSTS)
    plays = {side: play(credentials(side, "'deploy'"), module_with_environment()) for side in SIDES}
    runs = alternate(place, "a", plays, 1 if place.quick else 3, "--forks=20")
    row = slower("wall time over constants, with a module", runs)
    return Outcome([row], {f"{side}, with a module": found for side, found in samples(runs).items()})


def fifty_forks(place: Place) -> Outcome:
    """b: 50 hosts at once, 20 references each."""
    place.hosts(50)
    plays = {side: play(credentials(side, "'deploy'"), references(20)) for side in (OURS, THEIRS)}
    runs = alternate(place, "b", plays, 1, "--forks=50")
    asked = {side: [run.asked.total() for run in runs[side]] for side in runs}
    ours, theirs = (only(asked[side]) for side in (OURS, THEIRS))
    reached, target = max(asked[OURS]) <= REQUESTS, f"at most {REQUESTS}"
    row = Row("requests to Vault, 50 forks x 20 lookups", ours, theirs, target, reached, counts=True)
    return Outcome([row], samples(runs))


def hundred_roles(place: Place) -> Outcome:
    """c: 100 hosts with a role each, three references, forks 50."""
    place.hosts(HOSTS)
    for host in range(1, HOSTS + 1):
        place.scene.vault.api("PUT", f"aws/roles/h{host:02}", role_like(place, "deploy"))
    plays = {side: play(credentials(side, "inventory_hostname"), references()) for side in (OURS, THEIRS)}
    runs = alternate(place, "c", plays, 1, "--forks=50")
    return Outcome(
        [
            counted(runs, "logins, 100 roles", lambda run: run.asked["login"], 1),
            counted(runs, "leases made, 100 roles", lambda run: run.asked["mint"], HOSTS),
        ],
        samples(runs),
    )


def one_lookup(place: Place) -> Outcome:
    """d: a play with one lookup, so that all there is to start is started for that."""
    place.hosts(1)
    plays = {side: play(credentials(side, "'deploy'"), references(1)) for side in SIDES}
    runs = alternate(place, "d", plays, 3 if place.quick else 15)
    over = {side: median(runs[side]) - median(runs[CONSTANTS]) for side in SIDES}
    row = Row(
        f"one lookup, cold, over a constant ({median(runs[CONSTANTS]):.2f} s)",
        f"{over[OURS]:+.2f} s",
        f"{over[THEIRS]:+.2f} s",
        f"theirs + {COLD_SLOWER_BY} s",
        over[OURS] <= over[THEIRS] + COLD_SLOWER_BY,
    )
    return Outcome([row], samples(runs))


def alternate(place: Place, case: str, plays: dict[str, t.Any], rounds: int, *args: str) -> Runs:
    """Each play so many times, in turns, and each time another one first: so a load of the machine hits all alike."""
    runs: Runs = {side: [] for side in plays}
    sides = list(plays)
    for number in range(rounds):
        for side in sides[number % len(sides) :] + sides[: number % len(sides)]:
            # Theirs waits for nobody to revoke anything.
            run = place.timed(plays[side], *args, within=0.0 if side == THEIRS else GONE_WITHIN)
            runs[side].append(run)
            said = f"{run.seconds:.2f} s, {run.asked['mint']} leases (before, {run.idle:.0%} of the machine was idle)"
            say(f"{case}: round {number + 1} of {rounds}, {side}: {said}")
    return runs


def counted(runs: Runs, measured: str, count: t.Callable[[Run], int], target: int) -> Row:
    ours, theirs = ([count(run) for run in runs[side]] for side in (OURS, THEIRS))
    return Row(measured, only(ours), only(theirs), str(target), set(ours) == {target}, counts=True)


def with_a_trio(matching: dict[str, list[int]]) -> Row:
    ours, theirs = (f"{only(matching[side])} of {HOSTS}" for side in (OURS, THEIRS))
    reached = set(matching[OURS]) == {HOSTS}
    return Row("hosts with a matching trio", ours, theirs, f"{HOSTS} of {HOSTS}", reached, counts=True)


def slower(measured: str, runs: Runs) -> Row:
    ours, theirs = (over_constants(runs, side) for side in (OURS, THEIRS))
    return Row(
        f"{measured} ({median(runs[CONSTANTS]):.2f} s)",
        f"{ours:.2f}x ({median(runs[OURS]):.2f} s)",
        f"{theirs:.2f}x ({median(runs[THEIRS]):.2f} s)",
        f"at most {SLOWER_BY}x",
        ours <= SLOWER_BY,
    )


def over_constants(runs: Runs, side: str) -> float:
    return median(runs[side]) / median(runs[CONSTANTS])


def hosts_with_a_trio(run: Run, minted: set[str]) -> int:
    """Hosts whose three values are of one lease, by the digests of what Vault has made."""
    facts = [json.loads(said)["ansible_facts"] for said in HOST.findall(run.out)]
    return sum(digest(*(fact[name] for name in sorted(fact))) in minted for fact in facts)


def role_like(place: Place, name: str) -> dict[str, t.Any]:
    found = place.scene.vault.api("GET", f"aws/roles/{name}")
    assert found
    return {field: found["data"][field] for field in ("credential_type", "role_arns")}


def busier(runs: Runs, side: str) -> float:
    ours, constants = (statistics.median(run.processor for run in runs[name]) for name in (side, CONSTANTS))
    return ours / constants


def median(runs: list[Run]) -> float:
    return statistics.median(run.seconds for run in runs)


def samples(runs: Runs) -> dict[str, t.Any]:
    return {side: [run.sample() for run in those] for side, those in runs.items()}
