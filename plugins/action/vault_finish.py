# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.leasehold.vault.plugins.plugin_utils import _run


class ActionModule(ActionBase):
    """Talks to the keeper of this run, which lives beside the controller: there is nothing to do on a host."""

    TRANSFERS_FILES = False

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> dict[str, t.Any]:
        result = dict(super().run(tmp, task_vars))
        self.validate_argument_spec(argument_spec={})
        reply = _run.ask_running("report" if self._task.check_mode else "finish")
        if "error" in reply:
            raise AnsibleActionFail(f"vault_finish: {reply['error']}")
        return {**result, "changed": bool(reply["ok"]), "leases": reply["ok"]}
