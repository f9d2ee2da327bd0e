# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canary gate for modules: no secret is in a result, a diff or a failure, whoever performs the module.

As in test_canary.py each row runs once with all modes at once, and with LEASEHOLD_CANARY=full in each mode, too.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.canary_calls import ROWS, Call
from ansible_collections.leasehold.vault.tests.system.canary_stage import EVERYTHING, MODES, Mode, stage
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller, Task, play
from ansible_collections.leasehold.vault.tests.system.test_canary import FULL
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, bench

CONNECTIONS = CHECKOUT / "tests" / "integration" / "targets" / "setup_matrix" / "connection_plugins"
WAYS = ("local", "elsewhere")
# What Ansible itself tells of whatever it sends to a host: its arguments, in its debug log and in the file it keeps.
SPEAKS_OF_ARGUMENTS = {"ANSIBLE_DEBUG", "ANSIBLE_KEEP_REMOTE_FILES"}


@pytest.fixture(scope="module")
def own_bench() -> t.Iterator[Scene]:
    """One that nobody else minds if a root key is rotated on it."""
    with bench() as scene:
        yield scene


@pytest.fixture
def controller(own_bench: Scene) -> t.Iterator[Controller]:
    with Controller(own_bench) as made:
        yield made


def tasks(calls: t.Sequence[Call], says: str) -> list[Task]:
    """Every call, and at the end whether each has become what it had to."""
    names = [call.register or f"call{number}" for number, call in enumerate(calls)]
    became = [call.became(name) for call, name in zip(calls, names, strict=True)]
    said = [f"{name}.results | rejectattr('msg', 'search', '{says}') == []" for name in names] if says else []
    check = {"ansible.builtin.assert": {"that": [*became, *said], "quiet": True}}
    return [*(call.task(name) for call, name in zip(calls, names, strict=True)), check]


def quieter(mode: Mode) -> Mode:
    return mode._replace(environ={name: v for name, v in mode.environ.items() if name not in SPEAKS_OF_ARGUMENTS})


def check(controller: Controller, row: str, way: str, mode: Mode, **environ: str) -> None:
    wanted, is_local = ROWS[row], way == "local"
    asked = tasks(wanted.here if is_local else wanted.there, wanted.says)
    with stage(controller) as made:
        wanted.arrange(made)
        # Without pipelining Ansible puts a module, with its arguments, into a file on the host for a moment.
        made.set(ANSIBLE_CONNECTION_PLUGINS=str(CONNECTIONS), ANSIBLE_PIPELINING="true", **environ)
        run = made.run([{**play(*asked), "vars": {"ansible_connection": way}}], mode if is_local else quieter(mode))
        assert run.ended.code == 0, run.said()
        assert run.hits() == []


EVERY_CORE = {("refused", "local"), ("refused", "elsewhere"), ("wrong options", "local")}
BOTH = [
    pytest.param(row, way, marks=[pytest.mark.every_core] if (row, way) in EVERY_CORE else [])
    for row in ROWS
    for way in WAYS
]


def test_every_module_is_called() -> None:
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("vault_*.py")}
    assert {call.module for row in ROWS.values() for call in row.here} == modules


@pytest.mark.parametrize(("row", "way"), BOTH)
def test_no_module_tells_a_secret(controller: Controller, row: str, way: str) -> None:
    in_check_mode = EVERYTHING._replace(args=(*EVERYTHING.args, "--check"))
    check(controller, row, way, in_check_mode if row == "check mode" else EVERYTHING)
    if row == "check mode":
        assert controller.ledger.writes() == []


@pytest.mark.parametrize("row", ["refused", "page", "denied"] if FULL else [])
def test_no_module_tells_a_secret_without_a_keeper(controller: Controller, row: str) -> None:
    check(controller, row, "local", EVERYTHING, LEASEHOLD_VAULT_KEEPER="false")


CHECKED = {"check", "check mode"}
IN_EACH_MODE = [(row, way, mode) for row in ROWS for way in WAYS for mode in MODES if len({row, mode} & CHECKED) != 1]


@pytest.mark.parametrize(("row", "way", "mode"), IN_EACH_MODE if FULL else [])
def test_no_module_tells_a_secret_in_each_mode(controller: Controller, row: str, way: str, mode: str) -> None:
    check(controller, row, way, MODES[mode])
