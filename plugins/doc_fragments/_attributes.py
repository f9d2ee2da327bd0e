# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # Every module that declares its work as MODULE.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predicts what would change, without changing it.
    support: full
  diff_mode:
    description: Returns what changed, or would change, with every secret hidden.
    support: full
  action:
    description:
      - Where the connection of the task is local and the task is not asynchronous, the process that keeps the run's
        login does the work, and no Python is started for it. On any other connection the module runs on that host, with
        the address and the token that the controller has.
    support: full
requirements:
  - httpx
notes:
  - Address and login come from the same Ansible variables, environment variables and entries of C(ansible.cfg) as those
    of the lookups where a task does not give them. P(leasehold.vault.vault_read#lookup) lists them.
"""

    # Modules that only read, or whose work has no before and after.
    NO_DIFF = r"""
options: {}
attributes:
  diff_mode:
    description: There is nothing to compare.
    support: N/A
"""

    # Every module is a member of the action group in meta/runtime.yml.
    ACTIONGROUP_VAULT = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/leasehold.vault.vault) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - leasehold.vault.vault
"""
