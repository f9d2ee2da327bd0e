# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles and the walkthrough, each on a Vault that knows nothing yet."""

from __future__ import annotations

import json
import os
import re
import signal
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, Ended, Running, await_truth
from ansible_collections.leasehold.vault.tests.system.test_examples import GUIDES, blocks_of
from ansible_collections.leasehold.vault.tests.testbed.scene import Bare, bare

ROLE = "leasehold.vault."
APPROLE = {"name": "app", "token_policies": ["reader"], "secret_id_ttl": "1h"}
READER = {"name": "reader", "paths": {"secret/*": ["read"]}}


class Provisioner(Controller):
    """A controller of an empty Vault."""

    scene: Bare

    def walkthrough(self, *args: str, rounds: int = 1) -> Running:
        endpoints = {"iam": self.scene.aws.endpoint, "sts": self.scene.aws.endpoint}
        extra = {"walkthrough_endpoints": endpoints, "walkthrough_rounds": rounds, "walkthrough_pause": 4}
        self.environ |= {"AWS_ACCESS_KEY_ID": self.scene.key.access_key, "PWD": str(self.folder)}
        self.environ |= {"AWS_SECRET_ACCESS_KEY": self.scene.key.secret_key}
        return self.start("ansible-playbook", ROLE + "walkthrough", "-e", json.dumps(extra), *args)

    def role(self, name: str, *args: str, **variables: t.Any) -> Ended:
        called = {"ansible.builtin.import_role": {"name": ROLE + name}, "vars": variables}
        ended = self.playbook({"hosts": "all", "gather_facts": False, "tasks": [called]}, args=args)
        assert ended.code == 0, ended.out + ended.err
        return ended

    def written(self) -> list[str]:
        """What has been written to Vault since the last call."""
        done = [f"{entry.operation} {entry.path}" for entry in self.ledger.writes()]
        self._mark = self.scene.vault.ledger.mark()
        return done

    def policies(self) -> set[str]:
        return set(self.scene.vault.names("sys/policies/acl")) - {"default", "root"}

    def state(self) -> dict[str, t.Any]:
        """What the walkthrough is to leave in Vault, but for what is made up anew each time."""
        paths = ("aws/config/lease", "aws/roles/my-role", "sys/policies/acl/aws-my-role-policy", *APP_PATHS)
        return {path: (self.scene.vault.api("GET", path) or {}).get("data") for path in paths}


APP_PATHS = ("auth/approle/role/python-app-role", "sys/mounts/aws/tune")


@pytest.fixture
def provisioner() -> t.Iterator[Provisioner]:
    with bare() as scene, Provisioner(scene) as made:
        yield made


@pytest.mark.every_core
def test_walkthrough(provisioner: Provisioner) -> None:
    foretold = provisioner.walkthrough("--check").ended()
    assert foretold.code == 0, foretold.out + foretold.err
    assert provisioner.written() == []
    first = provisioner.walkthrough(rounds=4).ended()
    assert first.code == 0, first.out + first.err
    assert len(provisioner.written()) == 10
    assert foretold.changed() == first.changed()
    assert "gets working credentials of aws/my-role" in first.out
    assert 2 <= len(set(first.keys()) - {provisioner.scene.key.access_key}) <= 4, (
        "a key with less than 50 s is replaced"
    )
    assert provisioner.scene.key.secret_key not in first.out + first.err
    assert provisioner.scene.key.access_key not in provisioner.scene.aws.access_keys("engine"), "it was rotated"
    secret_id = provisioner.folder / "secret_id.txt"
    assert secret_id.stat().st_mode & 0o777 == 0o600
    for args in ((), ("--check",)):
        ended = provisioner.walkthrough(*args).ended()
        assert ended.code == 0, ended.out + ended.err
        assert (ended.changed(), provisioner.written()) == ([], [])
        assert "Vault works with the access key" not in ended.err + ended.out
    assert provisioner.left() == []


def test_two_walkthroughs_at_once(provisioner: Provisioner) -> None:
    together = [provisioner.walkthrough(rounds=0), provisioner.walkthrough(rounds=0)]
    for running in together:
        ended = running.ended()
        assert ended.code == 0, ended.out + ended.err
    # Both have brought the same host a secret id, and one of them may have destroyed the other's.
    healed = provisioner.walkthrough().ended()
    assert healed.code == 0, healed.out + healed.err
    assert provisioner.walkthrough().ended().changed() == []


@pytest.mark.parametrize("writes", [1, 4, 7, 10])
def test_f101_killed_in_the_middle(provisioner: Provisioner, writes: int) -> None:
    """Whatever is half done grants nothing that it should not, and the next run completes it."""
    running = provisioner.walkthrough()
    await_truth(lambda: len(provisioner.ledger.writes()) >= writes)
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()
    await_truth(lambda: not provisioner.keepers())
    vault = provisioner.scene.vault
    mounts = vault.api("GET", "sys/auth")
    role = vault.api("GET", APP_PATHS[0]) if mounts and "approle/" in mounts["data"] else None
    assert role is None or role["data"]["token_policies"] == ["aws-my-role-policy"]
    again = provisioner.walkthrough().ended()
    assert again.code == 0, again.out + again.err
    assert provisioner.walkthrough().ended().changed() == []
    assert all(provisioner.state().values())


def test_policies_of_a_folder_and_a_list(provisioner: Provisioner) -> None:
    for name in ("team-a.hcl", "team-b.json"):
        text = 'path "a" { capabilities = ["read"] }' if name.endswith("hcl") else '{"path": {"b": {}}}'
        provisioner.write(f"policies/{name}", text)
    for name in ("team-old", "theirs"):
        provisioner.scene.vault.api("PUT", f"sys/policies/acl/{name}", {"policy": 'path "old" {}'})
    variables = {"policies_folder": str(provisioner.folder / "policies"), "policies_list": [READER]}
    provisioner.hosts(3)
    assert len(provisioner.role("policies", **variables).changed()) == 3
    assert provisioner.policies() == {"reader", "team-a", "team-b", "team-old", "theirs"}
    assert provisioner.role("policies", **variables).changed() == []
    pruning = {**variables, "policies_owned": "team-.*"}
    preview = provisioner.role("policies", **pruning, policies_prune="preview")
    assert "Would remove: team-old" in preview.out
    assert provisioner.role("policies", "--check", **pruning, policies_prune="remove").changed() != []
    assert "team-old" in provisioner.policies()
    provisioner.role("policies", **pruning, policies_prune="remove")
    assert provisioner.policies() == {"reader", "team-a", "team-b", "theirs"}


def test_policies_refuses_what_would_remove_all(provisioner: Provisioner) -> None:
    empty = provisioner.folder / "nothing"
    empty.mkdir()
    called = {"ansible.builtin.import_role": {"name": ROLE + "policies"}}
    for variables in ({"policies_folder": str(empty)}, {"policies_prune": "remove"}):
        play = {"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [called]}
        ended = provisioner.playbook(play)
        assert ended.code == 2
        assert "policies_owned, which says" in re.sub(r"\s+", " ", ended.out)


def delivered(provisioner: Provisioner) -> list[str]:
    """The secret ids, or what unwraps them, that the hosts have."""
    files = sorted(Path(provisioner.folder).glob("*.secret"))
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    return [file.read_text() for file in files]


def deliver(provisioner: Provisioner, *args: str, **variables: t.Any) -> Ended:
    dest = str(provisioner.folder) + "/{{ inventory_hostname }}.secret"
    given = {"approle_roles": [APPROLE], "approle_deliver_role": "app", "approle_deliver_dest": dest, **variables}
    return provisioner.role("approle", *args, **given)


def logs_in(provisioner: Provisioner, secret_id: str) -> bool:
    role = provisioner.scene.vault.api("GET", "auth/approle/role/app/role-id")
    assert role
    who = {"role_id": role["data"]["role_id"], "secret_id": secret_id}
    made = provisioner.scene.vault.api("POST", "auth/approle/login", who, token="")
    assert made
    return made["auth"]["token_policies"] == ["default", "reader"]


def test_a_secret_id_for_each_host(provisioner: Provisioner) -> None:
    foretold = deliver(provisioner, "--check")
    assert sorted(foretold.changed()) == sorted(deliver(provisioner).changed())
    first = delivered(provisioner)
    assert len(set(first)) == 2
    assert all(logs_in(provisioner, secret_id) for secret_id in first)
    assert deliver(provisioner).changed() == []
    (provisioner.folder / "h01.secret").unlink()
    foretold = deliver(provisioner, "--check")
    assert sorted(foretold.changed()) == sorted(deliver(provisioner).changed())
    second = delivered(provisioner)
    assert (second[0] == first[0], second[1] == first[1]) == (False, True)
    assert len(provisioner.scene.vault.names("auth/approle/role/app/secret-id")) == 2, "the lost one is destroyed"
    provisioner.write("h02.secret", "something else").chmod(0o600)
    deliver(provisioner)
    assert logs_in(provisioner, delivered(provisioner)[1]), "what is no good is replaced"
    second = delivered(provisioner)
    deliver(provisioner, approle_deliver_renew_before="2h")
    assert not set(second) & set(delivered(provisioner)), "they end within two hours"


def test_wrapped_secret_ids(provisioner: Provisioner) -> None:
    ended = deliver(provisioner, "-vvv", "--diff", approle_deliver_wrap_ttl="5m")
    tokens = delivered(provisioner)
    assert not any(token in ended.out + ended.err for token in tokens)
    for token in tokens:
        made = provisioner.scene.vault.api("POST", "sys/wrapping/unwrap", token=token)
        assert made
        assert logs_in(provisioner, made["data"]["secret_id"])
    (provisioner.folder / "h01.secret").unlink()
    assert deliver(provisioner, approle_deliver_wrap_ttl="5m").changed() == [], "who unwraps takes the file away"


def test_a_secret_id_as_a_fact(provisioner: Provisioner) -> None:
    variables = {"approle_roles": [APPROLE], "approle_deliver_role": "app", "approle_deliver_fact": "app_secret_id"}
    called = {"ansible.builtin.import_role": {"name": ROLE + "approle"}, "vars": variables}
    check = {"ansible.builtin.assert": {"that": "app_secret_id | length == 36", "quiet": True}}
    play = {"hosts": "all", "gather_facts": False, "tasks": [called, check]}
    ended = provisioner.playbook(play, args=["-vv"])
    assert ended.code == 0, ended.out
    role = provisioner.scene.vault.api("GET", "auth/approle/role/app/role-id")
    assert role
    assert set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", ended.out)) == {role["data"]["role_id"]}


def test_guide(provisioner: Provisioner) -> None:
    """Its tasks are those of one play; only the address of the bench's AWS is added."""
    aws, key = provisioner.scene.aws, provisioner.scene.key
    endpoints = {"iam_endpoint": aws.endpoint, "sts_endpoint": aws.endpoint}
    play = {
        "hosts": "h01",
        "gather_facts": False,
        "vars": {
            "engine_access_key": key.access_key,
            "engine_secret_key": key.secret_key,
            "aws_access_check_sts_endpoint": aws.endpoint,
            "work_dir": str(provisioner.folder),
        },
        "module_defaults": {"leasehold.vault.vault_aws_config_root": endpoints},
    }
    short, *steps = blocks_of(GUIDES / "guide_set_up_aws.rst")
    short["vars"]["aws_engine_root"] |= endpoints
    for tasks in ([short], steps):
        ended = provisioner.playbook({**play, "tasks": tasks})
        assert ended.code == 0, ended.out + ended.err
    assert "Vault works with the access key" not in ended.out
    said = re.findall(r'"msg": "(AKIA\w+) until', ended.out)
    assert len(said) == 4
    assert len(set(said)) >= 2


def test_logins_as_an_aws_identity(provisioner: Provisioner) -> None:
    aws = provisioner.scene.aws
    endpoints = dict.fromkeys(("endpoint", "iam_endpoint", "sts_endpoint"), aws.endpoint)
    arn = aws.create_role("deploy")
    deploy = {"name": "ci", "auth_type": "iam", "bound_iam_principal_arn": [arn]}
    instances = {"name": "web", "auth_type": "ec2", "bound_ami_id": ["ami-0123456789abcdef0"], "token_ttl": "20m"}
    variables = {
        "aws_auth_client": {
            **provisioner.scene.key._asdict(),
            **endpoints,
            "iam_server_id_header_value": "vault.example",
        },
        "aws_auth_identity": {"iam_alias": "unique_id", "ec2_alias": "instance_id"},
        "aws_auth_sts_roles": [{"account_id": "210987654321", "sts_role": "arn:aws:iam::210987654321:role/vault"}],
        "aws_auth_roles": [{**deploy, "resolve_aws_unique_ids": False, "token_policies": ["reader"]}, instances],
        "aws_auth_check_role": "ci",
    }
    provisioner.environ |= aws.assume_role(arn)
    provisioner.hosts(1)
    foretold = provisioner.role("aws_auth", "--check", **variables)
    assert provisioner.written() == []
    first = provisioner.role("aws_auth", **variables)
    assert foretold.changed() == first.changed()
    assert len(first.changed()) == 6
    assert "The controller logs in to ci and gets default, reader" in first.out
    provisioner.written()
    assert provisioner.role("aws_auth", **variables).changed() == []
    assert provisioner.written() == []
