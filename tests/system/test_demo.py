# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make demo``: what it says is so, and it fails when something is left."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from ansible_collections.leasehold.vault.tests.testbed import demo
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene

FOREIGN = {
    "VAULT_ADDR": "https://vault.theirs.example",
    "VAULT_TOKEN": "theirs",
    "AWS_PROFILE": "theirs",
    "AWS_ACCESS_KEY_ID": "THEIRS",
    "AWS_SECRET_ACCESS_KEY": "theirs",
    "AWS_ENDPOINT_URL": "https://aws.theirs.example",
    "ANSIBLE_STDOUT_CALLBACK": "minimal",
    "LEASEHOLD_VAULT_KEEPER": "false",
}


def test_demo_leases_once_for_all_hosts_and_leaves_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, demo.__file__],
        env=os.environ | FOREIGN,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "gets working credentials of aws/my-role" in ended.stdout
    assert len(set(re.findall(r"AWS_ACCESS_KEY_ID=(AKIA\w+) until", ended.stdout))) >= 2
    assert re.findall(r"has (\d+) writes", ended.stdout) == ["10", "0"]
    assert "theirs" not in ended.stdout.lower() + ended.stderr.lower()
    assert re.findall(r"^ +[\d.]+ s  (\w+)", ended.stdout, re.MULTILINE) == ["login", "mint", "mint", "revocation"]
    assert ended.stdout.count("0 leases, 0 tokens, 0 IAM users") == 2
    for host in demo.HOSTS:
        assert re.search(rf":assumed-role/deploy/.*\n.*:user/vault-\S+\s+uploaded {host}[.]txt", ended.stdout)


def test_demo_fails_when_something_is_left(scene: Scene) -> None:
    token = scene.login()
    try:
        assert scene.vault.api("GET", "aws/creds/uploader", token=token)
        assert demo.counted(scene.leftovers()) == "1 leases, 1 tokens, 1 IAM users"
        assert demo.show(scene) == 1
    finally:
        scene.vault.api("POST", "auth/token/revoke-self", token=token)
    assert scene.leftovers(within=10) == []
