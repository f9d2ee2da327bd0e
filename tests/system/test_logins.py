# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to log in that the bench has, and whose token is revoked at the end of the run."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import (
    SAY_KEY,
    UPLOADER,
    Controller,
    await_truth,
    creds,
    play,
)
from ansible_collections.leasehold.vault.tests.testbed.scene import bench

ONCE = {"login": 1, "mint": 1, "revocation": 1}
ROLE_ID, SECRET_ID = "ANSIBLE_HASHI_VAULT_ROLE_ID", "ANSIBLE_HASHI_VAULT_SECRET_ID"
METHOD = "ANSIBLE_HASHI_VAULT_AUTH_METHOD"
WRAPPED_AT = "LEASEHOLD_VAULT_SECRET_ID_WRAPPED_AT"
SECRET_ID_PATH = "auth/approle/role/ansible/secret-id"


def kinds(left: t.Iterable[str]) -> list[str]:
    return sorted(what.split()[0] for what in left)


def without_login(controller: Controller) -> Controller:
    """As a user has it who has set VAULT_ADDR and no more."""
    for name in (METHOD, ROLE_ID, SECRET_ID):
        del controller.environ[name]
    return controller


def test_userpass(controller: Controller) -> None:
    scene = controller.scene
    without_login(controller).environ[METHOD] = "userpass"
    login = {"leasehold_vault_username": scene.username, "leasehold_vault_password": scene.password}
    ended = controller.playbook(play(SAY_KEY, vars={"aws": UPLOADER, **login}))
    assert ended.code == 0, ended.out
    assert controller.left() == []
    assert controller.asked() == ONCE
    assert len(controller.ledger.requests("auth/userpass/login/*")) == 1


@pytest.mark.parametrize("source", ["VAULT_TOKEN", "~/.vault-token"])
def test_a_given_token_is_never_revoked_but_its_leases_are(controller: Controller, source: str) -> None:
    vault, token = controller.scene.vault, controller.scene.login()
    begun = controller.asked()
    without_login(controller)
    if source == "VAULT_TOKEN":
        controller.environ["VAULT_TOKEN"] = token
    else:
        controller.write("home/.vault-token", token).chmod(0o600)
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert begun == {"login": 1}
    assert kinds(await_truth(lambda: len(left := controller.left(within=0)) == 1 and left)) == ["token"]
    assert vault.api("GET", "auth/token/lookup-self", token=token)
    assert controller.asked() == {"login": 1, "read": 2, "mint": 1, "revocation": 1}
    assert [entry.path for entry in controller.ledger.revocations()] == ["sys/leases/revoke"]


def test_f72_what_outlives_the_run(controller: Controller) -> None:
    """A lease for work that goes on has a login of its own, which is left alone."""
    lasting = creds("'uploader', wait=false, revoke=false")
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER), play(SAY_KEY, aws=lasting))
    assert ended.code == 0, ended.out
    await_truth(lambda: not controller.keepers())
    assert kinds(await_truth(lambda: len(left := controller.left(within=0)) == 3 and left)) == ["IAM", "lease", "token"]
    assert controller.living_keys() == set(ended.keys()[2:])
    assert controller.asked() == {"login": 2, "mint": 2, "revocation": 1}


def test_two_identities_share_nothing(controller: Controller) -> None:
    scene = controller.scene
    other = {"leasehold_vault_role_id": scene.approle("short-token")}
    other["leasehold_vault_secret_id"] = scene.new_secret_id("short-token")
    controller.write("host_vars/h02.yml", other)
    ended = controller.playbook(play(SAY_KEY, SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert len(ended.keys()) == 4 and len(set(ended.keys())) == 2
    assert controller.left() == []
    assert controller.asked() == {"login": 2, "mint": 2, "revocation": 2}


def test_batch_tokens_are_warned_about_once(controller: Controller) -> None:
    controller.environ |= {ROLE_ID: controller.scene.approle("batch")}
    controller.environ |= {SECRET_ID: controller.scene.new_secret_id("batch")}
    controller.hosts(3)
    ended = controller.playbook(play(SAY_KEY, SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert " ".join((ended.out + ended.err).split()).count("gives batch tokens") == 1
    assert controller.left() == []
    assert controller.asked() == ONCE
    assert [entry.path for entry in controller.ledger.revocations()] == ["sys/leases/revoke"]


def test_l01_a_secret_id_for_one_use_is_enough_for_fifty_forks(controller: Controller) -> None:
    controller.environ[SECRET_ID] = controller.scene.new_secret_id(num_uses=1)
    controller.hosts(50)
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER), args=["--forks", "50"])
    assert ended.code == 0, ended.out
    assert len(ended.keys()) == 50 and len(set(ended.keys())) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_a_wrong_secret_id_is_tried_once_by_all_forks_together(controller: Controller) -> None:
    wrong = controller.environ[SECRET_ID] = "00000000-1111-2222-3333-444444444444"
    controller.hosts(20)
    ended = controller.playbook(play(SAY_KEY), args=["--forks", "20"])
    assert ended.code == 2
    assert ended.out.count("unreachable=0    failed=1") == 20
    assert "invalid role or secret ID" in ended.out + ended.err
    assert wrong not in ended.out + ended.err
    assert controller.left() == []
    assert [entry.path for entry in controller.ledger.requests()] == ["auth/approle/login"]


def test_f42_wrapped_secret_id(controller: Controller) -> None:
    controller.environ |= {SECRET_ID: controller.scene.wrapped_secret_id(), WRAPPED_AT: SECRET_ID_PATH}
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert controller.left() == []
    asked = [entry.path for entry in controller.ledger.requests()][:3]
    assert asked == ["sys/wrapping/lookup", "sys/wrapping/unwrap", "auth/approle/login"]


def test_f42_a_secret_id_wrapped_elsewhere_is_not_unwrapped(controller: Controller) -> None:
    wrapped = controller.scene.wrapped_secret_id("batch")
    controller.environ |= {SECRET_ID: wrapped, WRAPPED_AT: SECRET_ID_PATH}
    ended = controller.playbook(play(SAY_KEY))
    assert ended.code == 2
    assert wrapped not in ended.out + ended.err
    assert controller.ledger.requests("sys/wrapping/unwrap") == controller.ledger.requests("auth/*") == []
    assert controller.scene.vault.api("POST", "sys/wrapping/unwrap", token=wrapped)
    assert controller.left() == []


def test_f42_a_secret_id_that_somebody_unwrapped_before(controller: Controller) -> None:
    wrapped = controller.scene.wrapped_secret_id()
    assert controller.scene.vault.api("POST", "sys/wrapping/unwrap", token=wrapped)
    controller.environ |= {SECRET_ID: wrapped, WRAPPED_AT: SECRET_ID_PATH}
    ended = controller.playbook(play(SAY_KEY))
    assert ended.code == 2
    assert "possible interception" in " ".join((ended.out + ended.err).split())
    assert wrapped not in ended.out + ended.err
    assert controller.ledger.requests("auth/*") == []
    assert controller.left() == []


def test_without_the_keeper_each_lookup_logs_in_by_itself(controller: Controller) -> None:
    controller.environ["LEASEHOLD_VAULT_KEEPER"] = "false"
    halt = controller.halt("task")
    running = controller.start_playbook(play(SAY_KEY, halt))
    controller.reached("task")
    assert controller.keepers() == []
    assert controller.traces() == []
    controller.go_on("task")
    ended = running.ended()
    assert ended.code == 0, ended.out
    assert len(set(ended.keys())) == 2
    assert controller.asked() == {"login": 2, "mint": 2}
    assert kinds(controller.left(within=0)) == ["lease", "lease", "token", "token"]


def test_f66_sealed_in_mid_run() -> None:
    """A lease that is held is served on; the end waits for Vault to come back."""
    with bench() as scene, Controller(scene) as controller:
        running = controller.start_playbook(play(SAY_KEY, controller.halt("task"), SAY_KEY, aws=UPLOADER))
        controller.reached("task")
        scene.vault.seal()
        controller.go_on("task")
        ended = running.ended()
        assert ended.code == 0, ended.out
        assert len(ended.keys()) == 4 and len(set(ended.keys())) == 1
        assert len(controller.keepers()) == 1
        scene.vault.unseal()
        assert controller.left(within=20) == []
        assert controller.asked() == ONCE
