# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever way Ansible comes to evaluate a lookup: one login, one lease, one revocation."""

from __future__ import annotations

import json
import subprocess
import typing as t

import boto3
import pytest
from ansible_collections.leasehold.vault.tests.system.controller import DEPLOY, SAY_KEY, Controller, Ended, Play, play
from ansible_collections.leasehold.vault.tests.testbed.aws import ACCOUNT, REGION

ONCE = {"login": 1, "mint": 1, "revocation": 1}
KEY = "{{ aws.access_key }}"
SAY_DEFAULT = {"ansible.builtin.debug": {}}
COPY_OUT = {"ansible.builtin.command": {"argv": ["printenv", "AWS_ACCESS_KEY_ID"]}, "register": "seen"}
SAY_SEEN = {"ansible.builtin.debug": {"msg": "{{ seen.stdout }}"}}
FAIL = {"ansible.builtin.fail": {"msg": "on purpose"}}


def check_one_lease(controller: Controller, ended: Ended, said: int) -> None:
    """The program went well and said the same working key so often; Vault was asked once."""
    assert ended.code == 0, ended.out + ended.err
    assert len(ended.keys()) == said, ended.out
    (key,) = set(ended.keys())
    assert f"{ACCOUNT}:assumed-role/deploy/" in controller.scene.aws.who_is(key)
    assert controller.left() == []
    assert controller.asked() == ONCE


@pytest.mark.every_core
def test_thirty_hosts_hold_one_matching_trio(controller: Controller) -> None:
    controller.hosts(30)
    parts = {part: "{{ aws." + part + " }}" for part in ("access_key", "secret_key", "session_token")}
    gathered = "{{ ansible_play_hosts | map('extract', hostvars) | map('json_query', '') }}"
    gathered = "{{ [access_key, secret_key, session_token] | to_json }}"
    hold = {"ansible.builtin.set_fact": parts}
    tell = {"ansible.builtin.debug": {"msg": "TRIO" + gathered + "END"}}
    ended = controller.playbook(play(hold, tell), args=["--forks", "20"])
    assert ended.code == 0, ended.out + ended.err
