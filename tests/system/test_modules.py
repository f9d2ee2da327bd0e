# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules in whatever way Ansible comes to run them: by the run itself where that is possible, else on the host."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller, Ended, Task

MODULE = "leasehold.vault.vault_policy"
CONNECTIONS = CHECKOUT / "tests" / "integration" / "targets" / "setup_matrix" / "connection_plugins"
NO_PYTHON = "/nowhere/python"
READ = 'path "aws/creds/deploy" { capabilities = ["read"] }'
WRITE = "sys/policies/acl/team"
ELSEWHERE = {"ansible_connection": "elsewhere"}


def policy(args: dict[str, t.Any] | None = None, **keywords: t.Any) -> Task:
    given = {"name": "team", "policy": READ, **(args or {})}
    return {"name": "The policy", MODULE: {n: value for n, value in given.items() if value is not None}, **keywords}


@pytest.fixture
def provisioner(controller: Controller) -> t.Iterator[Controller]:
    """A controller whose runs may do everything, on one host; without a Python for ordinary modules to run on."""
    scene = controller.scene
    controller.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"] = scene.approle("provisioner")
    controller.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"] = scene.new_secret_id("provisioner")
    controller.environ["ANSIBLE_CONNECTION_PLUGINS"] = str(CONNECTIONS)
    controller.hosts(1, ansible_python_interpreter=NO_PYTHON)
    yield controller
    scene.vault.api("DELETE", WRITE)


def run(controller: Controller, *tasks: Task, args: t.Sequence[str] = (), **keywords: t.Any) -> Ended:
    return controller.playbook({"hosts": "all", "gather_facts": False, **keywords, "tasks": list(tasks)}, args=args)


def written(controller: Controller) -> list[str]:
    return [f"{entry.operation} {entry.path}" for entry in controller.ledger.writes()]


WAYS: dict[str, tuple[Task, dict[str, t.Any]]] = {
    "local": (policy(), {}),
    "become": (policy(become=True, become_user="nobody"), {}),
    "delegate_to": (policy(delegate_to="localhost"), {"vars": ELSEWHERE}),
    "loop": (policy(loop=[1, 2, 3]), {}),
    "until": (policy(register="it", until="it is not changed", delay=0), {}),
    "block": ({"block": [policy()]}, {"module_defaults": {f"group/{MODULE}".replace("_policy", ""): {"timeout": 30}}}),
    "serial": (policy(), {"serial": 1}),
    "free": (policy(), {"strategy": "free"}),
}


@pytest.mark.every_core
@pytest.mark.parametrize("way", WAYS)
def test_in_the_run_itself(provisioner: Controller, way: str) -> None:
    task, keywords = WAYS[way]
    ended = run(provisioner, task, **keywords)
    assert ended.code == 0, ended.out
    assert written(provisioner) == [f"update {WRITE}"]
    assert len(provisioner.ledger.logins()) == 1
    assert provisioner.left() == []


@pytest.mark.every_core
@pytest.mark.parametrize(
    ("task", "variables"),
    [({**policy(), "async": 30, "poll": 1}, {}), (policy(), ELSEWHERE)],
    ids=["async", "elsewhere"],
)
def test_as_an_ordinary_module(provisioner: Controller, task: Task, variables: dict[str, t.Any]) -> None:
    failed = run(provisioner, task, vars=variables)
    assert failed.code == 2, "there is no Python for it"
    assert written(provisioner) == []
    provisioner.hosts(1)
    ended = run(provisioner, task, {**task, "register": "again"}, vars=variables)
    assert ended.code == 0, ended.out
    assert written(provisioner) == [f"update {WRITE}"]
    assert provisioner.left() == []


def test_modules_and_lookups_share_the_login(provisioner: Controller) -> None:
    say = {"ansible.builtin.debug": {"msg": "{{ lookup('leasehold.vault.vault_login', query='accessor') }}"}}
    provisioner.hosts(5, ansible_python_interpreter=NO_PYTHON)
    ended = run(provisioner, policy(), say, policy({"name": "team", "state": "absent", "policy": None}))
    assert ended.code == 0, ended.out
    assert len(provisioner.ledger.logins()) == 1


def test_step(provisioner: Controller) -> None:
    play = {"hosts": "all", "gather_facts": False, "tasks": [policy()]}
    book = provisioner.write("play.yml", [play])
    ended = provisioner.run("ansible-playbook", "-i", "hosts.ini", "--step", book, stdin="y\n")
    assert ended.code == 0, ended.err
    assert written(provisioner) == [f"update {WRITE}"]


def test_environment_of_the_task(provisioner: Controller) -> None:
    """As for an ordinary module, what ``environment`` says replaces what Ansible itself was started with."""
    address = provisioner.environ.pop("VAULT_ADDR")
    without = run(provisioner, policy())
    assert "No Vault address is set" in without.out
    ended = run(provisioner, policy(), environment=[{"VAULT_ADDR": "{{ address }}"}], vars={"address": address})
    assert ended.code == 0, ended.out


def test_a_file_beside_the_role(provisioner: Controller) -> None:
    provisioner.write("roles/team/files/team.hcl", READ)
    provisioner.write("roles/team/tasks/main.yml", [policy({"policy": None, "src": "team.hcl"})])
    ended = provisioner.playbook({"hosts": "all", "gather_facts": False, "roles": ["team"]})
    assert ended.code == 0, ended.out
    written = provisioner.scene.vault.api("GET", WRITE)
    assert written
    assert written["data"]["policy"] == READ


def test_check_and_diff(provisioner: Controller) -> None:
    foretold = run(provisioner, policy(), args=["--check", "--diff"])
    assert "changed=1" in foretold.out, foretold.out
    assert '+        "path \\"aws/creds/deploy\\"' in foretold.out
    assert written(provisioner) == []


def test_no_log(provisioner: Controller) -> None:
    ended = run(provisioner, policy(no_log=True), args=["--diff", "-vvv"])
    assert ended.code == 0, ended.out
    assert "aws/creds/deploy" not in ended.out + ended.err


def test_a_failure_is_for_until_and_failed_when(provisioner: Controller) -> None:
    wrong = {"policy": "no policy"}
    again = policy(wrong, register="it", until="it is succeeded", retries=2, delay=0, ignore_errors=True)
    ended = run(provisioner, again, policy(wrong, failed_when=False), policy())
    assert ended.code == 0, ended.out
    assert ended.out.count("FAILED - RETRYING") == 2
    assert [entry.kind for entry in provisioner.ledger.requests(WRITE) if entry.operation == "update"] == [
        *["refusal"] * 4,
        "write",
    ]


WRONG: dict[str, tuple[dict[str, t.Any], str]] = {
    "unknown option": ({"polcy": READ}, "There is no option polcy. There are name, paths"),
    "nothing wanted": ({"policy": None}, "policy, src, paths"),
    "two at once": ({"paths": {}}, "mutually exclusive"),
    "name": ({"name": "../mounts/x"}, "class=path"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_refusals_are_the_same_both_ways(provisioner: Controller, wrong: str) -> None:
    args, said = WRONG[wrong]
    provisioner.hosts(1)
    for variables in ({}, ELSEWHERE):
        ended = run(provisioner, policy(args), vars=variables)
        assert ended.code == 2
        assert said in ended.out + ended.err
    assert provisioner.ledger.writes() == []
