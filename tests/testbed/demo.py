# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: an empty Vault is set up for AWS; then a playbook on several hosts uses that and leaves nothing behind.

All of it happens on this machine: the bench's own Vault and AWS (moto), whatever the environment says of others. The
exit code is 1 if a playbook fails or anything is left of what it leased.
"""

from __future__ import annotations

import json
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
from .scene import Bare, Scene, bare, bench

CHECKOUT = Path(__file__).resolve().parents[2]
HOSTS = ("web1", "web2", "app1", "app2", "db1")
GONE_WITHIN = 10.0
QUIET = {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false", "ANSIBLE_LOCALHOST_WARNING": "false"}
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
        with bare() as empty:
            code = set_up(empty)
        if code:
            return code
        with bench() as scene:
            return show(scene)
    except (BenchError, FileNotFoundError) as problem:
        step(str(problem))
        return 1


def set_up(scene: Bare) -> int:
    """The walkthrough on a Vault that knows nothing, and once more to see that it has nothing to do."""
    step("The walkthrough: this Vault knows nothing of AWS. In the end a program asks it for credentials of a minute.")
    for title, rounds in (("", 6), ("Once more: what is there already is left alone.", 0)):
        if title:
            step(title)
        endpoints = {"iam": scene.aws.endpoint, "sts": scene.aws.endpoint}
        extra = {"walkthrough_endpoints": endpoints, "walkthrough_rounds": rounds, "walkthrough_pause": 2.5}
        key = {"AWS_ACCESS_KEY_ID": scene.key.access_key, "AWS_SECRET_ACCESS_KEY": scene.key.secret_key}
        mark = scene.vault.ledger.mark()
        code = run(scene, "leasehold.vault.walkthrough", {**key, **QUIET}, "-e", json.dumps(extra))
        if code:
            step(f"The playbook failed: ansible-playbook ended with {code}.")
            return code
        note(f"Vault's audit log has {len(scene.vault.ledger.since(mark).writes())} writes of that run.")
    return 0


def show(scene: Scene) -> int:
    health = scene.vault.api("GET", "sys/health")
    note(f"Vault {health and health['version']} at {scene.vault.address}, AWS (moto) at {scene.aws.endpoint}")
    note(f"There are {counted(scene.leftovers())} for now.")
    step(f"A playbook runs on {len(HOSTS)} hosts; each of them calls AWS with credentials from Vault.")
    mark = scene.vault.ledger.mark()
    code = run(scene, "leasehold.vault.demo", {})
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


def run(scene: Scene, playbook: str, more: dict[str, str], *args: str) -> int:
    """Run a playbook of the collection, which is this checkout."""
    folder = scene.vault.folder
    inventory, collection = folder / "demo.ini", folder / "tree" / "ansible_collections" / "leasehold" / "vault"
    if not collection.exists():
        collection.parent.mkdir(parents=True)
        collection.symlink_to(CHECKOUT)
    (folder / "demo.cfg").write_text(CONFIG)
    variables = ("ansible_connection=local", "ansible_python_interpreter='{{ ansible_playbook_python }}'")
    inventory.write_text("\n".join([*HOSTS, "[all:vars]", *variables]) + "\n")
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "-i", str(inventory), playbook, *args]
    environment = environ(scene, folder) | {"PWD": str(folder)} | more
    return subprocess.run(command, env=environment, cwd=folder, check=False).returncode


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
