# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Mounts, which are secrets engines and auth methods: enabled, tuned in place, and disabled only with consent."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._paths import mount_path
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, Vault, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

ENGINES, METHODS = "sys/mounts", "sys/auth"
# What a mount is made with for good, and what else belongs to the mount itself; all the rest is its config.
FIXED = ("type", "local", "seal_wrap", "external_entropy_access")
OWN = (*FIXED, "description", "options")
TIMES = ("default_lease_ttl", "max_lease_ttl")


def _seconds(value: t.Any) -> str:
    return f"{_normal.duration(value)}s"


def _visibility(value: t.Any) -> str:
    return value or "hidden"


def _token_type(value: t.Any) -> str:
    return value or "default-service"


def _settings(value: t.Any) -> dict[str, str]:
    """Vault takes an empty text as one that is not to be."""
    return {name: text for name, text in _normal.mapping(value).items() if text}


TTL = Field({"type": "str"}, normal=_normal.duration, send=_seconds)
KEYS = Field({"type": "list", "elements": "str", "no_log": False}, normal=_normal.names)
HEADERS = Field({"type": "list", "elements": "str", "no_log": False}, normal=_normal.lower_names)
FOR_GOOD = Field({"type": "bool"}, normal=_normal.flag, create_only=True)
TOKEN_TYPE = Field(
    {
        "type": "str",
        "choices": ["default-service", "default-batch", "service", "batch"],
        "no_log": False,
    },
    normal=_token_type,
)
FIELDS = {
    "type": Field({"type": "str"}, create_only=True),
    "description": Field({"type": "str"}),
    **dict.fromkeys(TIMES, TTL),
    "options": Field({"type": "dict"}, normal=_settings, send=_normal.mapping),
    "listing_visibility": Field({"type": "str", "choices": ["hidden", "unauth"]}, normal=_visibility),
    "audit_non_hmac_request_keys": KEYS,
    "audit_non_hmac_response_keys": KEYS,
    "passthrough_request_headers": HEADERS,
    "allowed_response_headers": HEADERS,
    "plugin_version": Field({"type": "str"}),
    "identity_token_key": Field({"type": "str", "no_log": False}, since="1.16"),
    "local": FOR_GOOD,
    "seal_wrap": FOR_GOOD,
    "external_entropy_access": FOR_GOOD,
}


def mounts(area: str, **more: Field) -> Resource:
    """The engines or the methods of Vault."""
    return Resource(
        path=area + "/{path:mount}",
        keys={"path": {"type": "str", "required": True}},
        fields={**FIELDS, **more},
        options={"destroy_data": {"type": "bool", "default": False}},
        rules={"required_if": [("state", "present", ("type",))]},
        removal="state: absent and destroy_data: true, which destroys all that is in it",
        adjust=_completed,
        read=_read,
        create=_enable,
        update=_tune,
    )


def mounts_info(area: str, returns: str) -> Act:
    """All of them, or the one at ``path``, under the result's key ``returns``."""

    def tell(vault: Vault, params: Options, check: bool) -> Options:
        name = (params["path"] or "").strip("/")
        try:
            found = _one(vault, area, name) if name else vault.request("GET", area)["data"]
        except ApiError as problem:
            found = _visible(vault, area, name) if problem.status == 403 else None
            if found is None:
                raise
        listed = [{**entry, "path": at.rstrip("/")} for at, entry in sorted(found.items())]
        return {"changed": False, returns: listed}

    return Act(options={"path": {"type": "str"}}, act=tell)


def _one(vault: Vault, area: str, name: str) -> Options:
    entry = entry_at(vault, f"{area}/{mount_path(name)}")
    return {name: entry} if entry else {}


def _visible(vault: Vault, area: str, name: str) -> Current:
    """What anybody may know of the mounts that he may use, with the times that hold there; None if that is nothing."""
    shown, kind, folder = "sys/internal/ui/mounts", "secret", ""
    if area == METHODS:
        kind, folder = "auth", "auth/"
    try:
        if not name:
            return vault.request("GET", shown)["data"][kind] or None
        entry = vault.request("GET", f"{shown}/{folder}{mount_path(name)}")["data"]
    except ApiError:
        return None
    return {name: entry} if entry["path"].strip("/") == name else {}


def entry_at(vault: Vault, path: str) -> Current:
    """The mount at exactly this path. Of engines Vault also answers with the one that a path lies in."""
    entry, around = _answered(vault, path), path.rpartition("/")[0]
    if entry and around.startswith(ENGINES + "/"):
        outer = _answered(vault, around)
        return None if outer and outer["accessor"] == entry["accessor"] else entry
    return entry


def _answered(vault: Vault, path: str) -> Current:
    try:
        answer = vault.request("GET", path)
    except ApiError as problem:
        # "No secret engine mount at ..." and "No auth engine at ..."
        if problem.status == 400 and any(said.startswith("No ") for said in problem.errors):
            return None
        raise
    return answer["data"] if answer else None


def _read(vault: Vault, path: str, params: Options) -> Current:
    entry = entry_at(vault, path)
    if entry is None:
        return None
    if params["state"] == "absent" and not params["destroy_data"]:
        raise ConfigError(
            f"There is {entry['type']} at this path, and state: absent would destroy all that is in it",
            kind="consent",
            where={"path": path},
            remedy="Set destroy_data: true, too, if that is what you want.",
        )
    return {**entry, **entry["config"]}


def _completed(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    """Options that are no longer wanted have to be taken away one by one."""
    if wanted["type"] in ("kv-v1", "kv-v2"):
        version = wanted["type"][-1]
        remedy = f"Write type: kv and options: {{version: {version}}}."
        raise ConfigError(
            f"{wanted['type']} is no type, but a word of the Vault CLI for one with options", remedy=remedy
        )
    if not current or "options" not in wanted:
        return wanted
    return {**wanted, "options": {**dict.fromkeys(current["options"] or (), ""), **wanted["options"]}}


def _enable(vault: Vault, path: str, body: Options) -> None:
    own = {name: value for name, value in body.items() if name in OWN}
    config = {name: value for name, value in body.items() if name not in OWN}
    try:
        write(vault, path, {**own, "config": config})
    except ApiError as problem:
        taken = any("already in use" in said for said in problem.errors)
        there = entry_at(vault, path) if taken else None
        if there is None or any(there[name] != value for name, value in body.items() if name in FIXED):
            raise
        vault.warn(f"{path}: somebody else has enabled it at the same time; it was tuned to what is wanted here.")
        _tune(vault, path, body)


def _tune(vault: Vault, path: str, body: Options) -> None:
    tuned = {name: value for name, value in body.items() if name not in FIXED}
    # To tune, Vault has a word for what holds everywhere else.
    everywhere = {name: "system" for name in TIMES if tuned.get(name) == _seconds(0)}
    write(vault, path + "/tune", {**tuned, **everywhere})


__all__ = ("ENGINES", "METHODS", "TOKEN_TYPE", "mounts", "mounts_info")
