# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bench on the command line: a real Vault and an AWS, prepared as ``scene.py`` says, with an EC2 instance.

``python tests/testbed run -- COMMAND ...`` runs a command on it and passes its exit code on; with ``$SHELL`` as the
command that is a shell on the bench. ``up`` keeps it running until Ctrl-C. ``build`` only sees to the server.

The command finds Vault and AWS by the usual environment variables, without any that the caller has. LEASEHOLD_TESTBED
names a private JSON file with all the facts under one key ``testbed``; it goes when the bench goes.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

if not __package__:  # started by the name of the folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    __package__ = "tests.testbed"

from .aws_auth import AwsAuth, instance
from .build import find, say
from .child import BenchError
from .metadata import Metadata
from .scene import Scene, bench


def main() -> int:
    parser = argparse.ArgumentParser(prog="testbed", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("build", help="find the Vault server, or build it")
    actions.add_parser("up", help="start everything and wait for Ctrl-C")
    actions.add_parser("run", help="start everything and run a command").add_argument("command", nargs="+")
    options = parser.parse_args()
    try:
        if options.action == "build":
            say(f"the server is {' '.join(map(str, find().command))}")
            return 0
        with bench() as scene, instance(scene) as (auth, metadata):
            path = write_facts(scene, auth, metadata)
            if options.action == "up":
                return up(scene, path)
            here = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "AWS_EC2_METADATA_DISABLED": "false"}
            return run(options.command, scene.environ() | here | {"LEASEHOLD_TESTBED": str(path)})
    except (BenchError, FileNotFoundError) as error:
        say(str(error))
        return 1


def run(command: t.Sequence[str], environ: t.Mapping[str, str]) -> int:
    """Run the command to its end; it gets the caller's signals and has its own way of ending by them."""
    process = subprocess.Popen(command, env=environ)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the command as well
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


def up(scene: Scene, facts: Path) -> int:
    say(f"Vault is at {scene.vault.address}, AWS at {scene.aws.endpoint}, the facts are in {facts}")
    say("Ctrl-C ends it")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("ended")
    return 0


def write_facts(scene: Scene, auth: AwsAuth, metadata: Metadata) -> Path:
    instance = {"id": metadata.instance.instance_id, "metadata_url": metadata.url, "mount": auth.mount, "role": "web"}
    path = scene.vault.folder / "facts.json"
    path.touch(0o600)
    path.write_text(json.dumps({"testbed": {**scene.facts(), "instance": instance}}, indent=1))
    return path


if __name__ == "__main__":
    sys.exit(main())
