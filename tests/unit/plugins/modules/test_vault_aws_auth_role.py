# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles of Vault's AWS auth method: what makes another role of one, and who could log in without being meant."""

from __future__ import annotations

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_role import is_bypassed
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.modules import vault_aws_auth_role
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.aws_method import (
    BY_NAME,
    EC2,
    IAM,
    INFERRED,
    PRINCIPAL,
    Data,
    Method,
)

STAR = "arn:aws:iam::123456789012:role/*"

ANOTHER: dict[str, tuple[Data, Data, str]] = {
    "q24": (IAM, {"auth_type": "ec2", "bound_account_id": ["1"]}, "auth_type"),
    "q24 nothing else": (EC2, {"auth_type": "iam"}, "auth_type"),
    "q25": (IAM, {"resolve_aws_unique_ids": False}, "resolve_aws_unique_ids"),
}


@pytest.mark.parametrize(("stored", "options", "fixed"), ANOTHER.values(), ids=ANOTHER)
def test_what_vault_cannot_change_needs_consent(stored: Data, options: Data, fixed: str) -> None:
    vault = Method({"role/n": dict(stored)})
    with pytest.raises(ConfigError, match=f"Vault cannot change {fixed} .*with recreate: true"):
        vault.perform(vault_aws_auth_role, {"name": "n", **options}, check=True)
    assert vault.writes == []


ANEW: dict[str, tuple[Data, Data, Data]] = {
    "q24 to ec2": (
        {**IAM, "token_ttl": 60},
        {"auth_type": "ec2", "bound_account_id": ["1"]},
        {"auth_type": "ec2", "bound_account_id": ["1"], "resolve_aws_unique_ids": True},
    ),
    "q24 to iam": (
        EC2,
        {"auth_type": "iam", **PRINCIPAL},
        {**PRINCIPAL, "auth_type": "iam", "resolve_aws_unique_ids": True},
    ),
    "q25 by name": (
        IAM,
        {"resolve_aws_unique_ids": False, "bound_iam_principal_arn": [STAR]},
        {"resolve_aws_unique_ids": False, "bound_iam_principal_arn": [STAR], "auth_type": "iam"},
    ),
}


@pytest.mark.parametrize(("stored", "options", "body"), ANEW.values(), ids=ANEW)
def test_with_consent_a_role_is_made_anew(stored: Data, options: Data, body: Data) -> None:
    vault = Method({"role/n": dict(stored)})
    options = {"name": "n", "recreate": True, **options}
    predicted = vault.perform(vault_aws_auth_role, options, check=True)
    assert vault.writes == []
    assert vault.perform(vault_aws_auth_role, options) == predicted
    assert vault.writes == [("DELETE", "role/n", {}), ("POST", "role/n", body)]
    assert predicted["diff"]["after"] == body
    held = [name for name in ("bound_iam_principal_arn", "bound_account_id", "role_tag", "token_ttl") if stored[name]]
    assert set(held) <= set(predicted["changes"])
    assert all(predicted["diff"]["before"][name] == stored[name] for name in held)
    assert not vault.perform(vault_aws_auth_role, options)["changed"]
    assert len(vault.writes) == 2


def test_a_role_that_could_not_be_made_anew_is_said_to_be_gone() -> None:
    vault = Method({"role/n": dict(IAM)})
    options = {"name": "n", "auth_type": "ec2", "bound_account_id": ["1"], "recreate": True}
    vault.ignores = ("bound_account_id",)
    with pytest.raises(
        ApiError, match=r"The old object is removed, and making the new one failed: .*at least one bound"
    ):
        vault.perform(vault_aws_auth_role, options)
    vault.ignores = ()
    assert vault.perform(vault_aws_auth_role, options)["changed"]
    assert vault.stored["role/n"]["auth_type"] == "ec2"


def test_q26_who_takes_over_a_name_is_not_bound_to() -> None:
    vault = Method({"role/n": dict(IAM)})
    vault.perform(vault_aws_auth_role, {"name": "n", **PRINCIPAL, "token_ttl": "1h"})
    assert vault.stored["role/n"]["bound_iam_principal_id"] == ["AIDAOLD"]


def test_q29_a_name_is_in_lower_case() -> None:
    vault = Method({"role/n": dict(IAM)})
    assert not vault.perform(vault_aws_auth_role, {"name": "N", "auth_type": "iam"})["changed"]
    assert vault.perform(vault_aws_auth_role, {"name": "N", "state": "absent"})["changed"]
    assert vault.stored == {}


USELESS: dict[str, tuple[Data | None, Data]] = {
    "ec2 on iam": (IAM, {"role_tag": "web"}),
    "an instance on iam": (None, {**PRINCIPAL, "bound_vpc_id": ["vpc-1"]}),
    "a region of no inference": (IAM, {"inferred_aws_region": "us-east-1"}),
    "a principal on ec2": (EC2, PRINCIPAL),
    "an inference on ec2": (None, {"auth_type": "ec2", "inferred_entity_type": "ec2_instance"}),
    "a region of instances with an inference": (INFERRED, {"bound_region": ["us-east-1"]}),
}


@pytest.mark.parametrize(("stored", "options"), USELESS.values(), ids=USELESS)
def test_what_a_role_has_no_use_for_is_refused(stored: Data | None, options: Data) -> None:
    vault = Method({"role/n": dict(stored)} if stored else {})
    with pytest.raises(ConfigError, match="A role of this auth_type has no use for"):
        vault.perform(vault_aws_auth_role, {"name": "n", **options}, check=True)


@pytest.mark.parametrize(
    ("stored", "options"), [(None, {}), (IAM, {"bound_iam_principal_arn": []})], ids=["new", "old"]
)
def test_a_role_for_everybody_is_refused(stored: Data | None, options: Data) -> None:
    vault = Method({"role/n": dict(stored)} if stored else {})
    with pytest.raises(ConfigError, match="A role has to be bound to something"):
        vault.perform(vault_aws_auth_role, {"name": "n", **options}, check=True)


# -- S20


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.21.0", False),
        ("1.21.4+ent", False),
        ("2.0.0", False),
        ("1.20.5", True),
        ("1.20.5+ent", False),
        ("1.20.4+ent.hsm", True),
        ("1.19.11+ent.hsm.fips1403", False),
        ("1.18.15+ent", True),
        ("1.16.27+ent", False),
        ("1.16.26+ent", True),
        ("1.2.3", True),
        ("unknown", False),
    ],
)
def test_releases_with_the_bypass(version: str, expected: bool) -> None:
    assert is_bypassed(version) is expected
    vault = Method(version=version)
    vault.perform(vault_aws_auth_role, {"name": "n", **PRINCIPAL}, check=True)
    assert bool([text for text in vault.warnings if "CVE-2025-11621" in text]) is expected


def test_a_server_that_does_not_tell_its_version_is_no_error() -> None:
    vault = Method(version="")
    assert vault.perform(vault_aws_auth_role, {"name": "n", **PRINCIPAL})["changed"]
    assert vault.warnings == []


@pytest.mark.parametrize("stored", [None, {**BY_NAME, "bound_iam_principal_arn": [STAR]}], ids=["new", "as it is"])
def test_a_wildcard_is_warned_about(stored: Data | None) -> None:
    vault = Method({"role/n": stored} if stored else {})
    vault.perform(vault_aws_auth_role, {"name": "n", "bound_iam_principal_arn": [STAR]})
    assert [text for text in vault.warnings if f"has a wildcard, {STAR}:" in text] == vault.warnings != []
