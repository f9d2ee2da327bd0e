# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays that last longer than what Vault grants: each task has a living key, and Vault is asked no more than needed.

A grant of 20 s, to be stretched to 40 s, is renewed at two thirds, or when a task asks for it and less than 10 s are
left; when that is in vain it is replaced. So one grant serves for 30 s, with two or three renewals. Three plays run
side by side: one with short leases, one with a short login, and one whose lease somebody else revokes.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import UPLOADER, Controller, Running, creds, play
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene

PAUSE = 5
TASKS, FEW_TASKS = 12, 6
GRANT_SERVES, SLACK = 30, 2
SHORT = creds("'short', mount='aws-short', wait=false")
DOOMED = creds("'doomed', mount='aws-short', wait=false")
TELL = "echo '{{{{ aws.access_key }}}} {{{{ aws.lease_id }}}}' > {0}.part && mv {0}.part {0}-{1}.told && sleep {2}"


@dataclasses.dataclass(frozen=True)
class Told:
    """The key and the lease that a task had, and whether both were alive while it ran."""

    play: str
    key: str
    lease: str
    at: float
    alive: bool


@dataclasses.dataclass(frozen=True)
class Lasted:
    """What came of the three plays."""

    controller: Controller
    told: list[Told]
    codes: dict[str, int]

    def of(self, play: str) -> list[Told]:
        assert self.codes[play] == 0
        return sorted((told for told in self.told if told.play == play), key=lambda told: told.at)

    def leases_renewed(self, path: str) -> int:
        answers = self.controller.answers("sys/leases/renew")
        return sum(answer.get("secret", {}).get("lease_id", "").startswith(path) for answer in answers)

    def logins(self, approle: str) -> int:
        answers = self.controller.answers("auth/approle/login")
        return sum(answer["auth"]["metadata"]["role_name"] == approle for answer in answers)


@pytest.fixture(scope="module")
def lasted(scene: Scene) -> t.Iterator[Lasted]:
    document = scene.vault.api("GET", "aws-short/roles/short")
    assert document
    scene.vault.api("PUT", "aws-short/roles/doomed", {**document["data"], "credential_type": "iam_user"})
    with Controller(scene) as controller:
        yield run(controller)


def run(controller: Controller) -> Lasted:
    """The three plays, from beginning to end."""
    scene = controller.scene
    short_login = {"role_id": scene.approle("short-token"), "secret_id": scene.new_secret_id("short-token")}
    plays = {
        "leases": start(controller, "leases", SHORT, TASKS, log_path=str(controller.folder / "lease.log")),
        "logins": start(controller, "logins", UPLOADER, TASKS, **short_login),
        "doomed": start(controller, "doomed", DOOMED, FEW_TASKS),
    }
    told = list(watch(controller, plays))
    return Lasted(controller, told, {name: running.ended().code for name, running in plays.items()})


def start(controller: Controller, name: str, aws: str, tasks: int, **options: str) -> Running:
    """A play whose tasks tell one after the other which key they have."""
    cmds = [TELL.format(name, step, PAUSE) for step in range(tasks)]
    steps = [{"ansible.builtin.shell": {"cmd": cmd, "chdir": str(controller.folder)}} for cmd in cmds]
    variables = {"aws": aws, **{f"leasehold_vault_{option}": value for option, value in options.items()}}
    book = controller.write(f"{name}.yml", [play(*steps, vars=variables)])
    return controller.start("ansible-playbook", "-i", "hosts.ini", "--limit", "h01", book)


def watch(controller: Controller, plays: dict[str, Running]) -> t.Iterator[Told]:
    """Look at each key while the task that has told it still runs; end the first lease of the doomed play."""
    vault = controller.scene.vault
    seen: set[Path] = set()
    while any(running.process.poll() is None for running in plays.values()):
        for path in set(controller.folder.glob("*.told")) - seen:
            seen.add(path)
            key, lease = path.read_text().split()
            alive = key in controller.living_keys() and lease in vault.leases("aws/") + vault.leases("aws-short/")
            yield Told(path.name.partition("-")[0], key, lease, path.stat().st_mtime, alive)
            if path.name == "doomed-0.told":
                vault.api("PUT", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        time.sleep(0.2)


def grants(told: list[Told]) -> range:
    """How many grants it may have taken: each serves for half a minute, or until the next task asks after that."""
    times = [one.at for one in told]
    span = times[-1] - times[0]
    longest_pause = max(after - before for before, after in itertools.pairwise(times))
    fewest, most = span // (GRANT_SERVES + longest_pause), (span + SLACK) // GRANT_SERVES
    return range(int(fewest) + 1, int(most) + 2)


def test_f59_short_leases(lasted: Lasted) -> None:
    told = lasted.of("leases")
    assert len(told) == TASKS and all(one.alive for one in told)
    made = len(lasted.controller.ledger.mints("short"))
    assert made == len({one.key for one in told}) and made in grants(told)
    assert 2 * (made - 1) <= lasted.leases_renewed("aws-short/creds/short/") <= 3 * made


def test_the_log_has_each_renewal(lasted: Lasted) -> None:
    assert lasted.controller.left() == []
    lines = (lasted.controller.folder / "lease.log").read_text().splitlines()
    made, renewed = len(lasted.controller.ledger.mints("short")), lasted.leases_renewed("aws-short/creds/short/")
    assert Counter(line.split()[1] for line in lines) == {"login": 1, "make": made, "renew": renewed, "revoke": 1}


def test_short_logins(lasted: Lasted) -> None:
    told = lasted.of("logins")
    assert len(told) == TASKS and all(one.alive for one in told)
    made = lasted.logins("short-token")
    assert made == len({one.key for one in told}) == len(lasted.controller.ledger.mints("uploader"))
    assert made in grants(told)
    assert 2 * (made - 1) <= len(lasted.controller.ledger.requests("auth/token/renew-self")) <= 3 * made
    assert lasted.leases_renewed("aws/creds/uploader/") == 0


def test_f57_lease_revoked_by_somebody_else_is_replaced_when_its_renewal_fails(lasted: Lasted) -> None:
    told = lasted.of("doomed")
    assert told[0].alive and told[-1].alive
    assert len({one.key for one in told}) == len(lasted.controller.ledger.mints("doomed")) == 2
    refused = [entry for entry in lasted.controller.ledger.of("refusal") if entry.path == "sys/leases/renew"]
    assert len(refused) == 1


def test_nothing_is_left_of_long_plays(lasted: Lasted) -> None:
    assert lasted.controller.left() == []
    assert lasted.logins("ansible") == 2
