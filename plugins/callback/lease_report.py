# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: lease_report
type: aggregate
short_description: Waits for the revocation at the end of a playbook and says what was leased
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - At the end of a playbook the tokens and leases of the run are revoked. This callback waits until that is done, 10
    seconds at most, and prints one line, or a table with a row per lease.
  - Where the token is not revoked, as one that was given is not, its leases are C(queued). Vault has accepted their
    revocation and sees to it, which takes as long as AWS takes.
  - The revocation happens without it as well. It is needed where everything is stopped together with Ansible's main
    process, such as in a container of AWX, and it is for those who want to see it.
requirements:
  - enabled in C(callbacks_enabled)
options:
  table:
    description: Whether to print a row per lease instead of the one line.
    type: bool
    default: false
    env:
      - name: LEASEHOLD_VAULT_REPORT_TABLE
    ini:
      - section: callback_lease_report
        key: table
"""

EXAMPLES = r"""
# in ansible.cfg
# [defaults]
# callbacks_enabled = leasehold.vault.lease_report
"""

import typing as t

from ansible import constants as C
from ansible.plugins.callback import CallbackBase
from ansible_collections.leasehold.vault.plugins.plugin_utils import _report, _run

WAIT_FOR = 10.0


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "leasehold.vault.lease_report"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        reply = _run.ask_running("finish", WAIT_FOR)
        if "error" in reply:
            self._print([f"Leases: {reply['error']}"])
        else:
            self._print(_report.table(reply["ok"]) if self.get_option("table") else [_report.line(reply["ok"])])

    def _print(self, lines: list[str]) -> None:
        # Whoever parses the output of a JSON callback must not find other text in it.
        aside = str(C.DEFAULT_STDOUT_CALLBACK).endswith("json")
        for line in lines:
            self._display.display(line, stderr=aside)
