# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However a run ends, ten seconds later nothing is left of it: user at AWS, lease, token, keeper, socket, folder."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import (
    SAY_KEY,
    UPLOADER,
    Controller,
    Task,
    await_truth,
    creds,
    play,
)

ONCE = {"login": 1, "mint": 1, "revocation": 1}
FAIL: Task = {"ansible.builtin.fail": {"msg": "on purpose"}, "when": "inventory_hostname == 'h01'"}
UNREACHABLE: Task = {
    "ansible.builtin.ping": {},
    "vars": {"ansible_connection": "ssh", "ansible_ssh_executable": "{{ playbook_dir }}/bin/no-ssh"},
}
BROKEN_CALLBACK = """
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "broken"

    def v2_runner_on_ok(self, result):
        raise RuntimeError("broken on purpose")

    v2_playbook_on_stats = v2_runner_on_ok
"""


def running_with_a_key(controller: Controller) -> None:
    """What must be there in mid-run, or its absence later proves nothing."""
    kinds = [left.split()[0] for left in controller.left(within=0)]
    assert sorted({"keeper", "lease", "token", "IAM"} - set(kinds)) == []
    assert len(controller.scene.aws.iam_users()) == 1
    assert [path.name for path in controller.traces() if path.is_socket()] == ["leasehold.sock"]


@pytest.mark.parametrize(
    ("tasks", "keywords", "codes"),
    [
        pytest.param([SAY_KEY], {"aws": creds("'uploader'")}, {0}, id="f65-normal-with-wait"),
        pytest.param([SAY_KEY, FAIL], {}, {2}, id="f68-failed"),
        pytest.param([SAY_KEY, FAIL, SAY_KEY], {"any_errors_fatal": True}, {2}, id="f68-any_errors_fatal"),
        pytest.param([SAY_KEY, {"ansible.builtin.meta": "end_play"}, SAY_KEY], {}, {0}, id="f68-end_play"),
        pytest.param([SAY_KEY, UNREACHABLE], {}, {4}, id="f68-unreachable"),
    ],
)
def test_end_by_itself(controller: Controller, tasks: list[Task], keywords: dict[str, t.Any], codes: set[int]) -> None:
    controller.program("no-ssh", "#!/bin/sh\nexit 255\n")
    ended = controller.playbook(play(*tasks, **{"aws": UPLOADER, **keywords}))
    assert ended.code in codes, ended.out + ended.err
    assert ended.keys()
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f68_exception_in_another_callback(controller: Controller) -> None:
    controller.write("callback_plugins/broken.py", BROKEN_CALLBACK)
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER))
    assert "broken on purpose" in ended.out + ended.err
    assert ended.keys()
    assert controller.left() == []
    assert controller.asked() == ONCE


@pytest.mark.every_core
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_f69_f70_signal_to_the_main_process(controller: Controller, number: str) -> None:
    running = controller.start_playbook(play(SAY_KEY, controller.halt("task"), aws=UPLOADER))
    controller.reached("task")
    running_with_a_key(controller)
    running.process.send_signal(signal.Signals[number])
    assert running.ended(within=10).code != 0
    assert controller.left() == []
    assert controller.asked() == ONCE


@pytest.mark.every_core
@pytest.mark.parametrize("times", [1, 2])
def test_f69_ctrl_c(controller: Controller, times: int) -> None:
    running = controller.start_playbook(play(SAY_KEY, controller.halt("task"), aws=UPLOADER))
    controller.reached("task")
    running_with_a_key(controller)
    for _number in range(times):
        running.interrupt()
    assert running.ended(within=10).code != 0
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f69_ctrl_c_while_a_lookup_waits(controller: Controller) -> None:
    """The user, the lease and the token exist, but no task has them yet."""
    nowhere = "wait=true, sts_endpoint='http://127.0.0.1:9'"
    running = controller.start_playbook(play(SAY_KEY, aws=creds(f"'uploader', {nowhere}")))
    await_truth(controller.scene.aws.iam_users)
    running_with_a_key(controller)
    running.interrupt()
    assert running.ended(within=10).code != 0
    assert controller.left() == []


def test_f70_kill_of_everything_but_the_keeper(controller: Controller) -> None:
    """As the out-of-memory killer or a lost session does: the workers die together with the main process."""
    running = controller.start_playbook(play(SAY_KEY, controller.halt("task"), aws=UPLOADER))
    controller.reached("task")
    running_with_a_key(controller)
    os.killpg(running.process.pid, signal.SIGKILL)
    assert running.ended(within=10).code == -signal.SIGKILL
    assert controller.left() == []


def test_a_pipe_ends_with_the_playbook(controller: Controller) -> None:
    """The keeper holds no descriptor of its caller, or ``ansible-playbook | tee`` would wait for it."""
    controller.write("play.yml", [play(SAY_KEY, controller.halt("task"), aws=UPLOADER)])
    running = controller.start("sh", "-c", "ansible-playbook -i hosts.ini play.yml 2>&1 3>&1 | cat")
    controller.reached("task")
    keeper = controller.keeper()
    os.kill(keeper, signal.SIGSTOP)
    controller.go_on("task")
    ended = running.ended(within=10)
    assert controller.keepers() == [keeper]
    os.kill(keeper, signal.SIGCONT)
    assert "PLAY RECAP" in ended.out
    assert controller.left() == []
