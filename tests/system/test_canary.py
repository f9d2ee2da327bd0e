# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canary gate: whatever happens and however much Ansible says of it, no secret is in anything it says or leaves.

Each row is a way for a lookup to succeed or to fail, each mode a way to make Ansible talk. By default every row runs
once with all modes at once; with LEASEHOLD_CANARY=full in the environment it runs in each mode on its own as well,
and the rows that take a minute are run too.
"""

from __future__ import annotations

import os

import pytest
from ansible_collections.leasehold.vault.tests.system.canary_rows import ROWS, SLOW, Row
from ansible_collections.leasehold.vault.tests.system.canary_stage import EVERYTHING, KEEPER, MODES, Mode, stage, tasks
from ansible_collections.leasehold.vault.tests.system.controller import Controller, play

WORKED = "All assertions passed"
FULL = os.environ.get("LEASEHOLD_CANARY") == "full"


def check(controller: Controller, row: Row, mode: Mode) -> None:
    """Run a row, see that it has shown what it is for, and that nothing secret was seen anywhere."""
    with stage(controller) as made:
        row.arrange(made)
        asked = [*(task for call in row.calls for task in tasks(*call)[: row.ways]), *row.more]
        run = made.run([play(*asked)], mode, row.meanwhile)
        said = run.said()
        assert row.fails in said and row.says in said, said
        assert (WORKED in said, "class=" in said) == (not row.fails, bool(row.fails)), said
        assert row.keeper == any(KEEPER.encode() in command for command in run.watch.commands)
        assert run.hits() == []


@pytest.mark.every_core
@pytest.mark.parametrize("row", ROWS)
def test_no_secret_gets_out(controller: Controller, row: str) -> None:
    check(controller, ROWS[row], EVERYTHING)


@pytest.mark.every_core
@pytest.mark.parametrize("row", ["session", "wrong secret_id"])
def test_no_secret_gets_out_in_check_mode(controller: Controller, row: str) -> None:
    check(controller, ROWS[row], MODES["check"])


@pytest.mark.every_core
def test_f110_a_secret_is_returned_as_it_is(controller: Controller) -> None:
    secret = '-----BEGIN KEY-----\n{{ 6 * 7 }} {% raw %} "it\'s" \\ $HOME \t#\u00fc\n-----END KEY-----\n'
    controller.scene.vault.api("PUT", "kv/odd", {"key": secret})
    read = "{{ lookup('leasehold.vault.vault_read', 'kv/odd').key }}"
    copy = {"ansible.builtin.copy": {"content": read, "dest": str(controller.folder / "key")}, "no_log": True}
    ended = controller.playbook(play({**copy, "run_once": True}))
    assert ended.code == 0, ended.out
    assert (controller.folder / "key").read_text() == secret


@pytest.mark.parametrize("row", SLOW if FULL else ())
def test_no_secret_gets_out_after_a_minute(controller: Controller, row: str) -> None:
    check(controller, SLOW[row], EVERYTHING)


@pytest.mark.parametrize(("row", "mode"), [(row, mode) for row in ROWS for mode in MODES] if FULL else [])
def test_no_secret_gets_out_in_each_mode(controller: Controller, row: str, mode: str) -> None:
    check(controller, ROWS[row], MODES[mode])
