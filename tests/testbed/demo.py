# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: a playbook on several hosts gets AWS credentials from a real Vault, uses them, and leaves nothing behind.

All of it happens on this machine: the bench's own Vault and AWS (moto), whatever the environment says of others. The
exit code is 1 if the playbook fails or anything is left of what it leased.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

if not __package__:  # started by the name of the file
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    __package__ = "tests.testbed"

from .child import BenchError
from .ledger import Entry, Ledger
from .scene import Scene, bench

CHECKOUT = Path(__file__).resolve().parents[2]
HOSTS = ("web1", "web2", "app1", "app2", "db1")
GONE_WITHIN = 10.0
CONFIG = """
[defaults]
callbacks_enabled = leasehold.vault.lease_report
callback_result_format = yaml

[callback_lease_report]
table = true
"""
KINDS = {"lease": "leases", "token": "tokens", "IAM": "IAM users"}
# Of the user's settings only the colours: all others could make it another demo.
FOREIGN = re.compile(r"ANSIBLE_(?!HASHI_VAULT_|NOCOLOR|FORCE_COLOR)|PYTHONPATH$")


def main() -> int:
    step("A Vault and an AWS start on this machine. A VAULT_ADDR or an AWS key of yours is not used.")
    try:
        with bench() as scene:
            return show(scene)
    except (BenchError, FileNotFoundError) as problem:
        step(str(problem))
        return 1


def show(scene: Scene) -> int:
    health = scene.vault.api("GET", "sys/health")
    note(f"Vault {health and health['version']} at {scene.vault.address}, AWS (moto) at {scene.aws.endpoint}")
    note(f"There are {counted(scene.leftovers())} for now.")
    step(f"A playbook runs on {len(HOSTS)} hosts; each of them calls AWS with credentials from Vault.")
    mark = scene.vault.ledger.mark()
    code = run(scene)
    if code:
        step(f"The playbook failed: ansible-playbook ended with {code}.")
    ended = time.monotonic()
    left = scene.leftovers(within=GONE_WITHIN)
    seconds = time.monotonic() - ended
    step(f"Vault's own audit log of that run, whatever the number of hosts ({len(HOSTS)} here):")
    tell(scene.vault.ledger.since(mark))
    step(f"{seconds:.1f} s after the end of the playbook Vault and AWS have {counted(left)} of it.")
    for entry in left:
        note(f"left: {entry}")
    return 1 if code or left else 0


def run(scene: Scene) -> int:
    """Run the playbook of the collection, which is this checkout."""
    folder = scene.vault.folder
    inventory, collection = folder / "demo.ini", folder / "tree" / "ansible_collections" / "leasehold" / "vault"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(CHECKOUT)
    (folder / "demo.cfg").write_text(CONFIG)
    variables = ("ansible_connection=local", "ansible_python_interpreter='{{ ansible_playbook_python }}'")
    inventory.write_text("\n".join([*HOSTS, "[all:vars]", *variables]) + "\n")
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "-i", str(inventory), "leasehold.vault.demo"]
    return subprocess.run(command, env=environ(scene, folder), cwd=folder, check=False).returncode


def environ(scene: Scene, folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in scene.environ().items() if not FOREIGN.match(name)}
    return clean | {
        "ANSIBLE_CONFIG": str(folder / "demo.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "tree"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), clean.get("PATH", os.defpath)]),
    }


def counted(left: list[str]) -> str:
    """``0 leases, 0 tokens, 0 IAM users``"""
    found = [entry.split()[0] for entry in left]
    return ", ".join(f"{found.count(kind)} {name}" for kind, name in KINDS.items())


def tell(ledger: Ledger) -> None:
    """A line for each request that Vault has answered."""
    requests: list[Entry] = ledger.requests()
    for entry in requests:
        seconds = (entry.time - requests[0].time).total_seconds()
        note(f"{seconds:5.1f} s  {entry.kind:<11} {entry.path}")


def step(text: str) -> None:
    print(f"\n== {text}", flush=True)


def note(text: str) -> None:
    print(f"   {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
