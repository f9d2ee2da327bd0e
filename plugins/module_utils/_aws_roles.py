# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The roles of the AWS engine: what it makes credentials of, and the users whose keys it rotates."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault, make_plan, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

TYPES = ("iam_user", "assumed_role", "federation_token", "session_token")
_USERS, _ASSUMED, _SESSIONS, _ALL_BUT_SESSIONS, _STS = TYPES[:1], TYPES[1:2], TYPES[3:], TYPES[:3], TYPES[1:]
_FITS = {
    "role_arns": _ASSUMED,
    "policy_arns": _ALL_BUT_SESSIONS,
    "policy_document": _ALL_BUT_SESSIONS,
    "iam_groups": _ALL_BUT_SESSIONS,
    "iam_tags": _USERS,
    "session_tags": _ASSUMED,
    "external_id": _ASSUMED,
    "default_sts_ttl": _STS,
    "max_sts_ttl": _STS,
    "user_path": _USERS,
    "permissions_boundary_arn": _USERS,
    "mfa_serial_number": _SESSIONS,
}
_EMPTY: dict[str, t.Any] = {"list": [], "dict": {}}


def _fitting(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """Vault refuses what does not fit the type, even where it is left over from the type before."""
    kind = wanted["credential_type"]
    misfits = [name for name, kinds in _FITS.items() if kind not in kinds]
    given = _not_empty({name: wanted[name] for name in misfits if name in wanted})
    if given:
        raise ConfigError(
            f"Credentials of the type {kind} have no {', '.join(given)}",
            remedy="Leave that out, or choose another credential_type.",
        )
    if current is None or current.get("credential_type") == kind:
        return wanted
    left = _not_empty({name: current.get(name) for name in misfits})
    return {**{name: _EMPTY.get(ROLE.fields[name].spec["type"], "") for name in left}, **wanted}


def _not_empty(values: Options) -> list[str]:
    """The names of what differs from nothing."""
    return make_plan(ROLE, {}, values, {}).changes


def _user_path(value: t.Any) -> str:
    """Vault has no path to say the root, but tells "/" to whoever has written that."""
    return "" if value in (None, "/") else str(value)


def _document(value: str) -> str:
    return value if _normal.document(value) else ""


_TEXT = Field({"type": "str"})
_NAMES = Field({"type": "list", "elements": "str"}, normal=_normal.names)
_TTL = Field({"type": "str"}, normal=_normal.duration, send=_normal.duration)
_TAGS = {"type": "dict"}

ROLE = Resource(
    path="{mount:mount}/roles/{name}",
    keys={"mount": MOUNT, "name": {"type": "str", "required": True}},
    fields={
        "credential_type": Field({"type": "str", "choices": list(TYPES)}),
        "role_arns": _NAMES,
        "policy_arns": _NAMES,
        "policy_document": Field({"type": "json"}, normal=_normal.document, send=_document),
        "iam_groups": _NAMES,
        "iam_tags": Field(_TAGS, normal=_normal.mapping, send=_normal.mapping),
        "session_tags": Field(_TAGS, normal=_normal.mapping, send=_normal.mapping, since="1.17"),
        "external_id": Field({"type": "str"}, since="1.17"),
        "default_sts_ttl": _TTL,
        "max_sts_ttl": _TTL,
        "user_path": Field({"type": "str"}, normal=_user_path, send=_user_path),
        "permissions_boundary_arn": _TEXT,
        "mfa_serial_number": Field({"type": "str"}, since="1.16"),
    },
    rules={"required_if": [("state", "present", ("credential_type",))]},
    adjust=_fitting,
)


def _create_static(vault: Vault, path: str, body: Options) -> None:
    """Vault stores the role before it makes the key; what AWS has refused must not look finished to the next run."""
    try:
        write(vault, path, body, retry="unprocessed")
    except ApiError as problem:
        if problem.kind == "response" and problem.status >= 500:
            with contextlib.suppress(VaultError):
                vault.request("DELETE", path)
        raise


def _a_minute_at_least(period: t.Any) -> int:
    seconds = _normal.duration(period)
    if seconds < 60:
        raise ConfigError("rotation_period is below a minute", remedy="Vault takes 60 s and more.")
    return seconds


_ENTERPRISE_1_19 = Field({"type": "str"}, since="1.19 Enterprise")

STATIC_ROLE = Resource(
    path="{mount:mount}/static-roles/{name}",
    keys={"mount": MOUNT, "name": {"type": "str", "required": True}},
    fields={
        "iam_user": Field({"type": "str"}, called="username", create_only=True),
        "rotation_period": Field({"type": "str"}, normal=_normal.duration, send=_a_minute_at_least),
        "assume_role_arn": _ENTERPRISE_1_19,
        "assume_role_session_name": _ENTERPRISE_1_19,
        "external_id": _ENTERPRISE_1_19,
    },
    rules={"required_if": [("state", "present", ("iam_user", "rotation_period"))]},
    create=_create_static,
)

__all__ = ("ROLE", "STATIC_ROLE")
