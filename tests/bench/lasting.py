# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Case f: leases of 20 seconds, a play of 90."""

from __future__ import annotations

import json
import math
import re
import typing as t
from pathlib import Path

from ansible_collections.leasehold.vault.tests.bench.place import Place, Run, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, Row
from ansible_collections.leasehold.vault.tests.bench.sides import OURS, THEIRS, Json, credentials, play

# A lease of 20 s is renewed once to its 40 s, and replaced when less than half of 20 s is left of those.
SERVES, RENEWALS = 30.0, 2
PAUSE = 5
PROBE = Path(__file__).with_name("whoami.py")
SAID = re.compile(r'"msg": "(?P<said>\{.*\})"')


def short_leases(place: Place) -> Outcome:
    """f: every task asks AWS who it is, with the key that it gets."""
    place.hosts(1)
    tasks = (40 if place.quick else 90) // PAUSE
    runs, working = {}, {}
    for side in (OURS, THEIRS):
        say(f"f: {side}, {tasks} tasks over {tasks * PAUSE} s")
        run = place.timed(play(credentials(side, "'short'", "aws-short"), *probes(place, tasks)), within=10)
        runs[side], working[side] = run, answers(run, place.minted())
    ours = runs[OURS]
    our_keys, their_keys = (f"{sum(working[side])} of {tasks}" for side in (OURS, THEIRS))
    reached = sum(working[OURS]) == len(working[OURS]) == tasks
    rows = [
        Row("tasks with a working key", our_keys, their_keys, f"{tasks} of {tasks}", reached, counts=True),
        planned(f"leases made, 20 s each, in {ours.seconds:.0f} s", runs, "mint", 1, math.ceil(ours.seconds / SERVES)),
        planned("renewals", runs, "renewal", ours.asked["mint"] - 1, ours.asked["mint"] * RENEWALS),
    ]
    return Outcome(rows, {side: run.sample() | {"working": working[side]} for side, run in runs.items()})


def planned(measured: str, runs: dict[str, Run], kind: str, least: int, most: int) -> Row:
    ours, theirs = (runs[side].asked[kind] for side in (OURS, THEIRS))
    return Row(measured, str(ours), str(theirs), f"{least} to {most}", least <= ours <= most, counts=True)


def probes(place: Place, count: int) -> t.Iterator[Json]:
    environ = {
        "AWS_ACCESS_KEY_ID": "{{ aws.access_key }}",
        "AWS_SECRET_ACCESS_KEY": "{{ aws.secret_key }}",
        "AWS_ENDPOINT_URL": place.scene.aws.endpoint,
    }
    for _number in range(count):
        yield {"ansible.builtin.command": f"{place.python} {PROBE}", "environment": environ, "register": "probe"}
        yield {"ansible.builtin.debug": {"msg": "{{ probe.stdout }}"}}
        yield {"ansible.builtin.wait_for": {"timeout": PAUSE}}


def answers(run: Run, minted: set[str]) -> list[bool]:
    """For each task whether AWS knew its key as that of a user that Vault made, and the secret belonged to the key."""
    said = [json.loads(match["said"].replace('\\"', '"')) for match in SAID.finditer(run.out)]
    return [":user/vault-" in answer["arn"] and answer["digest"] in minted for answer in said]
