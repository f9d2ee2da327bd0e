# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Tokens by their accessors: made, renewed, revoked. A token itself Vault tells once."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._mint import mint
from ansible_collections.leasehold.vault.plugins.module_utils._renewal import is_due
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

FIELDS: Options = {
    "policies": {"type": "list", "elements": "str"},
    "no_default_policy": {"type": "bool"},
    "meta": {"type": "dict"},
    "display_name": {"type": "str"},
    "type": {"type": "str", "choices": ["service", "batch"]},
    "ttl": {"type": "str"},
    "explicit_max_ttl": {"type": "str"},
    "period": {"type": "str"},
    "renewable": {"type": "bool"},
    "num_uses": {"type": "int"},
    "entity_alias": {"type": "str"},
}
_ORPHANS = "auth/token/create-orphan"


def look_up(vault: Vault, accessor: str) -> Current:
    """The facts of a living token. Releases of Vault differ in the status for one that is gone, not in their words."""
    try:
        answer = vault.request("POST", "auth/token/lookup-accessor", {"accessor": accessor})
    except ApiError as problem:
        if "invalid accessor" not in " ".join(problem.errors):
            raise
        return None
    return answer and {name: value for name, value in answer["data"].items() if name != "id"}


def act(vault: Vault, params: Options, check: bool) -> Options:
    current = look_up(vault, params["accessor"]) if params["accessor"] else None
    return ACTS[params["state"]](vault, params, current, check)


def _present(vault: Vault, params: Options, current: Current, check: bool) -> Options:
    if current:
        return {"changed": False, **_told(current)}
    if check:
        return {"changed": True}
    answer = _made(vault, params)
    if params["role_name"] and params["orphan"] and _is_child(vault, answer):
        vault.warn(
            f"The token role {params['role_name']} makes no orphans: the token ends with the login that made it, which "
            "is when this run ends, unless it came by a token that was given. Set orphan on the token role."
        )
    if answer.get("wrap_info"):
        return {"changed": True, "wrap_info": answer["wrap_info"]}
    auth = answer["auth"]
    return {"changed": True, "token": auth["client_token"], **_told(auth)}


def _made(vault: Vault, params: Options) -> Options:
    path = _ORPHANS if params["orphan"] else "auth/token/create"
    if params["role_name"]:
        path = path_of("auth/token/create/{role_name}", params)
    body = {name: params[name] for name in FIELDS if params[name] is not None}
    leftover = "Such a token ends by its TTL; vault_token_info lists the accessors of all."
    try:
        return mint(vault, path, body, params["wrap_ttl"], leftover)
    except ApiError as problem:
        if problem.kind != "permission" or path != _ORPHANS:
            raise
        remedy = (
            f"Allow update on {_ORPHANS}, name a token role that makes orphans by role_name, or set orphan: false for "
            "a token that ends with the login of this run."
        )
        raise ApiError(problem.cause, kind=problem.kind, status=403, where=problem.where, remedy=remedy) from None


def _is_child(vault: Vault, answer: Options) -> bool:
    """Whether a token will end with its parent; what is wrapped has to be asked for, if that is allowed."""
    facts: Current = answer.get("auth")
    if not facts:
        with contextlib.suppress(VaultError):
            facts = look_up(vault, answer["wrap_info"]["wrapped_accessor"])
    return (facts or {}).get("orphan") is False


def _renewed(vault: Vault, params: Options, current: Current, check: bool) -> Options:
    if not is_due("token", current, params):
        return {"changed": False, **_told(current or {})}
    if check:
        return {"changed": True}
    body = {name: params[name] for name in ("accessor", "increment") if params[name] is not None}
    answer = write(vault, "auth/token/renew-accessor", body)
    return {"changed": True, **_told((answer or {})["auth"])}


def _absent(vault: Vault, params: Options, current: Current, check: bool) -> Options:
    if current and not check:
        vault.request("POST", "auth/token/revoke-accessor", {"accessor": params["accessor"]})
    return {"changed": bool(current)}


def _told(facts: Options) -> Options:
    """Of a lookup or of an answer that made or renewed a token, which call the same by two names."""
    ttl = facts["ttl"] if "ttl" in facts else facts["lease_duration"]
    return {"ttl": ttl, **{name: facts[name] for name in ("accessor", "policies", "renewable", "orphan")}}


ACTS = {"present": _present, "renewed": _renewed, "absent": _absent}

__all__ = ("ACTS", "FIELDS", "act", "look_up")
