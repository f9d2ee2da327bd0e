# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible controller for one test: real programs, a home of their own, and what they left behind.

The collection is the checkout, linked into a tree of this controller's own: so its keepers are told from all others
by the path of their script.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing as t
from collections import Counter
from pathlib import Path

import yaml
from ansible_collections.leasehold.vault.tests.testbed.ledger import Ledger
from ansible_collections.leasehold.vault.tests.testbed.scene import ENGINES, Scene

CHECKOUT = Path(__file__).resolve().parents[2]
GONE_WITHIN = 10.0

Task = dict[str, t.Any]
Play = dict[str, t.Any]


def creds(arguments: str) -> str:
    """The lookup as a template."""
    return "{{ lookup('leasehold.vault.vault_aws_creds', " + arguments + ") }}"


DEPLOY = creds("'deploy'")
UPLOADER = creds("'uploader', wait=false")
SAY_KEY: Task = {"ansible.builtin.debug": {"msg": "{{ aws.access_key }}"}}


def play(*tasks: Task, aws: str = DEPLOY, **keywords: t.Any) -> Play:
    """A play for all hosts, with the credentials as the variable ``aws``."""
    return {"hosts": "all", "gather_facts": False, "vars": {"aws": aws}, **keywords, "tasks": list(tasks)}


def await_truth(check: t.Callable[[], t.Any], within: float = 30.0) -> t.Any:
    """What the check says as soon as that is true; a failure if it never is."""
    deadline = time.monotonic() + within
    while not (found := check()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    code: int
    out: str
    err: str
    seconds: float

    def keys(self) -> list[str]:
        """The access keys in its output, in their order."""
        return re.findall(r"\bA[SK]IA[A-Z0-9]{16}\b", self.out)

    def changed(self) -> list[str]:
        """The tasks, and items of loops, that it has changed or would change."""
        found, task = [], ""
        for line in self.out.splitlines():
            if line.startswith("TASK ["):
                task = line.partition("[")[2].rpartition("]")[0]
            elif line.startswith("changed: "):
                found.append(f"{task} {line.partition('changed: ')[2].partition(' => {')[0]}")
        return found


def heed_signals() -> None:
    """As from a terminal; whoever has started the tests may ignore them, and a child would do so too."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


class Running:
    """A program under way, leader of a process group of its own."""

    def __init__(self, command: t.Sequence[str | Path], folder: Path, environ: t.Mapping[str, str], stdin: str) -> None:
        self._begun = time.monotonic()
        said = Path(tempfile.mkdtemp(prefix="said-", dir=folder))
        self._out, self._err = said / "out", said / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
                text=True,
                preexec_fn=heed_signals,
            )
        assert self.process.stdin
        self.process.stdin.write(stdin)
        self.process.stdin.close()

    def ended(self, within: float = 120.0) -> Ended:
        code = self.process.wait(within)
        return Ended(code, self._out.read_text(), self._err.read_text(), time.monotonic() - self._begun)

    def interrupt(self) -> None:
        """What Ctrl-C does: the signal goes to every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def abandon(self) -> None:
        """End whatever of it still runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Controller:
    """Runs Ansible in a folder of its own, and knows what Vault was asked and what is left."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        # pytest's folders have names too long for a Unix socket.
        self.folder = Path(tempfile.mkdtemp(prefix="ansible-"))
        self.temp = self._make("tmp")
        self.tree = self._make("tree")
        collection = self.tree / "ansible_collections" / "leasehold" / "vault"
        collection.parent.mkdir(parents=True)
        collection.symlink_to(CHECKOUT)
        self.environ = self._environ()
        self.write("ansible.cfg", "")
        self.hosts(2)
        self._mark = scene.vault.ledger.mark()
        self._started: list[Running] = []

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def _make(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def _environ(self) -> dict[str, str]:
        """The bench's environment, without anything of the user's that steers Ansible or Python."""
        foreign = re.compile(r"ANSIBLE_(?!HASHI_VAULT_)|XDG_|PYTHONPATH$")
        environ = {name: value for name, value in self.scene.environ().items() if not foreign.match(name)}
        return environ | {
            "PATH": os.pathsep.join([str(self._make("bin")), str(Path(sys.executable).parent), environ["PATH"]]),
            "HOME": str(self._make("home")),
            "TMPDIR": str(self.temp),
            "ANSIBLE_LOCAL_TEMP": str(self.temp),
            "ANSIBLE_REMOTE_TEMP": str(self._make("remote")),
            "ANSIBLE_ASYNC_DIR": str(self._make("async")),
            "ANSIBLE_COLLECTIONS_PATH": str(self.tree),
        }

    # -- what it works on

    def write(self, name: str, content: t.Any) -> Path:
        """A file of the controller; what is not a text is written as YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def program(self, name: str, script: str) -> None:
        """An executable on this controller's PATH."""
        self.write(f"bin/{name}", script).chmod(0o755)

    def hosts(self, count: int, **variables: str) -> None:
        """An inventory of so many hosts, all of them this machine."""
        known = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "leasehold_vault_sts_endpoint": self.scene.aws.endpoint,
            **variables,
        }
        names = [f"h{number:02}" for number in range(1, count + 1)]
        lines = [*names, "[all:vars]", *(f"{name}={value}" for name, value in known.items())]
        self.write("hosts.ini", "\n".join(lines) + "\n")

    def halt(self, name: str) -> Task:
        """A task that says it is reached, then waits until the test lets it ``go_on``."""
        # A test that kills Ansible leaves this behind; it ends by itself, at the latest when the folder goes.
        waits = f"for i in $(seq 600); do [ -e {name}.reached ] && [ ! -e {name}.go ] || break; sleep 0.1; done"
        script = f"touch {name}.reached; {waits}"
        return {"ansible.builtin.shell": {"cmd": script, "chdir": str(self.folder)}, "run_once": True}

    def reached(self, name: str) -> None:
        await_truth((self.folder / f"{name}.reached").exists)

    def go_on(self, name: str) -> None:
        (self.folder / f"{name}.go").touch()

    # -- what it runs

    def start(self, program: str, *args: str | Path, stdin: str = "") -> Running:
        """Start a program; Ansible's are those of the Ansible that this Python has."""
        running = Running([program, *args], self.folder, self.environ, stdin)
        self._started.append(running)
        return running

    def run(self, program: str, *args: str | Path, stdin: str = "") -> Ended:
        return self.start(program, *args, stdin=stdin).ended()

    def start_playbook(self, *plays: Play, args: t.Sequence[str] = ()) -> Running:
        return self.start("ansible-playbook", "-i", "hosts.ini", *args, self.write("play.yml", list(plays)))

    def playbook(self, *plays: Play, args: t.Sequence[str] = ()) -> Ended:
        return self.start_playbook(*plays, args=args).ended()

    # -- what came of it

    @property
    def ledger(self) -> Ledger:
        """What Vault was asked since this controller exists."""
        return self.scene.vault.ledger.since(self._mark)

    def asked(self) -> dict[str, int]:
        """How often Vault was asked what."""
        return dict(Counter(entry.kind for entry in self.ledger.requests()))

    def answers(self, path: str) -> list[dict[str, t.Any]]:
        """Vault's own record of what it answered at a path."""
        with self.scene.vault.ledger.path.open("rb") as file:
            file.seek(self._mark)
            records = [json.loads(line) for line in file]
        found = (r for r in records if r["type"] == "response" and fnmatch.fnmatchcase(r["request"]["path"], path))
        return [record["response"] for record in found]

    def made(self) -> dict[str, t.Any]:
        """What is in the one lease that Vault has made."""
        (answer,) = self.answers("aws*/creds/*")
        return answer["data"]

    def token(self) -> str:
        """The token of the one login that Vault has accepted."""
        (answer,) = self.answers("auth/*/login*")
        return answer["auth"]["client_token"]

    def living_keys(self) -> set[str]:
        """The access keys of the users that Vault has made and not yet removed."""
        aws = self.scene.aws
        return {key for user in aws.iam_users() for key in aws.access_keys(user)}

    def keepers(self) -> list[int]:
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
        rows = (line.split(None, 1) for line in listed.stdout.splitlines())
        return [int(pid) for pid, command in rows if f"{self.tree}/" in command and "/plugin_utils/" in command]

    def keeper(self) -> int:
        """The one keeper there is."""
        (pid,) = self.keepers()
        return pid

    def traces(self) -> list[Path]:
        """The keeper's sockets, locks and folders."""
        return [path for path in self.temp.rglob("*") if path.name.startswith("leasehold")]

    def left(self, within: float = GONE_WITHIN) -> list[str]:
        """Everything that should be gone by now: waits so many seconds for it to go."""
        deadline = time.monotonic() + within
        while (left := self._left()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _left(self) -> list[str]:
        ours = [f"keeper {pid}" for pid in self.keepers()] + [str(path) for path in self.traces()]
        return ours + self.scene.leftovers()

    def clear(self) -> None:
        """End by force what is left, so that the next test starts with nothing."""
        for running in self._started:
            running.abandon()
        for pid in self.keepers():
            os.kill(pid, signal.SIGKILL)
        self._revoke_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _revoke_all(self) -> None:
        vault = self.scene.vault
        for token in vault.tokens():
            vault.api("POST", "auth/token/revoke-accessor", {"accessor": token["accessor"]})
        for engine in ENGINES:
            vault.api("PUT", f"sys/leases/revoke-prefix/{engine}", {"sync": True})
