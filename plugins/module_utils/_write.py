# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Any object of Vault as a state, by what the task says of its fields."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._mint import mint
from ansible_collections.leasehold.vault.plugins.module_utils._paths import free_path
from ansible_collections.leasehold.vault.plugins.module_utils._resource import (
    Field,
    Plan,
    Resource,
    Vault,
    make_plan,
    write,
)

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]


def alike(value: t.Any) -> t.Any:
    """A value at whatever depth, to which it is no difference whether a number or a bool is written as a text."""
    if isinstance(value, dict):
        return {name: alike(item) for name, item in value.items()} or None
    if isinstance(value, list):
        return [alike(item) for item in value] or None
    return None if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


NEVER = "never"
KINDS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "value": alike,
    "duration": _normal.duration,
    "set": _normal.names,
    "cidrs": _normal.cidrs,
    "json": _normal.document,
    "policy": _normal.policy,
    "text": _normal.text,
}


def act(vault: Vault, params: Options, check: bool) -> Options:
    path, read_path = free_path(params["path"]), free_path(params["read_path"] or params["path"])
    state, data = params["state"], {**(params["data"] or {}), **(params["secret_data"] or {})}
    thing = _thing(data, params["secret_data"] or {}, params["compare"] or {})
    current = None if state == "written" else _read(vault, read_path)
    plan = make_plan(thing, current, data, params)
    answer = None
    if plan.action and not check:
        answer = _perform(vault, path, plan, params)
    if state == "present" and plan.action and not check:
        stored = vault.request("GET", read_path, must_exist=True).get("data") or {}
        _insist(make_plan(thing, stored, data, {}), read_path)
    diff = {"before": plan.before, "after": plan.after, "before_header": path, "after_header": path}
    wanted = {"data": params["return_data"], "wrap_info": params["wrap_ttl"]}
    told = {key: answer[key] for key in wanted if answer and wanted[key] and answer.get(key)}
    return {"changed": bool(plan.action), "changes": plan.changes, "diff": diff, **told}


def _thing(data: Options, secret: Options, compare: Options) -> Resource:
    unknown = sorted(set(compare) - set(data))
    if unknown:
        raise ConfigError(f"compare speaks of {', '.join(unknown)}, which is not in data")
    wrong = sorted(name for name, kind in compare.items() if kind not in (*KINDS, NEVER))
    if wrong:
        raise ConfigError(f"compare for {', '.join(wrong)} is none of {', '.join(KINDS)}, {NEVER}")
    kinds = {name: compare.get(name, "value") for name in data}
    fields = {
        name: Field({"no_log": name in secret}, normal=KINDS.get(kind, alike), write_only=kind == NEVER)
        for name, kind in kinds.items()
    }
    return Resource(path="", keys={}, fields=fields, whole=True)


def _read(vault: Vault, path: str) -> Current:
    answer = vault.request("GET", path)
    return None if answer is None else answer.get("data") or {}


def _perform(vault: Vault, path: str, plan: Plan, params: Options) -> Current:
    if plan.action == "delete":
        vault.request("DELETE", path)
        return None
    if params["state"] == "written":
        return mint(vault, path, plan.body, params["wrap_ttl"], "Look at what there is before you write again.")
    return write(vault, path, plan.body, wrap_ttl=params["wrap_ttl"])


def _insist(left: Plan, path: str) -> None:
    """What Vault does not tell as it was given would be written again in each run."""
    if left.action:
        raise ApiError(
            f"Vault took the write, but tells another {', '.join(left.changes)} when it is read",
            kind="ignored",
            where={"path": path},
            remedy="Vault ignores names that it does not know. Where it keeps a value in another form or never tells "
            "it, say so in compare; where it tells it elsewhere, in read_path.",
        )


__all__ = ("KINDS", "NEVER", "act")
