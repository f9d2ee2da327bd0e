# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.lookup import LookupBase
from ansible_collections.leasehold.vault.tests.testbed.ledger import Ledger


class LookupModule(LookupBase):
    """The present end of Vault's audit log, or what was written since then."""

    def run(self, terms: list[t.Any], variables: t.Any = None, since: int | str | None = None) -> list[t.Any]:
        ledger = Ledger(Path(self._templar.template(variables["testbed"])["vault"]["ledger"]))
        if since is None:
            return [ledger.mark()]
        asked = ledger.since(int(since)).requests()
        done = [entry for entry in asked if entry.kind in ("write", "renewal", "revocation")]
        return [[f"{entry.operation} {entry.path}" for entry in done]]
