# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of Vault's AWS auth method that would make a module write what nobody wants, or let in whom nobody means."""

from __future__ import annotations

import base64
import copy
import typing as t

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import IDENTITY as IDENTITY_CONFIG
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.modules import (
    vault_aws_auth_accesslist_entry,
    vault_aws_auth_accesslist_info,
    vault_aws_auth_certificate,
    vault_aws_auth_certificate_info,
    vault_aws_auth_client,
    vault_aws_auth_client_info,
    vault_aws_auth_identity,
    vault_aws_auth_identity_info,
    vault_aws_auth_role,
    vault_aws_auth_role_info,
    vault_aws_auth_role_tag,
    vault_aws_auth_rotate_root,
    vault_aws_auth_sts_role,
    vault_aws_auth_sts_role_info,
    vault_aws_auth_tidy,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.aws_method import (
    BY_NAME,
    CLIENT,
    EC2,
    IAM,
    IDENTITY,
    INFERRED,
    PRINCIPAL,
    Data,
    Method,
)

PAIR = {"access_key": "AKIA", "secret_key": "CANARY-secret"}
KNOWN = {**CLIENT, **PAIR, "sts_region": "eu-west-1", "allowed_sts_header_values": ["X-Amz-One", "X-Amz-Two"]}
ACCOUNT = "012345678901"
PEM = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(b'one').decode()}\n-----END CERTIFICATE-----\n"
OTHER = PEM.replace(base64.b64encode(b"one").decode(), base64.b64encode(b"two").decode())
NAMED = {"aws_public_cert": PEM, "type": "identity"}


class Row(t.NamedTuple):
    """What is stored, what is wanted, and the body that is sent for it; none means that nothing is written."""

    module: t.Any
    stored: Data | None
    options: Data
    body: Data | None = None


PATHS = {
    vault_aws_auth_client: "config/client",
    vault_aws_auth_identity: "config/identity",
    vault_aws_auth_certificate: "config/certificate/n",
    vault_aws_auth_sts_role: f"config/sts/{ACCOUNT}",
    vault_aws_auth_role: "role/n",
    vault_aws_auth_tidy: "config/tidy/identity-accesslist",
}
KEYS: dict[t.Any, Data] = {
    vault_aws_auth_certificate: {"name": "n"},
    vault_aws_auth_sts_role: {"account_id": ACCOUNT},
    vault_aws_auth_role: {"name": "n"},
    vault_aws_auth_tidy: {"what": "identity-accesslist"},
}


def client(options: Data, changed: Data | None = None) -> Row:
    """All but the key goes along with a change."""
    rest = {name: value for name, value in KNOWN.items() if name not in PAIR and value is not None}
    return Row(vault_aws_auth_client, KNOWN, options, {**rest, **changed} if changed else None)


def identity(stored: Data | None, options: Data, body: Data | None = None) -> Row:
    return Row(vault_aws_auth_identity, stored, options, body)


def certificate(options: Data, body: Data | None = None) -> Row:
    return Row(vault_aws_auth_certificate, NAMED, options, body)


def role(stored: Data | None, options: Data, body: Data | None = None) -> Row:
    return Row(vault_aws_auth_role, stored, options, body)


def tidy(stored: Data | None, options: Data, body: Data | None = None) -> Row:
    return Row(vault_aws_auth_tidy, stored, options, body)


WIDE = {"iam_metadata": ["account_id", "client_arn"]}
ROWS: dict[str, Row] = {
    "q20 a secret that cannot be compared": client({**PAIR, "secret_key": "another"}),
    "q20 rotation alone": client({"rotation_period": "1h"}, {"rotation_period": 3600}),
    "q20 identity tokens alone": client({"identity_token_ttl": "1h"}, {"identity_token_ttl": 3600}),
    "q20 a key that Vault has rotated": client({"access_key": "AKIAOLD", "secret_key": "old"}),
    "q21 headers in other words": client({"allowed_sts_header_values": ["x-amz-TWO", "x-amz-one"]}),
    "q21 no headers any more": client({"allowed_sts_header_values": []}, {"allowed_sts_header_values": []}),
    "q21 null is none": Row(vault_aws_auth_client, CLIENT, {"allowed_sts_header_values": []}),
    "q22 what nobody has written": identity(None, {"iam_alias": "role_id", "ec2_metadata": ["default"]}),
    "q22 another alias": identity(None, {"iam_alias": "unique_id"}, {"iam_alias": "unique_id"}),
    "q23 metadata in other words": identity({**IDENTITY, **WIDE}, {"iam_metadata": ["Client_ARN", "account_id"]}),
    "q23 the usual metadata": identity(None, {"iam_metadata": ["auth_type", "account_id"]}),
    "q23 back to the usual": identity(
        {**IDENTITY, **WIDE}, {"iam_metadata": ["default"]}, {"iam_metadata": ["default"]}
    ),
    "q23 no metadata": identity(None, {"ec2_metadata": []}, {"ec2_metadata": []}),
    "q24 the type as it is": role(EC2, {"auth_type": "ec2"}),
    "q25 ids as they are": role(IAM, {"resolve_aws_unique_ids": True}),
    "q25 ids from now on": role(BY_NAME, {"resolve_aws_unique_ids": True}, {"resolve_aws_unique_ids": True}),
    "q26 the same principals": role(IAM, {**PRINCIPAL, "token_ttl": "1h"}, {"token_ttl": "1h"}),
    "q26 principals in another order": role(
        {**IAM, "bound_iam_principal_arn": ["b", "a"]}, {"bound_iam_principal_arn": ["a", "b"]}
    ),
    "q26 another principal": role(IAM, {"bound_iam_principal_arn": ["b"]}, {"bound_iam_principal_arn": ["b"]}),
    "q27 what is of ec2 as it is": role(IAM, {"allow_instance_migration": False, "role_tag": "", "bound_region": []}),
    "q27 and at a new role": role(
        None, {**PRINCIPAL, "disallow_reauthentication": False, "role_tag": "", "bound_ami_id": []}, PRINCIPAL
    ),
    "q28 null is none": role(EC2, {"bound_ec2_instance_id": []}),
    "q28 an instance": role(EC2, {"bound_ec2_instance_id": ["i-1"]}, {"bound_ec2_instance_id": ["i-1"]}),
    "q30 old names are not looked at": role(
        {**IAM, "ttl": 60, "token_ttl": 60, "policies": ["a"]}, {"token_ttl": "1m"}
    ),
    "q31 a certificate in base64": certificate({"aws_public_cert": base64.b64encode(PEM.encode()).decode()}),
    "q31 a certificate in another layout": certificate({"aws_public_cert": PEM.replace("\n", "\r\n") + "\n\n"}),
    "q31 another certificate": certificate({"aws_public_cert": OTHER + "\n"}, {**NAMED, "aws_public_cert": OTHER}),
    "q31 another type": certificate({"aws_public_cert": PEM, "type": "pkcs7"}, {**NAMED, "type": "pkcs7"}),
    "q32 defaults that nobody has written": tidy(None, {"safety_buffer": "72h", "disable_periodic_tidy": False}),
    "q32 another buffer": tidy(None, {"safety_buffer": "1h"}, {"safety_buffer": 3600}),
    "q32 no settings to remove": tidy(None, {"state": "absent"}),
    "q36 a type in another word": role(IAM, {"token_type": "default-service"}, {"token_type": "service"}),
    "q37 an address without its mask": role(
        {**IAM, "token_bound_cidrs": ["10.0.0.1"]}, {"token_bound_cidrs": ["10.0.0.1/32"]}
    ),
    "an inference ends with all that needs it": role(
        INFERRED,
        {"inferred_entity_type": ""},
        {"inferred_entity_type": "", "inferred_aws_region": "", "bound_ami_id": []},
    ),
    "an external id is cleared": Row(
        vault_aws_auth_sts_role,
        {"sts_role": "arn:r", "external_id": "x"},
        {"sts_role": "arn:r", "external_id": ""},
        {"external_id": ""},
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row(row: Row) -> None:
    """Check mode writes nothing and says what the run then does, which leaves nothing to do."""
    path = PATHS[row.module]
    vault = Method({} if row.stored is None else {path: copy.deepcopy(row.stored)})
    options = {**KEYS.get(row.module, {}), **row.options}
    predicted = vault.perform(row.module, options, check=True)
    assert vault.writes == []
    assert vault.perform(row.module, options) == predicted
    assert vault.writes == ([] if row.body is None else [("POST", path, row.body)])
    assert predicted["changed"] is (row.body is not None)
    assert "CANARY" not in str(predicted)
    assert not vault.perform(row.module, options)["changed"]
    assert len(vault.writes) == bool(row.body)


def test_q20_a_secret_is_written_when_told_to() -> None:
    vault = Method({"config/client": dict(KNOWN)})
    options = {**PAIR, "secret_key": "another", "update_secret": "always"}
    assert vault.perform(vault_aws_auth_client, options)["changes"] == ["secret_key"]
    assert vault.stored["config/client"]["secret_key"] == "another"


def test_q20_a_rotation_between_reading_and_writing_is_not_undone() -> None:
    class Rotating(Method):
        def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
            if method == "POST":
                self.stored["config/client"]["access_key"] = "AKIANEW"
            return super().request(method, path, data, **rest)

    vault = Rotating({"config/client": dict(KNOWN)})
    vault.perform(vault_aws_auth_client, {**PAIR, "sts_region": "us-east-2"})
    assert vault.stored["config/client"]["access_key"] == "AKIANEW"
    assert vault.stored["config/client"]["sts_region"] == "us-east-2"


def test_a_rotated_key_is_warned_about() -> None:
    vault = Method({"config/client": {**KNOWN, "access_key": "AKIANEW"}})
    vault.perform(vault_aws_auth_client, PAIR)
    assert [text for text in vault.warnings if "AKIANEW, not with AKIA:" in text]


def test_q16_what_a_server_drops_without_a_word_is_missed() -> None:
    vault = Method({"config/client": dict(CLIENT)}, ignores=("use_sts_region_from_client",))
    with pytest.raises(ApiError, match=r"did not keep use_sts_region_from_client .*\(Vault 1\.15\)"):
        vault.perform(vault_aws_auth_client, {"use_sts_region_from_client": True})


def test_q22_what_vault_always_has_cannot_be_absent() -> None:
    assert "state" not in IDENTITY_CONFIG.argument_spec()


# -- acts


def test_q33_each_tag_is_another_one() -> None:
    vault = Method()
    options = {"role_name": "N", "policies": [], "max_ttl": "1h"}
    assert vault.perform(vault_aws_auth_role_tag, options, check=True) == {"changed": False}
    assert vault.writes == []
    first, second = (vault.perform(vault_aws_auth_role_tag, options) for _number in range(2))
    assert first["tag_value"] != second["tag_value"]
    assert (first["changed"], first["tag_key"]) == (False, "web")
    assert vault.writes[0] == ("POST", "role/n/tag", {"policies": [], "max_ttl": 3600})


def test_tidying_now() -> None:
    vault = Method()
    options = {"what": "roletag-denylist", "state": "started", "safety_buffer": "1h"}
    assert vault.perform(vault_aws_auth_tidy, options, check=True) == {"changed": True}
    assert vault.writes == []
    assert vault.perform(vault_aws_auth_tidy, options) == {"changed": True}
    assert vault.writes == [("POST", "tidy/roletag-denylist", {"safety_buffer": 3600})]


def test_an_entry_goes_and_its_nonce_is_not_told() -> None:
    entry = {"role": "web", "client_nonce": "CANARY-nonce", "disallow_reauthentication": False}
    vault = Method({"identity-accesslist/i-1": dict(entry)})
    told = vault.perform(vault_aws_auth_accesslist_info, {})["instances"]
    assert told == [{"instance_id": "i-1", "role": "web", "disallow_reauthentication": False}]
    options = {"instance_id": "i-1", "state": "absent"}
    assert vault.perform(vault_aws_auth_accesslist_entry, options, check=True) == {"changed": True}
    assert vault.writes == []
    assert vault.perform(vault_aws_auth_accesslist_entry, options) == {"changed": True}
    assert vault.perform(vault_aws_auth_accesslist_entry, options) == {"changed": False}
    assert vault.writes == [("DELETE", "identity-accesslist/i-1", {})]


def test_rotation() -> None:
    vault = Method({"config/client": dict(KNOWN)})
    assert vault.perform(vault_aws_auth_rotate_root, {}) == {"changed": False, "access_key": "AKIA"}
    assert vault.perform(vault_aws_auth_rotate_root, {"force": True}, check=True) == {"changed": True}
    assert vault.writes == []
    assert vault.perform(vault_aws_auth_rotate_root, {"force": True}) == {"changed": True, "access_key": "AKIANEW"}


def test_no_key_to_rotate() -> None:
    with pytest.raises(ApiError, match="set the key with vault_aws_auth_client"):
        Method().perform(vault_aws_auth_rotate_root, {})


# -- what there is


def test_all_of_it_is_told_but_the_secret() -> None:
    stored = {
        "config/client": dict(KNOWN),
        "config/certificate/n": dict(NAMED),
        f"config/sts/{ACCOUNT}": {"sts_role": "arn:r"},
        "role/n": dict(IAM),
    }
    vault = Method(stored)
    told = vault.perform(vault_aws_auth_client_info, {})["config"]
    assert told == {name: value for name, value in KNOWN.items() if name != "secret_key"}
    assert vault.perform(vault_aws_auth_identity_info, {})["config"] == IDENTITY
    assert vault.perform(vault_aws_auth_certificate_info, {})["certificates"] == [{**NAMED, "name": "n"}]
    sts_roles = [{"account_id": ACCOUNT, "sts_role": "arn:r"}]
    assert vault.perform(vault_aws_auth_sts_role_info, {})["sts_roles"] == sts_roles
    assert vault.perform(vault_aws_auth_sts_role_info, {"account_id": ACCOUNT})["sts_roles"] == sts_roles
    assert vault.perform(vault_aws_auth_role_info, {"name": "N"})["roles"] == [{**IAM, "name": "N"}]


INFOS = {
    vault_aws_auth_accesslist_info: "instances",
    vault_aws_auth_certificate_info: "certificates",
    vault_aws_auth_client_info: "config",
    vault_aws_auth_role_info: "roles",
    vault_aws_auth_sts_role_info: "sts_roles",
}


@pytest.mark.parametrize("module", INFOS, ids=INFOS.values())
def test_q53_nothing_and_no_mount_are_two_things(module: t.Any) -> None:
    assert not Method().perform(module, {})[INFOS[module]]
    with pytest.raises(ApiError, match="class=absent"):
        Method().perform(module, {"mount": "other"})


# -- what is wrong


WRONG: dict[str, tuple[t.Any, Data, str]] = {
    "two certificates": (
        vault_aws_auth_certificate,
        {"name": "n", "aws_public_cert": PEM + OTHER},
        "not one certificate",
    ),
    "no certificate": (
        vault_aws_auth_certificate,
        {"name": "n", "aws_public_cert": "a file.pem"},
        "not one certificate",
    ),
    "an empty one": (vault_aws_auth_certificate, {"name": "n", "aws_public_cert": ""}, "not one certificate"),
    "an account as YAML reads it": (
        vault_aws_auth_sts_role,
        {"account_id": 1402433619, "sts_role": "arn:r"},
        "1402433619 is not the id of an AWS account",
    ),
    "a buffer": (vault_aws_auth_tidy, {"what": "roletag-denylist", "safety_buffer": "x"}, "safety_buffer is not"),
    "a tag's life": (vault_aws_auth_role_tag, {"role_name": "n", "max_ttl": "x"}, "max_ttl is not"),
    "a setting of another state": (
        vault_aws_auth_tidy,
        {"what": "roletag-denylist", "state": "started", "disable_periodic_tidy": True},
        "disable_periodic_tidy is given",
    ),
}


@pytest.mark.parametrize(("module", "options", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_not_sent(module: t.Any, options: Data, said: str) -> None:
    vault = Method()
    with pytest.raises(VaultError, match=said):
        vault.perform(module, options, check=True)
    assert vault.writes == []


@pytest.mark.parametrize("name", ["../sys", "..%2f", "a/b", "a?list=true", "a#b", "..", ".", "", " ", "a\n", "a."])
@pytest.mark.parametrize("module", [vault_aws_auth_certificate, vault_aws_auth_role])
def test_f91_no_name_leaves_the_mount(module: t.Any, name: str) -> None:
    vault = Method()
    with pytest.raises(ConfigError, match="class=path"):
        vault.perform(module, {"name": name, "state": "absent"})
    assert vault.writes == []


@pytest.mark.parametrize("mount", ["../sys", "aws/../sys", "aws?x", "", "."])
def test_f92_no_mount_leaves_auth(mount: str) -> None:
    vault = Method()
    with pytest.raises(ConfigError, match="class=path"):
        vault.perform(vault_aws_auth_client, {"mount": mount, "state": "absent"})
    assert vault.writes == []
