# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The configuration of the AWS engine: the account it works with, whose key Vault may replace, and its leases."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault, make_plan, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

MOUNT = {"type": "str", "default": "aws"}
PAIR = ("access_key", "secret_key")


def without_an_old_key(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """What is wanted, without a key pair that could undo a rotation."""
    known, given = (current or {}).get("access_key"), wanted.get("access_key")
    if not known or not given or params["update_secret"] == "always":
        return wanted
    if known != given:
        vault.warn(
            f"Vault works with the access key {known}, not with {given}: probably it has rotated that one. "
            "It keeps its key; update_secret: always would replace it."
        )
    return {name: value for name, value in wanted.items() if name not in PAIR}


def _with_the_right_key(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """The same, but with the key pair where the server would otherwise forget its secret."""
    right = without_an_old_key(wanted, current, params, vault)
    # The release that brought this field is also the first whose writes leave alone what they do not name.
    if not current or not current.get("access_key") or "sts_region" in current:
        return right
    known = current["access_key"]
    if known == wanted.get("access_key"):
        return wanted
    if "secret_key" not in right and make_plan(ROOT, current, right, params).action:
        raise ConfigError(
            f"With any change this server would forget the secret of its access key {known}",
            remedy="Give access_key and secret_key too; for another pair than Vault's, with update_secret: always.",
        )
    return right


def write_key_with_secret(vault: Vault, path: str, body: Options) -> None:
    """An access key goes with its secret or not at all, lest it undo half of a rotation since it was read."""
    has_secret = "secret_key" in body
    write(vault, path, {name: value for name, value in body.items() if has_secret or name != "access_key"})


def _not_empty(template: str) -> str:
    if not template:
        raise ConfigError("username_template cannot be emptied", remedy="Write the template that you want.")
    return template


_TEXT = Field({"type": "str"})
_LIST_1_19 = Field({"type": "list", "elements": "str"}, normal=_normal.sequence, since="1.19")
_TEXT_1_19 = Field({"type": "str"}, since="1.19")
_DURATION_1_19 = Field({"type": "str"}, normal=_normal.duration, send=_normal.duration, since="1.19")

ROOT = Resource(
    path="{mount:mount}/config/root",
    keys={"mount": MOUNT},
    fields={
        "access_key": Field({"type": "str", "no_log": False}),
        "secret_key": Field({"type": "str", "no_log": True}, write_only=True),
        "region": _TEXT,
        "iam_endpoint": _TEXT,
        "sts_endpoint": _TEXT,
        "sts_region": _TEXT_1_19,
        "sts_fallback_endpoints": _LIST_1_19,
        "sts_fallback_regions": _LIST_1_19,
        "max_retries": Field({"type": "int"}),
        "username_template": Field({"type": "str"}, send=_not_empty),
        "role_arn": Field({"type": "str"}, since="1.16"),
        "identity_token_audience": Field({"type": "str", "no_log": False}, since="1.16"),
        "identity_token_ttl": Field(
            {"type": "str", "no_log": False}, normal=_normal.duration, send=_normal.duration, since="1.16"
        ),
        "rotation_period": _DURATION_1_19,
        "rotation_schedule": _TEXT_1_19,
        "rotation_window": _DURATION_1_19,
        "disable_automated_rotation": Field({"type": "bool"}, normal=_normal.flag, since="1.19"),
    },
    rules={"required_together": [PAIR]},
    lasting=True,
    whole=True,
    adjust=_with_the_right_key,
    update=write_key_with_secret,
)


def _in_seconds(value: t.Any) -> str:
    """Before 1.14 Vault takes a duration only with its unit."""
    return f"{_normal.duration(value)}s"


_LEASE = Field({"type": "str", "required": True}, normal=_normal.duration, send=_in_seconds)

LEASE = Resource(
    path="{mount:mount}/config/lease",
    keys={"mount": MOUNT},
    fields={"lease": _LEASE, "lease_max": _LEASE},
    lasting=True,
    whole=True,
)

__all__ = ("LEASE", "MOUNT", "ROOT", "without_an_old_key", "write_key_with_secret")
