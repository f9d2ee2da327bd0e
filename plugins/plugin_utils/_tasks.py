# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What a module's action can ask the keeper: to perform the module here, or for what the module needs on a host."""

from __future__ import annotations

import importlib
import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.module_utils._module import Performs

Message = t.Mapping[str, t.Any]
Options = dict[str, t.Any]

MODULES = "ansible_collections.leasehold.vault.plugins.modules."


class LoggedIn:
    """Vault with the login that this run has for these options; what Vault or a module has to say is collected."""

    def __init__(self, leases: Leases, ask: Message) -> None:
        self._leases, self._ask = leases, ask
        self.warnings: list[str] = []

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._leases.request(self._ask, method, path, data, **rest)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def perform(leases: Leases, message: Message, ask: Message) -> Options:
    """The module's result, from here: with this process's connections and the run's one login."""
    task: Performs = importlib.import_module(MODULES + message["name"]).MODULE
    vault = LoggedIn(leases, ask)
    return {"result": task.perform(vault, message["params"], message["check"]), "warnings": vault.warnings}


def connection(leases: Leases, message: Message, ask: Message) -> Options:
    """Address and token, for a module that runs on a host."""
    token = None if ask["auth"]["auth_method"] == "none" else leases.token(ask)["token"]
    shared = {name: value for name, value in ask["connection"].items() if value is not None}
    return {"connection": {**shared, "auth_method": "none" if token is None else "token", "token": token}}


TASKS = {"perform": perform, "connection": connection}

__all__ = ("TASKS",)
