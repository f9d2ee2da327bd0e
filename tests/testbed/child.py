# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of the bench as a child process.

Every server keeps three promises: it prints one JSON line of facts when it is ready; it lives until its standard
input closes, so that it dies with its starter even if that is killed with SIGKILL; and its last act is to remove
the folder it was given with ``-folder``.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

READY_WITHIN = 60.0
ENDS_WITHIN = 5.0

# What would lead a program that runs on the bench to somebody's real Vault or AWS account.
_FOREIGN = re.compile(r"(VAULT_(?!BIN$)|BAO_|AWS_|BOTO_|MOTO_|LEASEHOLD_|ANSIBLE_HASHI_VAULT_)")
_LOOPBACK = "127.0.0.1,localhost"


class BenchError(Exception):
    """The bench cannot do what it was asked to."""


def clean_environ() -> dict[str, str]:
    """The environment of this process without a trace of the user's own Vault and AWS."""
    environ = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    for name in ("no_proxy", "NO_PROXY"):
        environ[name] = ",".join(filter(None, (environ.get(name), _LOOPBACK)))
    return environ


class Child:
    """Starts a server at once; ``facts`` waits until it is ready, so that two can start side by side."""

    def __init__(self, command: t.Sequence[str | Path], environ: t.Mapping[str, str]) -> None:
        self._command = " ".join(map(str, command))
        self.folder = Path(tempfile.mkdtemp(prefix="testbed-"))
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "-folder", self.folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environ,
                start_new_session=True,  # Ctrl-C is for the starter, which may still need the server
            )

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    @functools.cached_property
    def facts(self) -> dict[str, str]:
        assert self.process.stdout
        ready = select.select([self.process.stdout], [], [], READY_WITHIN)[0]
        line = self.process.stdout.readline() if ready else b""
        if not line:
            said = self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""
            self.stop()
            raise BenchError(f"{self._command} did not start: {said or 'no answer'}")
        facts: dict[str, str] = json.loads(line)
        return facts

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        assert self.process.stdin and self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
