# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where it is measured: both collections in one environment, under the same ansible-core and Python, on one Vault."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
import typing as t
import venv
from collections import Counter
from pathlib import Path

from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene

HOME = CHECKOUT / ".nox" / "bench"
CONSTRAINTS = CHECKOUT / "tests" / "constraints.txt"
OUR_NEEDS = CHECKOUT / "meta" / "ee-requirements.txt"
# The package ansible brings community.hashi_vault, and hvac is what that needs.
PACKAGES = ("ansible", "hvac", "ansible-modules-hashivault")
# Before each run the bench waits for so much of the machine to be idle, but not for ever.
CALM, CALM_WITHIN = 0.8, 5.0


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def environment() -> Path:
    """The Python that has Ansible and what both collections need; installed anew only when the versions change."""
    state = hashlib.sha256(f"{sys.version} {PACKAGES}".encode() + CONSTRAINTS.read_bytes() + OUR_NEEDS.read_bytes())
    stamp, python = HOME / "installed", HOME / "env" / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != state.hexdigest():
        say(f"installing {' and '.join(PACKAGES)} into an environment of their own (a minute or two, this one time)")
        stamp.unlink(missing_ok=True)
        venv.create(HOME / "env", clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", CONSTRAINTS]
        subprocess.run([*map(str, pip), *PACKAGES, "--requirement", str(OUR_NEEDS)], check=True)
        stamp.write_text(state.hexdigest())
    return python


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of Ansible: how long it took, what it said, how often it asked Vault what, how many leases are left.

    ``processor`` is the time that Ansible and its forks were busy, ``idle`` what share of the machine was free before,
    ``asked`` counts by the ledger's kinds: login, mint, renewal, revocation and so on.
    """

    seconds: float
    processor: float
    out: str
    asked: Counter[str]
    leases_left: int
    idle: float

    def sample(self) -> dict[str, t.Any]:
        """What of it is kept: the output holds credentials."""
        times = {"seconds": round(self.seconds, 3), "processor": round(self.processor, 2), "idle": round(self.idle, 2)}
        return {**times, **self.asked, "leases_left": self.leases_left}


class Place(Controller):
    """A controller with the Ansible of the bench's environment; it sees nothing of the user's own configuration."""

    def __init__(self, scene: Scene, python: Path, *, quick: bool) -> None:
        self.python = python
        super().__init__(scene)
        self.quick = quick
        self.environ["PATH"] = os.pathsep.join([str(python.parent), self.environ["PATH"]])

    def hosts(self, count: int, **variables: str) -> None:
        super().hosts(count, **{"ansible_python_interpreter": str(self.python), **variables})

    def timed(self, play: dict[str, t.Any], *args: str, within: float = 0.0) -> Run:
        """Run a play to its end, and look ``within`` so many seconds what is left; then that is cleared away."""
        return self.measured(play, *args, within=within)[0]

    def measured(self, play: dict[str, t.Any], *args: str, within: float = 0.0) -> tuple[Run, float]:
        """The same, and the megabytes of the largest process of it."""
        mark, idle = self.scene.vault.ledger.mark(), calm()
        busy, begun = processor(), time.perf_counter()
        running = self.start_playbook(play, args=args)
        # Without a limit, because with one Python only looks every 50 ms; and wait4 knows of what ended in between.
        _pid, status, used = os.wait4(running.process.pid, 0)
        running.process.returncode = os.waitstatus_to_exitcode(status)
        seconds, busy = time.perf_counter() - begun, processor() - busy
        ended = running.ended()
        if ended.code:
            raise RuntimeError(f"the playbook ended with {ended.code}:\n{(ended.out + ended.err)[-3000:]}")
        left = self.left(within)
        asked = Counter(entry.kind for entry in self.scene.vault.ledger.since(mark).requests())
        if left:
            self.forget()
        run = Run(seconds, busy, ended.out, asked, sum(entry.startswith("lease ") for entry in left), idle)
        return run, used.ru_maxrss / 1024

    def forget(self) -> None:
        """Revoke everything, as an operator would have to."""
        self._revoke_all()
        self.left()

    def minted(self) -> set[str]:
        """Digests of all credentials that Vault has made, from its own ledger."""
        found = set()
        with self.scene.vault.ledger.path.open() as file:
            for answer in map(json.loads, file):
                data = answer.get("response", {}).get("data") or {}
                if answer["type"] == "response" and "access_key" in data and "secret_key" in data:
                    found.add(digest(data["access_key"], data["secret_key"], data.get("session_token")))
        return found


def calm() -> float:
    """Wait a while for other work on this machine to pause; the share of the machine that was idle at last."""
    idle, deadline = 0.0, time.monotonic() + CALM_WITHIN
    while idle < CALM and time.monotonic() < deadline:
        before = processor_ticks()
        time.sleep(0.5)
        after = processor_ticks()
        idle = (after[3] - before[3]) / max(1, sum(after) - sum(before))
    return idle


def processor_ticks() -> list[int]:
    """What all processors together have done since the machine was started: user, nice, system, idle and so on."""
    return [int(ticks) for ticks in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def processor() -> float:
    """Processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def digest(*credentials: str | None) -> str:
    return hashlib.sha256(json.dumps(credentials).encode()).hexdigest()


def machine(place: Place, note: str) -> dict[str, t.Any]:
    """What the numbers depend on."""
    script = "import ansible, json, platform; print(json.dumps([ansible.__version__, platform.python_version()]))"
    core, python = json.loads(subprocess.check_output([place.python, "-P", "-c", script], env=place.environ))
    listed = subprocess.check_output(
        [place.python.with_name("ansible-galaxy"), "collection", "list", "--format=json", "community.hashi_vault"],
        env=place.environ,
    )
    theirs = next(iter(json.loads(listed).values()))["community.hashi_vault"]["version"]
    memory = re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())
    health = place.scene.vault.api("GET", "sys/health")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 2**20) if memory else None,
        "python": python,
        "ansible_core": core,
        "vault": health and health["version"],
        "community.hashi_vault": theirs,
        "load_at_start": round(os.getloadavg()[0], 1),
        "note": note,
    }
