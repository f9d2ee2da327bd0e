# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The roles of the AWS auth method, which say whose logins get which tokens."""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault
from ansible_collections.leasehold.vault.plugins.module_utils._token_fields import TOKEN_FIELDS

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

PRINCIPALS = "bound_iam_principal_arn"
_OF_EC2 = ("bound_region", "role_tag", "allow_instance_migration", "disallow_reauthentication")
_OF_IAM = (PRINCIPALS, "inferred_entity_type")
# What can be said of an instance, where Vault learns from the login which one it is.
_OF_INSTANCES = (
    "bound_account_id",
    "bound_ami_id",
    "bound_ec2_instance_id",
    "bound_iam_instance_profile_arn",
    "bound_iam_role_arn",
    "bound_subnet_id",
    "bound_vpc_id",
)
_BINDS = (PRINCIPALS, "bound_region", *_OF_INSTANCES)
_DECISIVE = ("auth_type", "resolve_aws_unique_ids")
_EMPTY: Options = {"list": [], "bool": False, "str": ""}


def _fitting(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """What is wanted as far as this kind of role has a use for it; Vault refuses the rest even where it is empty."""
    is_another = _is_another(wanted, current or {})
    if is_another and not params["recreate"]:
        return wanted
    old = {} if is_another else current or {}
    if is_another and current:
        wanted = {**{name: current[name] for name in _DECISIVE}, **wanted}
    useless = _useless({"auth_type": "iam", **old, **wanted})
    _refuse([name for name in useless if wanted.get(name)])
    left = {name: _EMPTY[ROLE.fields[name].spec["type"]] for name in useless if old.get(name)}
    fitting = {**left, **{name: value for name, value in wanted.items() if name not in useless}}
    if not any({**old, **fitting}.get(name) for name in _BINDS):
        raise ConfigError(
            "A role has to be bound to something, or everybody with an AWS account could log in to it",
            remedy=f"Set {PRINCIPALS}, or for the type ec2 another option that begins with bound_.",
        )
    _warn_of_bypasses(vault, fitting.get(PRINCIPALS) or [])
    return fitting


def _is_another(wanted: Options, current: Options) -> bool:
    """Whether it is a role that Vault does not make of the present one."""
    kind = wanted.get("auth_type", current.get("auth_type"))
    resolves = wanted.get("resolve_aws_unique_ids", True)
    return bool(current) and (kind != current["auth_type"] or (current["resolve_aws_unique_ids"] and not resolves))


def _useless(role: Options) -> list[str]:
    if role["auth_type"] == "ec2":
        return [*_OF_IAM, "inferred_aws_region"]
    return [*_OF_EC2, *(() if role.get("inferred_entity_type") else (*_OF_INSTANCES, "inferred_aws_region"))]


def _refuse(names: list[str]) -> None:
    if names:
        raise ConfigError(
            f"A role of this auth_type has no use for {', '.join(names)}",
            remedy="Leave that out, or choose the other auth_type, or to bind instances set inferred_entity_type.",
        )


def _warn_of_bypasses(vault: Vault, principals: list[str]) -> None:
    """Speak up where others than those who are meant could log in."""
    wild = [arn for arn in principals if arn.endswith("*")]
    if wild:
        vault.warn(
            f"{PRINCIPALS} has a wildcard, {', '.join(wild)}: whoever may create an IAM user or role of such a name "
            "can log in, and no unique id protects from that. Name each principal."
        )
    version = _version(vault) if principals else ""
    if version and is_bypassed(version):
        vault.warn(
            f"Vault {version} can take a principal for one of the same name in another AWS account, or for one that "
            "a wildcard does not cover (CVE-2025-11621). Update it to 1.21.0, or within Vault Enterprise to 1.20.5, "
            "1.19.11 or 1.16.27."
        )


def _version(vault: Vault) -> str:
    """The server's version, or nothing where it does not tell."""
    with contextlib.suppress(VaultError):
        # Namespaces do not have this path.
        return str((vault.request("GET", "sys/seal-status", namespace="") or {}).get("version") or "")
    return ""


_REPAIRED = {(1, 20): 5, (1, 19): 11, (1, 16): 27}


def is_bypassed(version: str) -> bool:
    """Whether CVE-2025-11621 is in this release; of the older ones only those of Vault Enterprise were repaired."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)(\+ent)?", version)
    if not found:
        return False
    major, minor, patch = (int(number) for number in found.groups()[:3])
    repaired = _REPAIRED.get((major, minor)) if found.group(4) else None
    return (major, minor) < (1, 21) and (repaired is None or patch < repaired)


_TEXT = Field({"type": "str"})
_FLAG = Field({"type": "bool"}, normal=_normal.flag)
_NAMES = Field({"type": "list", "elements": "str"}, normal=_normal.names)

ROLE = Resource(
    path="auth/{mount:mount}/role/{name:lower}",
    keys={"mount": MOUNT, "name": {"type": "str", "required": True}},
    fields={
        "auth_type": Field({"type": "str", "choices": ["iam", "ec2"]}, create_only=True),
        # Vault asks AWS for the ids of principals at each write that names them, and binds to whoever has the name now.
        # So it is as well that an update holds nothing but what differs.
        **dict.fromkeys(_BINDS, _NAMES),
        "inferred_entity_type": Field({"type": "str", "choices": ["ec2_instance", ""]}),
        "inferred_aws_region": _TEXT,
        "resolve_aws_unique_ids": Field({"type": "bool"}, normal=_normal.flag, for_good=True),
        "role_tag": _TEXT,
        "allow_instance_migration": _FLAG,
        "disallow_reauthentication": _FLAG,
        **TOKEN_FIELDS,
    },
    options={"recreate": {"type": "bool", "default": False}},
    removal="recreate: true, which also changes its role_id",
    adjust=_fitting,
)

__all__ = ("ROLE", "is_bypassed")
