# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The configuration of the AWS auth method: as whom Vault asks AWS, whom it believes, and how it names who logs in."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import (
    MOUNT,
    ROOT,
    without_an_old_key,
    write_key_with_secret,
)
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

_TEXT = Field({"type": "str"})
_NAMED = {"mount": MOUNT, "name": {"type": "str", "required": True}}
_AS_IN_THE_ENGINE = (
    "access_key",
    "secret_key",
    "iam_endpoint",
    "sts_endpoint",
    "max_retries",
    "rotation_period",
    "rotation_schedule",
    "rotation_window",
    "disable_automated_rotation",
)
_IDENTITY_TOKENS = ("role_arn", "identity_token_audience", "identity_token_ttl")

CLIENT = Resource(
    path="auth/{mount:mount}/config/client",
    keys={"mount": MOUNT},
    fields={
        **{name: ROOT.fields[name] for name in _AS_IN_THE_ENGINE},
        **{name: replace(ROOT.fields[name], since="1.17") for name in _IDENTITY_TOKENS},
        "endpoint": _TEXT,
        "sts_region": _TEXT,
        "use_sts_region_from_client": Field({"type": "bool"}, normal=_normal.flag, since="1.15"),
        "iam_server_id_header_value": _TEXT,
        "allowed_sts_header_values": Field({"type": "list", "elements": "str"}, normal=_normal.lower_names),
    },
    rules={"required_together": [("access_key", "secret_key")]},
    # Vault keeps a change of rotation or identity tokens only beside that of another field, such as max_retries.
    whole=True,
    adjust=without_an_old_key,
    update=write_key_with_secret,
)


def _metadata(value: t.Any) -> list[str]:
    """Vault's word for the usual fields is stored as these fields."""
    names = _normal.lower_names(value)
    return ["account_id", "auth_type"] if names == ["default"] else names


def _alias(*more: str) -> Field:
    return Field({"type": "str", "choices": ["role_id", *more]})


_METADATA = Field({"type": "list", "elements": "str"}, normal=_metadata)

IDENTITY = Resource(
    path="auth/{mount:mount}/config/identity",
    keys={"mount": MOUNT},
    fields={
        "iam_alias": _alias("unique_id", "canonical_arn", "full_arn"),
        "iam_metadata": _METADATA,
        "ec2_alias": _alias("instance_id", "image_id"),
        "ec2_metadata": _METADATA,
    },
    lasting=True,
)


def _write_certificate(vault: Vault, path: str, body: Options) -> None:
    # Vault answers 500 to what is no certificate, so another try is for nothing.
    write(vault, path, body, retry="unprocessed")


CERTIFICATE = Resource(
    path="auth/{mount:mount}/config/certificate/{name}",
    keys=_NAMED,
    fields={
        "aws_public_cert": Field({"type": "str"}, normal=_normal.certificate, send=_normal.pem),
        "type": Field({"type": "str", "choices": ["pkcs7", "identity"]}),
    },
    rules={"required_if": [("state", "present", ("aws_public_cert",))]},
    whole=True,
    create=_write_certificate,
    update=_write_certificate,
)


def _of_an_account(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    if not re.fullmatch("[0-9]{12}", params["account_id"]):
        raise ConfigError(
            f"account_id {params['account_id']} is not the id of an AWS account",
            remedy="It has 12 digits. Put them in quotes, because YAML reads a number with a leading 0 in another way.",
        )
    return wanted


STS_ROLE = Resource(
    path="auth/{mount:mount}/config/sts/{account_id}",
    keys={"mount": MOUNT, "account_id": {"type": "str", "required": True}},
    fields={"sts_role": _TEXT, "external_id": Field({"type": "str"}, since="1.17")},
    rules={"required_if": [("state", "present", ("sts_role",))]},
    adjust=_of_an_account,
)

__all__ = ("CERTIFICATE", "CLIENT", "IDENTITY", "STS_ROLE")
