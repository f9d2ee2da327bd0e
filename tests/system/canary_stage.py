# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the canary gate's playbooks run: a controller whose every secret is known and whose every trace is searched.

Vault and AWS are behind proxies, which can misbehave, and see what URLs they are asked for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

from ansible_collections.leasehold.vault.tests.system.canary import Seen, Watch, files, hits, secrets_in
from ansible_collections.leasehold.vault.tests.system.controller import Controller, Ended, Play, Task, await_truth
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer

KEEPER = "_bootstrap.py"
# A core dump of any process is allowed, so that the keeper has to forbid its own.
WITH_CORES = ["-c", 'ulimit -c unlimited; exec "$0" "$@"']
SENT_AS_HEADER = ("x-vault-token", "x-amz-security-token")
ENDS_WITHIN = 20.0

# A callback that writes down all that any callback is given of a result.
DUMP = """
import json, os
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "dump"

    def v2_on_any(self, *args, **kwargs):
        for result in args:
            known = getattr(result, "result", None) or getattr(result, "_result", None)
            if known is not None:
                with open(os.environ["CANARY_DUMP"], "a") as file:
                    file.write(json.dumps(known, default=repr) + "\\n")
"""


class Mode(t.NamedTuple):
    """A way to run Ansible that makes it say or write more; ``{sinks}`` is the folder for what it writes."""

    args: tuple[str, ...] = ()
    environ: t.Mapping[str, str] = {}


MODES = {
    "plain": Mode(),
    "verbose": Mode(("-vvvvvv",)),
    "diff": Mode(("--diff",)),
    "check": Mode(("--check", "--diff", "-v")),
    "log": Mode(("-vvv",), {"ANSIBLE_LOG_PATH": "{sinks}/ansible.log"}),
    "lease log": Mode((), {"LEASEHOLD_VAULT_LOG_PATH": "{sinks}/lease.log"}),
    "json": Mode((), {"ANSIBLE_STDOUT_CALLBACK": "dump"}),
    "oneline": Mode(("-v",), {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.oneline"}),
    "callbacks": Mode((), {"ANSIBLE_CALLBACKS_ENABLED": "dump,ansible.builtin.junit,leasehold.vault.lease_report"}),
    "traceback": Mode(("-vvv",), {"ANSIBLE_DISPLAY_TRACEBACK": "always"}),
    "debug": Mode((), {"ANSIBLE_DEBUG": "1"}),
    "kept files": Mode((), {"ANSIBLE_KEEP_REMOTE_FILES": "1"}),
    "fact cache": Mode((), {"ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile"}),
    "free": Mode((), {"ANSIBLE_STRATEGY": "ansible.builtin.free"}),
}
# Where some of them write to, and how.
PLACES = {
    "JUNIT_OUTPUT_DIR": "{sinks}/junit",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION": "{sinks}/facts",
    "LEASEHOLD_VAULT_REPORT_TABLE": "true",
}
LOUD = ("verbose", "diff", "log", "lease log", "callbacks", "traceback", "debug", "kept files", "fact cache")
EVERYTHING = Mode(("-vvvvvv", "--diff"), {k: v for name in LOUD for k, v in MODES[name].environ.items()})


def nothing(_stage: Stage) -> None:
    """For rows to which nothing special happens."""


@dataclasses.dataclass
class Stage:
    controller: Controller
    vault: FaultServer
    aws: FaultServer
    until_done: contextlib.ExitStack
    given: dict[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ledger = self.controller.scene.vault.ledger
        self._mark = self._ledger.mark()

    def give(self, variable: str, secret: str) -> str:
        """A secret in the user's environment."""
        self.controller.environ[variable] = self.given[variable] = secret
        return secret

    def set(self, **environ: str) -> None:
        self.controller.environ.update(environ)

    def give_token(self) -> str:
        """From now on the user has a token instead of an AppRole."""
        self.set(ANSIBLE_HASHI_VAULT_AUTH_METHOD="token")
        return self.give("VAULT_TOKEN", self.controller.scene.login())

    def run(self, plays: t.Sequence[Play], mode: Mode, meanwhile: t.Callable[[Stage], None] = nothing) -> Run:
        """Run a playbook and wait until nothing of it runs any more, with an eye on it all the time."""
        controller = self.controller
        sinks = controller.folder / "sinks"
        sinks.mkdir()
        controller.write("callbacks/dump.py", DUMP)
        self.set(ANSIBLE_CALLBACK_PLUGINS=str(controller.folder / "callbacks"), CANARY_DUMP=str(sinks / "dump.json"))
        self.set(**{name: value.format(sinks=sinks) for name, value in {**PLACES, **mode.environ}.items()})
        playbook = controller.write("play.yml", list(plays))
        command = ["ansible-playbook", "-i", "hosts.ini", *mode.args, str(playbook)]
        folders = [controller.temp, controller.folder / "home"]
        with Watch(folders, str(controller.folder), KEEPER, controller.environ.values()) as watch:
            running = controller.start("sh", *WITH_CORES, *command)
            meanwhile(self)
            ended = running.ended()
            await_truth(lambda: not controller.keepers(), ENDS_WITHIN)
        return Run(self, ended, watch)

    def secrets(self) -> dict[str, str]:
        """Everything that nobody but the user may learn, from the user's environment and from Vault's raw log."""
        with self._ledger.path.open("rb") as file:
            file.seek(self._mark)
            return {**secrets_in(map(json.loads, file)), **self.given}


@dataclasses.dataclass
class Run:
    """One run, and all that is known of it."""

    stage: Stage
    ended: Ended
    watch: Watch

    def said(self) -> str:
        """All that it printed or wrote down for people."""
        sinks = self.stage.controller.folder / "sinks"
        return self.ended.out + self.ended.err + "".join(path.read_text() for path in sorted(sinks.glob("*.*")))

    def seen(self) -> list[Seen]:
        controller, asked = self.stage.controller, [*self.stage.vault.requests, *self.stage.aws.requests]
        headers = [f"{k}: {v}" for one in asked for k, v in one.headers if k.lower() not in SENT_AS_HEADER]
        return [
            Seen("stdout", self.ended.out.encode()),
            Seen("stderr", self.ended.err.encode()),
            Seen("URLs", "\n".join(one.target for one in asked).encode()),
            Seen("headers", "\n".join(headers).encode()),
            *files(controller.folder),
            *self.watch.seen,
        ]

    def hits(self) -> list[str]:
        return hits(self.stage.secrets(), self.seen())


@contextlib.contextmanager
def stage(controller: Controller) -> t.Iterator[Stage]:
    scene = controller.scene
    with contextlib.ExitStack() as until_done:
        vault = until_done.enter_context(FaultServer(upstream=scene.vault.address))
        aws = until_done.enter_context(FaultServer(upstream=scene.aws.endpoint))
        made = Stage(controller, vault, aws, until_done)
        made.give("ANSIBLE_HASHI_VAULT_SECRET_ID", controller.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"])
        made.set(VAULT_ADDR=vault.url, ANSIBLE_REMOTE_TEMP=str(controller.temp / "remote"))
        controller.hosts(1, leasehold_vault_sts_endpoint=aws.url)
        yield made


def tasks(name: str, arguments: str) -> list[Task]:
    """Tasks that use what a lookup returns in every way that shows nothing by itself, whether it fails or not."""

    def call(*more: str) -> str:
        return f"lookup({', '.join(filter(None, [repr('leasehold.vault.' + name), arguments, *more]))})"

    def check(what: str, **keywords: t.Any) -> Task:
        there = f"({what} | string | length) > 9"
        return {"ansible.builtin.assert": {"that": there}, "ignore_errors": True, **keywords}

    return [
        {"ansible.builtin.set_fact": {"kept": f"{{{{ {call()} }}}}"}, "no_log": True, "ignore_errors": True},
        check("one", vars={"one": f"{{{{ {call()} }}}}"}),
        check(call(), no_log=True),
        check(call("errors='warn'")),
        check(call("errors='ignore'")),
        {"ansible.builtin.debug": {"msg": "{{ kept }}"}, "no_log": True, "ignore_errors": True},
    ]
