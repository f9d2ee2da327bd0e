# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What can be known of the secret ids of an AppRole; the secret id itself Vault never tells again."""

from __future__ import annotations

import json
import re
import time
import typing as t
from datetime import datetime

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._approle import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._mint import mint
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, normal_form

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

KEYS = {"mount": MOUNT, "role_name": {"type": "str", "required": True}}
ROLE = "auth/{mount:mount}/role/{role_name}"

TOLD = ("secret_id_accessor", "secret_id_num_uses", "secret_id_ttl")


def is_there(vault: Vault, role: str) -> bool:
    """Whether there is such a role. Who may not read it is taken to know."""
    try:
        return vault.request("GET", role) is not None
    except ApiError as problem:
        if problem.kind != "permission":
            raise
        return True


def every(vault: Vault, role: str) -> list[Options]:
    answer = vault.request("LIST", role + "/secret-id")
    accessors = sorted(answer["data"]["keys"]) if answer else []
    found = [by_accessor(vault, role, accessor) for accessor in accessors]
    return [one for one in found if one]


def by_accessor(vault: Vault, role: str, accessor: str) -> Current:
    return _described(vault.request("POST", role + "/secret-id-accessor/lookup", {"secret_id_accessor": accessor}))


def recognised(vault: Vault, role: str, params: Options) -> list[Options]:
    """The secret ids that are meant, those that have ended included."""
    if params["secret_id_accessor"]:
        known = [by_accessor(vault, role, params["secret_id_accessor"])]
    elif params["custom_secret_id"]:
        body = {"secret_id": params["custom_secret_id"]}
        known = [_described(vault.request("POST", role + "/secret-id/lookup", body))]
    elif params["metadata"] is not None:
        metadata = _normal.mapping(params["metadata"])
        known = [one for one in every(vault, role) if _normal.mapping(one["metadata"]) == metadata]
    else:
        known = []
    return [one for one in known if one]


def request_for(params: Options) -> Options:
    """What to ask Vault for; it wants metadata as one text, and fails where a mask is missing."""
    if params["secret_id_accessor"]:
        raise ConfigError("secret_id_accessor goes with state: absent only", remedy="Vault makes it up.")
    body = {name: params[name] for name in ("num_uses", "ttl")}
    for name in ("cidr_list", "token_bound_cidrs"):
        body[name] = params[name] and normal_form(name, params[name], _normal.networks)
    body["metadata"] = json.dumps(_normal.mapping(params["metadata"])) if params["metadata"] else None
    body["secret_id"] = params["custom_secret_id"]
    return {name: value for name, value in body.items() if value is not None}


def make(vault: Vault, role: str, body: Options, known: list[Options], wrap_ttl: str | None) -> Options:
    """What Vault tells of another one, the secret id only where that is news."""
    custom = "secret_id" in body
    for one in known if custom else ():
        # Vault keeps one that has ended for a while, and refuses to have it twice.
        destroy(vault, role, one["secret_id_accessor"])
    path = role + ("/custom-secret-id" if custom else "/secret-id")
    leftover = "vault_approle_secret_id_info shows it, and state: absent destroys it."
    answer = mint(vault, path, body, wrap_ttl, leftover)
    if answer.get("wrap_info"):
        return {"wrap_info": answer["wrap_info"]}
    return {name: answer["data"][name] for name in (TOLD if custom else ("secret_id", *TOLD))}


def destroy(vault: Vault, role: str, accessor: str) -> None:
    """Remove one; where somebody else was faster, Vault fails instead of saying so."""
    try:
        path = role + "/secret-id-accessor/destroy"
        vault.request("POST", path, {"secret_id_accessor": accessor}, retry="unprocessed")
    except ApiError as problem:
        if "failed to find accessor entry" not in " ".join(problem.errors):
            raise


def _described(answer: Current) -> Current:
    """What Vault says, with the seconds left; the year 1 is its way to say that there is no end."""
    if answer is None:
        return None
    ends = answer["data"]["expiration_time"]
    if ends.startswith("0001-"):
        return {**answer["data"], "expiration_time": None, "time_left": None}
    return {**answer["data"], "time_left": max(0, int(_wall(ends) - time.time()))}


def _wall(moment: str) -> float:
    """Seconds since the epoch; Go writes fractions with as many digits as it takes, Python reads three or six."""
    return datetime.fromisoformat(re.sub(r"\.\d+", "", moment).replace("Z", "+00:00")).timestamp()


__all__ = (
    "KEYS",
    "ROLE",
    "TOLD",
    "by_accessor",
    "destroy",
    "every",
    "is_there",
    "make",
    "recognised",
    "request_for",
)
