#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_approle_tidy
short_description: Clear away secret ids that have ended
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Has Vault remove from its storage what is left of the secret ids of a mount that can no longer be used.
  - Vault does this by itself from time to time. It goes on in the background after the task, so the task always counts
    as a change; what there was to remove is in the server's log only.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the auth method is mounted, below C(auth/).
    type: str
    default: approle
seealso:
  - module: leasehold.vault.vault_approle_secret_id
"""

EXAMPLES = r"""
- name: Tidy up after a large rotation
  leasehold.vault.vault_approle_tidy:
"""

RETURN = r"""
{}
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._approle import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of


def tidy(vault: Vault, params: t.Any, check: bool) -> t.Any:
    path = path_of("auth/{mount:mount}/tidy/secret-id", params)
    if not check:
        vault.request("POST", path)
    return {"changed": True}


MODULE = Act({"mount": MOUNT}, tidy)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
