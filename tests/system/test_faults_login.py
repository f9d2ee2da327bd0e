# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens that die in mid-run, policies that say no, and logins with what is worn out, expired or no credential."""

from __future__ import annotations

import time

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, await_truth
from ansible_collections.leasehold.vault.tests.system.runs import Run, behind, copies_of
from ansible_collections.leasehold.vault.tests.testbed.vault import Vault

METHOD, ROLE_ID = "ANSIBLE_HASHI_VAULT_AUTH_METHOD", "ANSIBLE_HASHI_VAULT_ROLE_ID"
SECRET_ID = "ANSIBLE_HASHI_VAULT_SECRET_ID"
CANARY = "canary-in-a-credential"


def given(token: str) -> dict[str, str]:
    return {METHOD: "token", "VAULT_TOKEN": token}


def revoke_all_tokens(vault: Vault) -> None:
    for token in vault.tokens():
        vault.api("POST", "auth/token/revoke-accessor", {"accessor": token["accessor"]})


def test_f37_a_token_revoked_behind_our_back_costs_one_login(controller: Controller) -> None:
    with Run(controller) as run:
        (lost,) = run.keys()
        revoke_all_tokens(controller.scene.vault)
        roles = ["deploy", "federated", "session", "deploy"]
        run.begin(*[run.message("vault_aws_creds", role, wait=False) for role in roles * 5])
        assert run.begun_keys()
        (new,) = run.keys(forks=20)
        assert new != lost  # it died with its token
        assert controller.living_keys() == {new}
    assert controller.left() == []
    assert len(controller.ledger.logins()) == 2
    assert len(controller.ledger.mints()) == 5


def test_f37_a_given_token_that_was_revoked_cannot_be_replaced(controller: Controller) -> None:
    with Run(controller, **given(controller.scene.login())) as run:
        assert run.keys()
        revoke_all_tokens(controller.scene.vault)
        text = run.refusal("deploy", forks=20)
        assert "class=token" in text and "check where the token comes from" in text
    assert controller.left() == []


def test_f38_a_policy_that_says_no_is_asked_once_by_each(controller: Controller) -> None:
    with Run(controller) as run:
        for _number in range(3):
            run.begin(run.message("vault_read", "secret/metadata/app/config"))
            (reply,) = run.replies()
            assert "path=secret/metadata/app/config" in reply["error"] and "class=permission" in reply["error"]
            assert "the capability read" in reply["error"]
    assert controller.left() == []
    assert controller.asked() == {"login": 1, "refusal": 3, "revocation": 1}


@pytest.mark.parametrize("worn", ["used", "withdrawn", "expired"])
def test_f41_a_secret_id_that_is_worn_out(controller: Controller, worn: str) -> None:
    scene = controller.scene
    secret_id = scene.new_secret_id(num_uses=1, ttl="1s" if worn == "expired" else "1h")
    if worn == "used":
        scene.vault.api("POST", "auth/approle/login", {"role_id": scene.role_id, "secret_id": secret_id}, token="")
        revoke_all_tokens(scene.vault)
    elif worn == "expired":
        time.sleep(1.2)
        # Until Vault has tidied up, which it does now and then, it lets an expired one in.
        scene.vault.api("POST", "auth/approle/tidy/secret-id")
        lookup = "auth/approle/role/ansible/secret-id/lookup"
        await_truth(lambda: not scene.vault.api("POST", lookup, {"secret_id": secret_id}))
    else:
        scene.vault.api("POST", "auth/approle/role/ansible/secret-id/destroy", {"secret_id": secret_id})
    begun = scene.vault.ledger.mark()
    with Run(controller, **{SECRET_ID: secret_id}) as run:
        text = run.refusal(forks=50)
        assert "invalid role or secret ID" in text and "class=auth" in text and "uses or TTL may be spent" in text
        assert "vault write -f auth/approle/role/ROLE/secret-id" in text
        assert run.refusal("deploy", forks=50) == text
    assert controller.left() == []
    assert [entry.path for entry in scene.vault.ledger.since(begun).requests()] == ["auth/approle/login"]


def test_f42_a_wrapping_token_that_has_expired(controller: Controller) -> None:
    wrapping = controller.scene.wrapped_secret_id(ttl="1s")
    time.sleep(1.5)
    wrapped_at = "auth/approle/role/ansible/secret-id"
    with Run(controller, **{SECRET_ID: wrapping, "LEASEHOLD_VAULT_SECRET_ID_WRAPPED_AT": wrapped_at}) as run:
        text = run.refusal(forks=20)
        assert "has expired" in text and "possible interception" in text and "class=auth" in text
        assert wrapping not in text
    assert controller.left() == []
    assert controller.asked() == {}


@pytest.fixture
def few_uses(controller: Controller) -> dict[str, str]:
    """A login whose tokens are good for four requests."""
    scene = controller.scene
    scene.vault.api("PUT", "auth/approle/role/few-uses", {"token_num_uses": 4, "token_policies": ["deployer"]})
    return {ROLE_ID: scene.approle("few-uses"), SECRET_ID: scene.new_secret_id("few-uses")}


def test_f44_a_token_for_few_uses_is_replaced_before_its_last(controller: Controller, few_uses: dict[str, str]) -> None:
    with Run(controller, **few_uses) as run:
        keys = [run.keys(fresh=True) for _number in range(7)]
        assert len(set.union(*keys)) == 7
        assert set.union(*keys) == controller.living_keys()
    assert controller.left() == []
    assert controller.asked() == {"login": 3, "mint": 7, "revocation": 3}


def test_f44_few_uses_are_shared_by_all_who_ask_at_once(controller: Controller, few_uses: dict[str, str]) -> None:
    roles = copies_of(controller.scene, "uploader", 6)
    with Run(controller, **few_uses) as run:
        run.begin(*[run.message("vault_aws_creds", role, wait=False) for role in roles])
        assert run.begun_keys() == controller.living_keys()
    assert controller.left() == []
    assert controller.asked() == {"login": 2, "mint": 6, "revocation": 2}


def test_f44_a_given_token_that_ends_before_its_leases_is_warned_about(controller: Controller) -> None:
    options = {"ttl": "5m", "renewable": False, "policies": ["deployer"], "no_parent": True}
    made = controller.scene.vault.api("POST", "auth/token/create", options)
    assert made
    with Run(controller, **given(made["auth"]["client_token"])) as run:
        run.begin_creds(forks=10)
        first = [text for reply in run.replies() for text in reply["warnings"]]
        run.begin_creds("deploy", forks=10)
        second = [text for reply in run.replies() for text in reply["warnings"]]
    assert len(first) == 1 and "ends before" in first[0] and second == []
    assert [what.split()[0] for what in controller.left(within=3)] == ["token"]


@pytest.mark.parametrize("kind", ["root", "periodic"])
def test_f44_what_was_given_is_never_revoked(controller: Controller, kind: str) -> None:
    vault = controller.scene.vault
    options = {"period": "1m", "policies": ["deployer"]} if kind == "periodic" else {"policies": ["root"]}
    made = vault.api("POST", "auth/token/create", {**options, "no_parent": True})
    assert made
    token = made["auth"]["client_token"]
    with Run(controller, **given(token)) as run:
        assert len(run.keys(forks=10)) == 1
    assert [what.split()[0] for what in controller.left(within=3)] == ["token"]
    assert vault.api("GET", "auth/token/lookup-self", token=token)
    assert [entry.path for entry in controller.ledger.revocations()] == ["sys/leases/revoke"]


def test_f45_what_can_be_no_credential_is_not_sent(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        for broken in (f"{CANARY}\n", f" {CANARY}", f"{CANARY}\0", f"{CANARY}é", f"\ufeff{CANARY}"):
            for option, method in (("token", "token"), ("role_id", "approle"), ("secret_id", "approle")):
                text = run.refusal(**{"auth_method": method, option: broken})  # type: ignore[arg-type]
                assert f"{option} " in text and "class=config" in text and CANARY not in text
        assert faults.connections == 0
