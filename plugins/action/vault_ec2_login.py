# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._options import AUTH
from ansible_collections.leasehold.vault.plugins.modules.vault_ec2_login import OPTIONS
from ansible_collections.leasehold.vault.plugins.plugin_utils import _action, _lookup

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]


class ActionModule(_action.ActionModule):
    """Runs the module on the task's host with the controller's way to Vault, and with nobody's login."""

    def _result(self, variables: Options) -> Options:
        arguments = _lookup.plain(self._task.args)
        own = {option: value for option, value in arguments.items() if option in OPTIONS}
        # How the controller would log in may stand in the defaults of the module's group.
        reach = {option: value for option, value in arguments.items() if option not in {*OPTIONS, *AUTH}}
        given = self._given({**reach, "auth_method": "none"}, variables)
        shared = self._ask({"op": "connection", "given": given})["connection"]
        module_args = {**own, **{name: value for name, value in shared.items() if name not in AUTH}}
        wrap_async = self._task.async_val
        return dict(self._execute_module(module_args=module_args, task_vars=variables, wrap_async=wrap_async))


__all__ = ("ActionModule",)
