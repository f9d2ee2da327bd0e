# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of each module run as they stand, one after the other."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller
from ansible_collections.leasehold.vault.tests.system.test_examples import examples_of
from ansible_collections.leasehold.vault.tests.testbed.aws import ACCOUNT, REGION
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, bench
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

# What that one makes outlives the run: see test_aws_ec2.
ELSEWHERE = {"vault_ec2_login"}
MODULES = [path for path in sorted((CHECKOUT / "plugins" / "modules").glob("vault_*.py")) if path.stem not in ELSEWHERE]
CONFIG_ROOT = "leasehold.vault.vault_aws_config_root"
CONFIG_CLIENT = "leasehold.vault.vault_aws_auth_client"


@pytest.fixture(scope="module")
def own_bench() -> t.Iterator[Scene]:
    """One that nobody else minds if a root key is rotated on it."""
    with bench() as scene:
        scene.vault.api("PUT", "secret/data/app", {"data": {"password": "not telling"}})
        scene.vault.api("PUT", "auth/approle/role/deploy", {"token_policies": ["deployer"]})
        scene.vault.api("POST", "auth/approle/role/deploy/secret-id", {"metadata": '{"host": "h01"}'})
        aws_auth(scene)
        yield scene


def aws_auth(scene: Scene) -> None:
    """The AWS auth method, with a role whose instances have tags."""
    scene.vault.api("POST", "sys/auth/aws", {"type": "aws"})
    client = {**scene.aws.create_user("auth")._asdict(), "sts_region": REGION, **endpoints(scene)}
    scene.vault.api("PUT", "auth/aws/config/client", client)
    tagged = {"auth_type": "ec2", "bound_account_id": ACCOUNT, "role_tag": "vault-web", "token_policies": "web"}
    scene.vault.api("PUT", "auth/aws/role/web", tagged)


def endpoints(scene: Scene) -> dict[str, str]:
    return dict.fromkeys(("iam_endpoint", "sts_endpoint"), scene.aws.endpoint)


@pytest.fixture
def provisioner(own_bench: Scene) -> t.Iterator[Controller]:
    with Controller(own_bench) as made:
        made.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"] = own_bench.approle("provisioner")
        made.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"] = own_bench.new_secret_id("provisioner")
        Authority(made.folder, "ap-southeast-7")
        yield made


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_examples_of(provisioner: Controller, module: Path) -> None:
    aws = provisioner.scene.aws
    play = {
        "hosts": "h01",
        "gather_facts": False,
        "vars": {"vault_iam_user": aws.create_user(f"examples-{module.stem}")._asdict()},
        "module_defaults": dict.fromkeys((CONFIG_ROOT, CONFIG_CLIENT), endpoints(provisioner.scene)),
        "tasks": yaml.safe_load(examples_of(module)),
    }
    ended = provisioner.playbook(play)
    assert ended.code == 0, ended.out + ended.err
    assert f"ok={len(play['tasks'])} " in ended.out or "skipped=1" in ended.out
    assert len(provisioner.ledger.logins()) <= 1
