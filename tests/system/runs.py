# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs for tests of faults: everything is real but Ansible itself, and Vault is behind a server that misbehaves.

    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(503), nth=[1])
        assert len(run.keys(forks=50)) == 1

What is left at the end of such a block fails the test.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import ENVIRONMENT
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.testbed.faults import Action, FaultServer, answer
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene

FORKS = Path(__file__).with_name("forks.py")
ENDS_WITHIN = 10.0
LOGIN, CREDS = r"/v1/auth/approle/login", r"/v1/aws/creds/\w+"

Reply = dict[str, t.Any]


class Run:
    """A main process whose workers ask; ``environ`` is what the user has set beside what the controller has."""

    def __init__(self, controller: Controller, **environ: str) -> None:
        self._given = controller.environ | environ
        self._folder = str(controller.folder)
        self.process = subprocess.Popen(
            [sys.executable, "-P", FORKS],
            env=self._given | {"PYTHONPATH": str(controller.tree)},
            cwd=controller.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *exc: object) -> None:
        """The end of the run; by force if a test has failed while workers still wait."""
        assert self.process.stdin and self.process.stdout
        with self.process.stdout, contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def message(self, op: str, *terms: str, **arguments: t.Any) -> t.Mapping[str, t.Any]:
        """What a lookup would send."""
        environment = {name: value for name, value in self._given.items() if name.startswith(ENVIRONMENT)}
        sources = {"arguments": arguments, "variables": {}, "environment": environment, "ini": None}
        return {"op": op, "terms": terms, "given": {**sources, "folder": self._folder}}

    def begin(self, *messages: t.Mapping[str, t.Any], files: int | None = None) -> None:
        """Let workers ask, one for each message; ``replies`` waits for what they are told."""
        assert self.process.stdin
        print(json.dumps({"messages": messages, "files": files}), file=self.process.stdin, flush=True)

    def begin_creds(self, role: str = "uploader", forks: int = 1, **arguments: t.Any) -> None:
        self.begin(*[self.message("vault_aws_creds", role, **{"wait": False, **arguments})] * forks)

    def replies(self) -> list[Reply]:
        assert self.process.stdout
        replies: list[Reply] = json.loads(self.process.stdout.readline())
        return replies

    def keys(self, role: str = "uploader", forks: int = 1, **arguments: t.Any) -> set[str]:
        """The access keys that so many workers got when they asked at once; a failure if one of them got none."""
        self.begin_creds(role, forks, **arguments)
        return self.begun_keys()

    def begun_keys(self) -> set[str]:
        replies = self.replies()
        errors = [reply["error"] for reply in replies if "error" in reply]
        assert not errors, errors[0]
        return {reply["ok"]["results"][0]["access_key"] for reply in replies}

    def refusal(self, role: str = "uploader", forks: int = 1, **arguments: t.Any) -> str:
        """The one text that so many workers were refused with when they asked at once."""
        self.begin_creds(role, forks, **arguments)
        (text,) = {reply["error"] for reply in self.replies()}
        return text


@contextlib.contextmanager
def behind(controller: Controller, **environ: str) -> t.Iterator[tuple[FaultServer, Run]]:
    """A run that reaches the Vault of its controller through a server for faults; nothing of it may be left."""
    with FaultServer(upstream=controller.scene.vault.address) as faults:
        with Run(controller, **{"VAULT_ADDR": faults.url, **environ}) as run:
            yield faults, run
        left = controller.left()
        assert left == [], left


def asked(faults: FaultServer) -> list[str]:
    """What came in, in its order."""
    return [f"{seen.method} {seen.target}" for seen in list(faults.requests)]


def copies_of(scene: Scene, role: str, count: int) -> list[str]:
    """Roles of the AWS engine that are like another one."""
    found = scene.vault.api("GET", f"aws/roles/{role}")
    assert found
    names = [f"{role}{number}" for number in range(count)]
    for name in names:
        scene.vault.api("PUT", f"aws/roles/{name}", found["data"])
    return names


def aws_says(code: str) -> Action:
    """An error of AWS."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"
    return answer(403, body.encode(), {"Content-Type": "text/xml"})
