# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Reading objects: the ``_info`` twin of a resource."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Resource, Vault, path_of

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]


@dataclass(frozen=True)
class Info:
    """The objects of one kind, all of them or the one that the option ``key`` says, under the result's ``returns``.

    ``listed`` is the template of the path that lists their names; empty for an object of which a mount has only one.
    """

    resource: Resource
    listed: str
    returns: str
    key: str = "name"
    options: Options = field(default_factory=dict)
    rules: Options = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def argument_spec(self) -> Options:
        keys = {**self.resource.keys, **self.options}
        return {**keys, self.key: {**keys[self.key], "required": False}} if self.listed else keys

    def perform(self, vault: Vault, params: Options, check: bool = False) -> Options:
        if not self.listed:
            return {"changed": False, self.returns: self._only(vault, params)}
        names = [params[self.key]] if params.get(self.key) else self._names(vault, params)
        found = []
        for name in names:
            one = {**params, self.key: name}
            values = self.resource.look(vault, self.resource.where(one), one)
            if values is not None:
                found.append({**values, self.key: name})
        return {"changed": False, self.returns: found}

    def _only(self, vault: Vault, params: Options) -> Options | None:
        path = self.resource.where(params)
        values = self.resource.look(vault, path, params)
        if values is None:
            _insist_on_the_mount(vault, path)
        return values

    def _names(self, vault: Vault, params: Options) -> list[str]:
        path = path_of(self.listed, params)
        answer = vault.request("LIST", path)
        if answer is None:
            _insist_on_the_mount(vault, path)
        return sorted(((answer or {}).get("data") or {}).get("keys") or ())


def _insist_on_the_mount(vault: Vault, path: str) -> None:
    """A list of nothing answers like a mount that is not there; they must not look alike."""
    try:
        mount = vault.request("GET", "sys/internal/ui/mounts/" + path)
    except ApiError as problem:
        if problem.status != 403:
            raise
        mount = None
    if mount is None:
        raise ApiError(
            "There is no engine or auth method at this path, or the token may not see it",
            kind="absent",
            where={"path": path},
            remedy="Check mount and namespace.",
        )


__all__ = ("Info",)
