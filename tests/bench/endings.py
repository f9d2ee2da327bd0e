# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases g and h: what is left when a run has ended, in whatever way, and what the death of the keeper costs."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

from ansible_collections.leasehold.vault.tests.bench.place import Place, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, Row
from ansible_collections.leasehold.vault.tests.bench.sides import OURS, THEIRS, Json, credentials, play, references
from ansible_collections.leasehold.vault.tests.system.controller import Running

GONE_WITHIN = 10.0
FAIL: Json = {"ansible.builtin.fail": {"msg": "on purpose"}}
KEYS = references(2)
INTERRUPT = "Ctrl-C"
ENDS = ("normal", "failed", INTERRUPT, "SIGTERM", "SIGKILL")


def ends(place: Place) -> Outcome:
    """g: seconds until there is no lease, no token and no IAM user any more, from the end of ansible-playbook."""
    place.hosts(1)
    rows, samples = [], {}
    for end in ("normal", "SIGKILL") if place.quick else ENDS:
        found = {side: one_end(place, side, end) for side in (OURS, THEIRS)}
        say(f"g: {end}: {shown(found[OURS])}, {shown(found[THEIRS])}")
        target, reached = f"within {GONE_WITHIN:.0f} s", not found[OURS]["left"]
        rows.append(
            Row(f"all gone after: {end}", shown(found[OURS]), shown(found[THEIRS]), target, reached, counts=True)
        )
        samples[end] = found
    return Outcome(rows, samples)


def one_end(place: Place, side: str, end: str) -> Json:
    """Lease a key of a new IAM user, end the run, and look until all is gone."""
    name = f"{side}-{end}"
    tasks = {"normal": [], "failed": [FAIL]}.get(end, [place.halt(name)])
    running = place.start_playbook(play(credentials(side, "'uploader'"), KEYS, *tasks))
    if end not in ("normal", "failed"):
        place.reached(name)
        strike(running, end)
    code = running.process.wait()
    ended = time.monotonic()
    left = place.scene.leftovers(within=GONE_WITHIN)
    seconds = time.monotonic() - ended
    place.go_on(name)
    if left:
        place.forget()
    if (code == 0) != (end == "normal"):
        raise RuntimeError(f"{end}: the playbook ended with {code}:\n{running.ended().out[-3000:]}")
    return {"seconds": round(seconds, 2), "left": Counter(map(kind, left))}


def kind(entry: str) -> str:
    return "IAM user" if entry.startswith("IAM") else entry.split()[0]


def strike(running: Running, end: str) -> None:
    if end == INTERRUPT:
        running.interrupt()
    else:
        running.process.send_signal(signal.Signals[end])


def shown(found: Json) -> str:
    if not found["left"]:
        return f"{found['seconds']:.1f} s"
    return "left: " + ", ".join(f"{count} {what}" for what, count in sorted(found["left"].items()))


def keeper_killed(place: Place) -> Outcome:
    """h: a keeper that is killed in mid-run is replaced by the next lookup."""
    place.hosts(1)
    mark = place.scene.vault.ledger.mark()
    running = place.start_playbook(play(credentials(OURS, "'uploader'"), KEYS, place.halt("kill"), KEYS))
    place.reached("kill")
    os.kill(place.keeper(), signal.SIGKILL)
    place.go_on("kill")
    ended = running.ended()
    ledger = place.scene.vault.ledger.since(mark)
    logins, mints = len(ledger.logins()) - 1, len(ledger.mints()) - 1
    place.left()
    place.forget()
    say(f"h: exit code {ended.code}, {logins} more logins, {mints} more leases")
    works = "works" if ended.code == 0 else "fails"
    rows = [
        Row("keeper killed: next lookup", works, "-", "works", works == "works", counts=True),
        Row("the same: more logins", str(logins), "-", "at most 1", logins <= 1, counts=True),
        Row("the same: more leases", str(mints), "-", "at most 1", mints <= 1, counts=True),
    ]
    return Outcome(rows, {"code": ended.code, "logins": logins, "mints": mints})
