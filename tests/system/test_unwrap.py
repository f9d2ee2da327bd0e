# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wrapping token in a run of many hosts: unwrapped once, the same to all of them, and shown to nobody."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, Ended, Task

MADE_AT = "auth/approle/role/ansible/secret-id"
WRITE = "leasehold.vault.vault_write"
WRAP = "sys/wrapping/wrap"
CANARY = "CANARY-in-the-wrapping"


def unwrapped(token: str, made_at: str) -> str:
    return f"{{{{ lookup('leasehold.vault.vault_unwrap', {token}, creation_path='{made_at}') }}}}"


def run(controller: Controller, *tasks: Task, args: t.Sequence[str] = (), **variables: str) -> Ended:
    """The tasks on ten hosts at once; ``content`` is unwrapped anew at each reference, as far as Ansible knows."""
    controller.hosts(10)
    play = {"hosts": "all", "gather_facts": False, "vars": variables, "tasks": list(tasks)}
    return controller.playbook(play, args=["--forks=10", *args])


def asked(controller: Controller) -> list[str]:
    return [entry.path for entry in controller.ledger.requests("sys/wrapping/*")]


@pytest.mark.every_core
def test_ten_hosts_unwrap_it_once(controller: Controller) -> None:
    token = controller.scene.wrapped_secret_id()
    is_whole: Task = {"ansible.builtin.assert": {"that": ["content.secret_id | length == 36"], "quiet": True}}
    ended = run(controller, is_whole, is_whole, args=["-vvv"], token=token, content=unwrapped("token", MADE_AT))
    assert ended.code == 0, ended.out + ended.err
    assert asked(controller) == ["sys/wrapping/lookup", "sys/wrapping/unwrap"]
    assert controller.ledger.logins() == []
    (inside,) = controller.answers("sys/wrapping/unwrap")
    assert inside["data"]["secret_id"] not in ended.out + ended.err


def test_ten_hosts_are_told_that_it_was_swapped(controller: Controller) -> None:
    token = controller.scene.wrapped_secret_id()
    show: Task = {"ansible.builtin.debug": {"var": "content"}, "no_log": True}
    ended = run(controller, show, token=token, content=unwrapped("token", "auth/approle/role/batch/secret-id"))
    assert ended.code == 2
    assert "possible interception" in ended.out + ended.err
    assert set(asked(controller)) == {"sys/wrapping/lookup"}
    assert token not in ended.out + ended.err


@pytest.mark.every_core
def test_what_goes_in_by_a_module_comes_out_by_the_lookup(controller: Controller) -> None:
    wrap = {"path": WRAP, "secret_data": {"password": CANARY}, "state": "written", "wrap_ttl": "60s"}
    keep = {"path": "cubbyhole/x", "secret_data": {"password": CANARY}}
    tasks: list[Task] = [
        {WRITE: keep, "run_once": True},
        {WRITE: {**keep, "secret_data": {"password": f"{CANARY}-2"}}, "run_once": True},
        {WRITE: wrap, "register": "wrapped", "run_once": True},
        {"ansible.builtin.assert": {"that": ["content.password | length == 22"], "quiet": True}},
    ]
    ended = run(controller, *tasks, args=["-vvv", "--diff"], content=unwrapped("wrapped.wrap_info.token", WRAP))
    assert ended.code == 0, ended.out + ended.err
    (made,) = controller.answers(WRAP)
    assert "(hidden, another one)" in ended.out
    assert CANARY not in ended.out + ended.err
    assert made["wrap_info"]["token"] not in ended.out + ended.err
