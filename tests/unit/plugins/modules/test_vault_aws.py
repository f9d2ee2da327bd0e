# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of Vault's AWS engine that would make a module write what nobody wants, or write it again and again."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.modules import (
    vault_aws_config_lease,
    vault_aws_config_root,
    vault_aws_config_root_info,
    vault_aws_role,
    vault_aws_role_info,
    vault_aws_rotate_root,
    vault_aws_static_role,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.aws_engine import BUILT_IN, ROLE, Data, Engine

PAIR = {"access_key": "AKIA", "secret_key": "secret"}
PLACE = {"region": "eu-west-1", "iam_endpoint": "https://iam.example", "sts_endpoint": "", "max_retries": 3}
OLD_ROOT = {**PAIR, **PLACE, "username_template": "mine"}
NEW_ROOT = {
    **OLD_ROOT,
    "sts_region": "",
    "sts_fallback_endpoints": ["https://a", "https://b"],
    "sts_fallback_regions": ["r-a", "r-b"],
    "rotation_period": 3600.0,
}
NO_ROLE = {**ROLE, "credential_type": "iam_user"}
DOCUMENT = '{"Version":"2012-10-17","Statement":[]}'
USER = {
    **NO_ROLE,
    "policy_document": DOCUMENT,
    "policy_arns": ["arn:b", "arn:a"],
    "iam_tags": {"a": "b"},
    "user_path": "/team/",
    "permissions_boundary_arn": "arn:c",
}
ASSUMED = {
    **ROLE,
    "credential_type": "assumed_role",
    "policy_document": DOCUMENT,
    "role_arns": ["arn:r"],
    "session_tags": {"a": "b"},
    "external_id": "x",
    "max_sts_ttl": 3600,
}
STATIC = {"name": "mailer", "id": "AIDA", "username": "mailer", "rotation_period": 86400}


def perform(module: t.Any, engine: Engine, options: Data, check: bool = False) -> Data:
    task = module.MODULE
    checked = ArgumentSpecValidator(task.argument_spec(), **task.rules).validate(options)
    assert not checked.error_messages
    result: Data = task.perform(engine, checked.validated_parameters, check)
    return result


class Row(t.NamedTuple):
    """What is stored, what is wanted, and what of it is then stored instead; the same means that nothing is written."""

    module: t.Any
    stored: Data
    options: Data
    instead: Data
    replaces: bool = False


def root(stored: Data, options: Data, instead: Data, *, replaces: bool = False) -> Row:
    return Row(vault_aws_config_root, stored, options, instead, replaces)


def role(stored: Data, options: Data, instead: Data) -> Row:
    return Row(vault_aws_role, stored, {"name": "r", **options}, instead)


def static(stored: Data, options: Data, instead: Data) -> Row:
    return Row(vault_aws_static_role, stored, {"name": "r", "iam_user": "mailer", **options}, instead)


PATHS = {
    vault_aws_config_root: "config/root",
    vault_aws_config_lease: "config/lease",
    vault_aws_role: "roles/r",
    vault_aws_static_role: "static-roles/r",
}
EAST = {"region": "us-east-2"}
FEDERATED: Data = {"role_arns": [], "session_tags": {}, "external_id": "", "credential_type": "federation_token"}
CLEARED: Data = {"policy_arns": [], "user_path": "", "permissions_boundary_arn": "", "iam_tags": {}}
ROWS: dict[str, Row] = {
    "q1 a secret that cannot be compared": root(NEW_ROOT, {**PAIR, "secret_key": "another"}, {}),
    "q2 a server that forgets": root(OLD_ROOT, {**PAIR, **EAST}, EAST, replaces=True),
    "q2 a server that forgets, without a key": root(
        {**OLD_ROOT, "access_key": "", "secret_key": ""}, EAST, EAST, replaces=True
    ),
    "q2 a server that forgets, unchanged": root(OLD_ROOT, {"region": "eu-west-1"}, {}, replaces=True),
    "q3 the template goes along": root(NEW_ROOT, EAST, EAST),
    "q4 a template that nobody gave": root({**NEW_ROOT, "username_template": BUILT_IN}, PAIR, {}),
    "q5 no region": root({**NEW_ROOT, "region": ""}, {**PAIR, "region": ""}, {}),
    "q6 a key that Vault has rotated": root({**NEW_ROOT, "access_key": "AKIANEW"}, PAIR, {}),
    "q6 another change after a rotation": root({**NEW_ROOT, "access_key": "AKIANEW"}, {**PAIR, **EAST}, EAST),
    "q6 a first key": root({**NEW_ROOT, "access_key": "", "secret_key": ""}, PAIR, PAIR),
    "q6 no key any more": root(NEW_ROOT, {"access_key": "", "secret_key": ""}, {"access_key": "", "secret_key": ""}),
    "q8 a duration in another spelling": Row(
        vault_aws_config_lease, {"lease": "30m0s", "lease_max": "12h0m0s"}, {"lease": "1800", "lease_max": "12h"}, {}
    ),
    "q8 a lease changed": Row(
        vault_aws_config_lease,
        {"lease": "30m0s", "lease_max": "12h0m0s"},
        {"lease": "90s", "lease_max": "1d"},
        {"lease": "1m30s", "lease_max": "24h0m0s"},
    ),
    "q10 a document with another layout": role(
        USER, {"policy_document": '{"Statement": [], "Version": "2012-10-17"}'}, {}
    ),
    "q10 a document as data": role(USER, {"policy_document": {"Statement": [], "Version": "2012-10-17"}}, {}),
    "q11 null is empty": role(NO_ROLE, {"policy_arns": [], "iam_tags": {}, "iam_groups": []}, {}),
    "q12 the root path": role(NO_ROLE, {"user_path": "/"}, {}),
    "q12 the root path as it was sent": role({**NO_ROLE, "user_path": "/"}, {"user_path": ""}, {}),
    "q13 a migrated role": role(
        {**NO_ROLE, "credential_type": "iam_user,federation_token"}, {}, {"credential_type": "iam_user"}
    ),
    "q14 from assumed_role to federation_token": role(ASSUMED, {"credential_type": "federation_token"}, FEDERATED),
    "q14 from assumed_role to session_token": role(
        ASSUMED,
        {"credential_type": "session_token"},
        {**FEDERATED, "policy_document": "", "credential_type": "session_token"},
    ),
    "q14 from iam_user to session_token": role(
        USER,
        {"credential_type": "session_token"},
        {**CLEARED, "policy_document": "", "credential_type": "session_token"},
    ),
    "q14 from assumed_role to iam_user": role(
        ASSUMED, {}, {**FEDERATED, "max_sts_ttl": 0, "credential_type": "iam_user"}
    ),
    "q17 what is not given stays": role(USER, {"iam_groups": ["g"]}, {"iam_groups": ["g"]}),
    "q17 what is empty is cleared": role(
        USER,
        {**CLEARED, "policy_document": {}, "user_path": "/"},
        {**CLEARED, "policy_document": ""},
    ),
    "q17 no limit any more": role(ASSUMED, {"credential_type": "assumed_role", "max_sts_ttl": 0}, {"max_sts_ttl": 0}),
    "q18 a period in another spelling": static(STATIC, {"rotation_period": "24h"}, {}),
    "q18 another period": static(STATIC, {"rotation_period": "1h"}, {"rotation_period": 3600}),
    "q19 names in another order": role(USER, {"policy_arns": ["arn:a", "arn:b"]}, {}),
    "q19 places in another order": root(
        NEW_ROOT, {"sts_fallback_regions": ["r-b", "r-a"]}, {"sts_fallback_regions": ["r-b", "r-a"]}
    ),
    "q52 seconds as a float": root(NEW_ROOT, {"rotation_period": "1h"}, {}),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row(row: Row) -> None:
    """Check mode writes nothing and says what the run then does, which keeps all else and leaves nothing to do."""
    path = PATHS[row.module]
    options = {"credential_type": "iam_user", **row.options} if row.module is vault_aws_role else row.options
    engine = Engine({path: copy.deepcopy(row.stored)}, replaces=row.replaces)
    predicted = perform(row.module, engine, options, check=True)
    assert engine.writes == []
    assert perform(row.module, engine, options) == predicted
    assert engine.stored[path] == {**row.stored, **row.instead}
    assert predicted["changed"] is bool(row.instead)
    assert "secret" not in str(predicted["diff"]["before"].values()) + str(predicted["diff"]["after"].values())
    writes = len(engine.writes)
    assert writes == bool(row.instead)
    assert not perform(row.module, engine, options)["changed"]
    assert len(engine.writes) == writes


def test_q1_a_secret_is_written_when_told_to() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)})
    options = {**PAIR, "secret_key": "another", "update_secret": "always"}
    assert perform(vault_aws_config_root, engine, options)["changes"] == ["secret_key"]
    assert engine.stored["config/root"]["secret_key"] == "another"


@pytest.mark.parametrize("options", [EAST, {**EAST, "access_key": "AKIAGIVEN", "secret_key": "given"}])
@pytest.mark.parametrize("check", [True, False])
def test_q2_a_server_that_forgets_keeps_its_secret(options: Data, check: bool) -> None:
    engine = Engine({"config/root": dict(OLD_ROOT)}, replaces=True)
    with pytest.raises(ConfigError, match="would forget the secret of its access key AKIA "):
        perform(vault_aws_config_root, engine, options, check)
    assert engine.writes == []


def test_q4_no_template_cannot_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="username_template cannot be emptied"):
        perform(vault_aws_config_root, Engine(), {"username_template": ""}, check=True)


@pytest.mark.parametrize("replaces", [True, False])
def test_q6_a_rotated_key_is_warned_about_and_given_back_by_force_only(replaces: bool) -> None:
    engine = Engine({"config/root": {**NEW_ROOT, "access_key": "AKIANEW"}}, replaces=replaces)
    perform(vault_aws_config_root, engine, PAIR)
    assert [text for text in engine.warnings if "AKIANEW, not with AKIA:" in text]
    assert engine.writes == []
    perform(vault_aws_config_root, engine, {**PAIR, "update_secret": "always"})
    assert engine.stored["config/root"]["access_key"] == "AKIA"


def test_q6_a_rotation_between_reading_and_writing_is_not_undone() -> None:
    class Rotating(Engine):
        def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
            if method == "POST":
                self.stored["config/root"]["access_key"] = "AKIANEW"
            return super().request(method, path, data, **rest)

    engine = Rotating({"config/root": dict(NEW_ROOT)})
    perform(vault_aws_config_root, engine, {**PAIR, **EAST})
    assert (engine.stored["config/root"]["access_key"], engine.stored["config/root"]["region"]) == (
        "AKIANEW",
        "us-east-2",
    )


def test_q7_the_new_key_is_what_the_configuration_says() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)})
    assert perform(vault_aws_rotate_root, engine, {"force": True}) == {"changed": True, "access_key": "AKIANEW"}


@pytest.mark.parametrize("module", [vault_aws_config_root, vault_aws_config_lease])
def test_q9_what_vault_cannot_remove_has_no_state(module: t.Any) -> None:
    assert "state" not in module.MODULE.argument_spec()


def test_q16_what_a_server_drops_without_a_word_is_missed() -> None:
    engine = Engine({"roles/r": dict(ASSUMED)}, ignores=("session_tags",))
    options = {"name": "r", "credential_type": "assumed_role", "session_tags": {"a": "c"}}
    with pytest.raises(ApiError, match=r"did not keep session_tags .*session_tags \(Vault 1\.17\)"):
        perform(vault_aws_role, engine, options)


def test_q18_a_role_whose_key_aws_refuses_is_not_left_behind() -> None:
    engine = Engine(refuses="CreateAccessKey")
    with pytest.raises(ApiError, match="failed to create new credentials"):
        perform(vault_aws_static_role, engine, {"name": "r", "iam_user": "mailer", "rotation_period": "1h"})
    assert engine.stored == {}


def test_q18_a_user_is_for_good() -> None:
    engine = Engine({"static-roles/r": dict(STATIC)})
    with pytest.raises(ConfigError, match="Vault cannot change iam_user"):
        perform(vault_aws_static_role, engine, {"name": "r", "iam_user": "other", "rotation_period": "24h"})


def test_q53_no_roles_and_no_mount_are_two_things() -> None:
    assert perform(vault_aws_role_info, Engine(), {})["roles"] == []
    for module in (vault_aws_role_info, vault_aws_config_root_info):
        with pytest.raises(ApiError, match="class=absent"):
            perform(module, Engine(), {"mount": "other"})


def test_what_is_told_of_the_account_has_no_secret() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)})
    told = perform(vault_aws_config_root_info, engine, {})["config"]
    assert told == {name: value for name, value in NEW_ROOT.items() if name != "secret_key"}
    assert perform(vault_aws_config_root_info, Engine(), {})["config"] is None


def test_a_write_to_no_mount_fails() -> None:
    with pytest.raises(ApiError, match="class=absent"):
        perform(vault_aws_config_root, Engine(), {"mount": "other", **EAST})


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("iam_user", {"role_arns": ["arn:r"]}),
        ("iam_user", {"default_sts_ttl": "1h"}),
        ("assumed_role", {"user_path": "/team/"}),
        ("assumed_role", {"iam_tags": {"a": "b"}}),
        ("federation_token", {"external_id": "x"}),
        ("session_token", {"policy_document": DOCUMENT}),
        ("federation_token", {"mfa_serial_number": "arn:m"}),
    ],
)
def test_an_option_of_another_type_is_refused(kind: str, option: Data) -> None:
    engine = Engine()
    with pytest.raises(ConfigError, match=f"Credentials of the type {kind} have no {next(iter(option))}"):
        perform(vault_aws_role, engine, {"name": "r", "credential_type": kind, **option}, check=True)


def test_a_path_that_is_none_fits_every_type() -> None:
    engine = Engine()
    assert perform(vault_aws_role, engine, {"name": "r", "credential_type": "assumed_role", "user_path": "/"})[
        "changed"
    ]


@pytest.mark.parametrize("name", ["../sys", "a/b", "a?list=true", "a#b", "..", "", "a\n"])
@pytest.mark.parametrize("module", [vault_aws_role, vault_aws_static_role])
def test_no_name_leaves_the_mount(module: t.Any, name: str) -> None:
    engine = Engine()
    with pytest.raises(ConfigError, match="class=path"):
        perform(module, engine, {"name": name, "state": "absent"})
    assert engine.writes == []


# -- rotation


def test_nothing_rotates_unasked() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)})
    assert perform(vault_aws_rotate_root, engine, {}) == {"changed": False, "access_key": "AKIA"}
    assert engine.writes == []


def test_check_mode_foretells_a_rotation() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)})
    assert perform(vault_aws_rotate_root, engine, {"force": True}, check=True)["changed"]
    assert engine.writes == []


def test_an_age_that_nobody_can_tell_is_said_to_be_so() -> None:
    with pytest.raises(ConfigError, match="Nobody can tell the age"):
        perform(vault_aws_rotate_root, Engine({"config/root": dict(NEW_ROOT)}), {"older_than": "90d"})


def test_a_rotation_that_aws_refuses_fails() -> None:
    with pytest.raises(ApiError, match="AccessDenied"):
        perform(
            vault_aws_rotate_root, Engine({"config/root": dict(NEW_ROOT)}, refuses="CreateAccessKey"), {"force": True}
        )


def test_an_old_key_that_could_not_be_deleted_is_told() -> None:
    engine = Engine({"config/root": dict(NEW_ROOT)}, refuses="DeleteAccessKey")
    assert perform(vault_aws_rotate_root, engine, {"force": True}) == {"changed": True, "access_key": "AKIANEW"}
    assert "the old one, AKIA, may still be valid" in engine.warnings[0]


@pytest.mark.parametrize("stored", [{}, {"config/root": {**NEW_ROOT, "access_key": ""}}])
def test_where_there_is_no_key_nothing_can_rotate(stored: dict[str, Data]) -> None:
    with pytest.raises(VaultError, match="no access key there"):
        perform(vault_aws_rotate_root, Engine(stored), {})
