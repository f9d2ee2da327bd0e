# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The roles of AppRole."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault, write
from ansible_collections.leasehold.vault.plugins.module_utils._token_fields import TOKEN_FIELDS

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

MOUNT = {"type": "str", "default": "approle"}


def role_id(vault: Vault, path: str) -> str | None:
    answer = vault.request("GET", path + "/role-id")
    return answer and answer["data"]["role_id"]


def read_role(vault: Vault, path: str, params: Options) -> Current:
    """The role as Vault shows it, with its role_id, which Vault keeps elsewhere."""
    answer = vault.request("GET", path)
    return answer and {**answer["data"], "role_id": role_id(vault, path)}


def _read_what_counts(vault: Vault, path: str, params: Options) -> Current:
    if params.get("custom_role_id") is not None:
        return read_role(vault, path, params)
    answer = vault.request("GET", path)
    return answer and dict(answer["data"])


def _write_role(vault: Vault, path: str, body: Options) -> None:
    try:
        # Vault answers 500 to what it will never accept, so another try is for nothing.
        write(vault, path, body, retry="unprocessed")
    except ApiError as problem:
        if "role_id already in use" not in " ".join(problem.errors):
            raise
        raise ApiError(
            "Another role of this mount has this role_id",
            kind="taken",
            status=problem.status,
            where=problem.where,
            remedy="Give each role a custom_role_id of its own, or leave the option out.",
        ) from None


def _with_a_constraint(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """What is wanted, unless anybody who knows the role_id could log in then; Vault would fail without a good word."""
    role = {**(current or {}), **wanted}
    has_networks = role.get("secret_id_bound_cidrs") or role.get("token_bound_cidrs")
    if role.get("bind_secret_id") is False and not has_networks:
        raise ConfigError(
            "A role needs secret ids, or networks that its logins have to come from",
            remedy="Set secret_id_bound_cidrs or token_bound_cidrs, or leave bind_secret_id as true.",
        )
    return wanted


def _tell_role_id(vault: Vault, path: str, params: Options, there: bool) -> Options:
    if not there:
        return {}
    return {"role_id": params.get("custom_role_id") or role_id(vault, path)}


ROLE = Resource(
    path="auth/{mount:mount}/role/{name}",
    keys={"mount": MOUNT, "name": {"type": "str", "required": True}},
    fields={
        "custom_role_id": Field({"type": "str"}, called="role_id"),
        "bind_secret_id": Field({"type": "bool", "no_log": False}, normal=_normal.flag),
        "secret_id_bound_cidrs": Field({"type": "list", "elements": "str", "no_log": False}, normal=_normal.networks),
        "secret_id_num_uses": Field({"type": "int", "no_log": False}, normal=_normal.number, show=int),
        "secret_id_ttl": Field({"type": "str", "no_log": False}, normal=_normal.duration),
        "local_secret_ids": Field({"type": "bool", "no_log": False}, normal=_normal.flag, create_only=True),
        **TOKEN_FIELDS,
    },
    adjust=_with_a_constraint,
    read=_read_what_counts,
    create=_write_role,
    update=_write_role,
    tell=_tell_role_id,
)


__all__ = ("MOUNT", "ROLE", "read_role")
