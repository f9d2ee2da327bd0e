# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever way Ansible comes to evaluate a lookup: one login, one lease, one revocation."""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t

import boto3
import pytest
from ansible_collections.leasehold.vault.tests.system.controller import DEPLOY, SAY_KEY, Controller, Ended, Task, play
from ansible_collections.leasehold.vault.tests.testbed.aws import REGION

ONCE = {"login": 1, "mint": 1, "revocation": 1}
PARTS = ("access_key", "secret_key", "session_token")
FAIL: Task = {"ansible.builtin.fail": {"msg": "on purpose"}}
LOCALLY = {"delegate_to": "localhost", "run_once": True}
ECHO: Task = {"ansible.builtin.command": {"argv": ["printenv", "AWS_ACCESS_KEY_ID"]}, "register": "echo"}
SAY_ECHO: Task = {"ansible.builtin.debug": {"msg": "{{ echo.stdout }}"}}


def check_one_lease(controller: Controller, ended: Ended, said: int) -> None:
    """The program went well and said one working key, so many times; Vault was asked once."""
    assert ended.code == 0, ended.out + ended.err
    assert len(ended.keys()) == said, ended.out
    (key,) = set(ended.keys())
    assert ":assumed-role/deploy/" in controller.scene.aws.who_is(key)
    assert controller.left() == []
    assert controller.asked() == ONCE


@pytest.mark.every_core
def test_thirty_hosts_hold_one_matching_trio(controller: Controller) -> None:
    controller.hosts(30)
    hold: Task = {"ansible.builtin.set_fact": {part: "{{ aws." + part + " }}" for part in PARTS}}
    tell: Task = {"ansible.builtin.debug": {"msg": "TRIO {{ access_key }} {{ secret_key }} {{ session_token }} END"}}
    ended = controller.playbook(play(hold, tell), args=["--forks", "20"])
    check_one_lease(controller, ended, said=30)
    trios = re.findall(r"TRIO (\S+) (\S+) (\S+) END", ended.out)
    made = controller.made()
    assert trios == [tuple(made[part] for part in PARTS)] * 30
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    place = {"region_name": REGION, "endpoint_url": controller.scene.aws.endpoint}
    sts = boto3.client("sts", **place, **dict(zip(names, trios[0], strict=True)))
    assert sts.get_caller_identity()["Arn"] == made["arn"]


# What is said in a play for two hosts, and how often.
PLAYS: dict[str, tuple[int, list[Task], dict[str, t.Any]]] = {
    "linear": (4, [SAY_KEY, SAY_KEY], {"strategy": "linear"}),
    "free": (4, [SAY_KEY, SAY_KEY], {"strategy": "free"}),
    "host_pinned": (4, [SAY_KEY, SAY_KEY], {"strategy": "host_pinned"}),
    "serial": (2, [SAY_KEY], {"serial": 1}),
    "delegate_to": (2, [{**SAY_KEY, "delegate_to": "localhost"}], {}),
    "run_once": (1, [{**SAY_KEY, "run_once": True}], {}),
    "loop": (6, [{**SAY_KEY, "loop": [1, 2, 3]}], {}),
    "include_vars": (2, [{"ansible.builtin.include_vars": "more.yml"}, SAY_KEY], {"vars": {}}),
    "vars_files": (2, [SAY_KEY], {"vars": {}, "vars_files": ["more.yml"]}),
    "environment": (2, [ECHO, SAY_ECHO], {"environment": "{{ aws | leasehold.vault.aws_env }}"}),
    "module_defaults": (2, [{"debug": {}}], {"module_defaults": {"debug": {"msg": "{{ aws.access_key }}"}}}),
    "set_fact": (2, [{"ansible.builtin.set_fact": {"kept": DEPLOY}}, {"debug": {"msg": "{{ kept.access_key }}"}}], {}),
    "block": (6, [{"block": [SAY_KEY, FAIL], "rescue": [SAY_KEY], "always": [SAY_KEY]}], {}),
    "when": (2, [{**SAY_KEY, "when": "aws.access_key is match('ASIA')"}], {}),
    "until": (2, [{**SAY_KEY, "register": "it", "until": "aws.access_key in it.msg", "delay": 0}], {}),
    "task name": (2, [{**SAY_KEY, "name": "with {{ aws.arn }}"}], {}),
    "async": (2, [{**ECHO, "async": 30, "poll": 1}, SAY_ECHO], {"environment": "{{ aws | leasehold.vault.aws_env }}"}),
}


@pytest.mark.parametrize("way", PLAYS)
def test_playbook(controller: Controller, way: str) -> None:
    said, tasks, keywords = PLAYS[way]
    controller.write("more.yml", {"aws": DEPLOY})
    check_one_lease(controller, controller.playbook(play(*tasks, **keywords)), said)


def test_two_playbooks_in_one_call(controller: Controller) -> None:
    books = [controller.write(name, [play(SAY_KEY)]) for name in ("one.yml", "two.yml")]
    check_one_lease(controller, controller.run("ansible-playbook", "-i", "hosts.ini", *books), said=4)


def test_f71_check_mode_leases_as_well(controller: Controller) -> None:
    check_one_lease(controller, controller.playbook(play(SAY_KEY), args=["--check"]), said=2)


@pytest.mark.parametrize("look", ["--syntax-check", "--list-tasks", "--list-hosts"])
def test_f71_who_only_looks_leases_nothing(controller: Controller, look: str) -> None:
    ended = controller.playbook(play(SAY_KEY), args=[look])
    assert ended.code == 0, ended.err
    assert controller.ledger.requests() == []
    assert controller.left() == []


def test_f71_ad_hoc(controller: Controller) -> None:
    controller.write("more.yml", {"aws": DEPLOY})
    shout = ["-m", "ansible.builtin.debug", "-a", "msg={{ aws.access_key }}"]
    check_one_lease(controller, controller.run("ansible", "all", "-i", "hosts.ini", "-e", "@more.yml", *shout), said=2)


def test_console_is_one_run_whatever_is_typed(controller: Controller) -> None:
    controller.write("more.yml", {"aws": DEPLOY})
    typed = "debug msg={{ aws.access_key }}\n" * 2 + "exit\n"
    check_one_lease(
        controller, controller.run("ansible-console", "all", "-i", "hosts.ini", "-e", "@more.yml", stdin=typed), said=4
    )


def test_f71_inventory_plugin_with_credentials(controller: Controller) -> None:
    """As the inventory plugins of clouds do, this one templates its options in Ansible's main process."""
    source = {
        "plugin": "ansible.builtin.generator",
        "hosts": {"name": "{{ zone }}-" + DEPLOY.replace(" }}", ".access_key }}")},
        "layers": {"zone": ["a", "b"]},
    }
    controller.write("cloud.yml", source)
    controller.environ["ANSIBLE_INVENTORY_ENABLED"] = "ansible.builtin.generator"
    ended = controller.run("ansible-inventory", "-i", "cloud.yml", "--list", "--yaml")
    check_one_lease(controller, ended, said=2)


def test_inventory_that_nobody_evaluates_leases_nothing(controller: Controller) -> None:
    controller.write("group_vars/all.yml", {"aws": DEPLOY})
    ended = controller.run("ansible-inventory", "-i", "hosts.ini", "--list")
    assert ended.code == 0 and "leasehold.vault.vault_aws_creds" in ended.out
    assert controller.ledger.requests() == []


def test_group_vars(controller: Controller) -> None:
    controller.write("group_vars/all.yml", {"aws": DEPLOY})
    check_one_lease(controller, controller.playbook(play(SAY_KEY, vars={})), said=2)


def test_pull(controller: Controller) -> None:
    source = controller.write("site/local.yml", [play(SAY_KEY, hosts="localhost")]).parent
    git = ["git", "-c", "user.name=us", "-c", "user.email=us@example.test"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "site"]):
        subprocess.run([*git, *command], cwd=source, env=controller.environ, check=True)
    pull = [
        "-U",
        source.as_uri(),
        "-d",
        "pulled",
        "-i",
        "localhost,",
        "-e",
        f"ansible_python_interpreter={sys.executable}",
    ]
    ended = controller.run("ansible-pull", *pull)
    check_one_lease(controller, ended, said=1)
