# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secret ids and tokens that modules make: shown to nobody, kept by whoever registers them, alive after the run."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller, Ended, Task

CONNECTIONS = CHECKOUT / "tests" / "integration" / "targets" / "setup_matrix" / "connection_plugins"
SECRET_ID = "leasehold.vault.vault_approle_secret_id"
TOKEN = "leasehold.vault.vault_token"
ORPHAN, CHILD = "auth/token/create-orphan", "auth/token/create"
MADE = "auth/approle/role/ansible/secret-id"


@pytest.fixture
def provisioner(controller: Controller) -> Controller:
    scene = controller.scene
    controller.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"] = scene.approle("provisioner")
    controller.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"] = scene.new_secret_id("provisioner")
    controller.environ["ANSIBLE_CONNECTION_PLUGINS"] = str(CONNECTIONS)
    controller.hosts(1)
    return controller


def run(controller: Controller, *tasks: Task, args: t.Sequence[str] = (), connection: str = "local") -> Ended:
    play = {"hosts": "all", "gather_facts": False, "vars": {"ansible_connection": connection}, "tasks": list(tasks)}
    return controller.playbook(play, args=args)


def told(controller: Controller) -> set[str]:
    """Every secret that Vault has told for these modules."""
    answers = [answer for path in (MADE, ORPHAN, CHILD) for answer in controller.answers(path)]
    places = [("data", "secret_id"), ("auth", "client_token"), ("wrap_info", "token")]
    return {answer[part][name] for answer in answers for part, name in places if part in answer}


@pytest.mark.every_core
@pytest.mark.parametrize("connection", ["local", "elsewhere"])
def test_shown_to_nobody(provisioner: Controller, connection: str) -> None:
    made: list[Task] = [
        {SECRET_ID: {"role_name": "ansible"}, "register": "a"},
        {SECRET_ID: {"role_name": "ansible", "wrap_ttl": "60s"}, "register": "b"},
        {SECRET_ID: {"role_name": "ansible", "metadata": {connection: "{{ item }}"}}, "loop": [1, 2], "register": "c"},
        {TOKEN: {"ttl": "60s"}, "register": "d"},
        {TOKEN: {"ttl": "60s", "wrap_ttl": "60s"}, "register": "e"},
    ]
    kept = ["a.secret_id", "b.wrap_info.token", "c.results[1].secret_id", "d.token", "e.wrap_info.token"]
    has_all: Task = {"ansible.builtin.assert": {"that": [f"{name} | length > 20" for name in kept], "quiet": True}}
    ended = run(provisioner, *made, has_all, args=["-vvv", "--diff"], connection=connection)
    assert ended.code == 0, ended.out + ended.err
    secrets = told(provisioner)
    assert len(secrets) == 6
    assert [secret for secret in secrets if secret in ended.out + ended.err] == []


def test_async_is_refused_before_anything_is_made(provisioner: Controller) -> None:
    modules: list[Task] = [{SECRET_ID: {"role_name": "ansible"}}, {TOKEN: {}}]
    for module in modules:
        ended = run(provisioner, {**module, "async": 30, "poll": 1})
        assert ended.code == 2
        assert "Leave out async" in ended.out + ended.err
    assert provisioner.ledger.requests("auth/*") == []


def test_an_orphan_outlives_the_run(provisioner: Controller) -> None:
    """Which is why a token is one unless the task says otherwise."""
    ended = run(provisioner, {TOKEN: {"ttl": "60s"}}, {TOKEN: {"ttl": "60s", "orphan": False}})
    assert ended.code == 0, ended.out
    (orphan,) = provisioner.answers(ORPHAN)
    accessor = orphan["auth"]["accessor"]
    assert [left.split()[-1] for left in provisioner.left(within=5.0)] == [accessor]
    provisioner.scene.vault.api("POST", "auth/token/revoke-accessor", {"accessor": accessor})
    assert provisioner.left() == []
