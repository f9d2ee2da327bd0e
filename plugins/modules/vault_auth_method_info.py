#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_auth_method_info
short_description: Auth methods of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads how one auth method or all of them are mounted.
  - Where the login may not read C(sys/auth), this is what Vault shows of the methods that the login may use.
    Times are then those that hold, not those that were set, and what is hidden from the login looks like a refusal.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
  - leasehold.vault._attributes.no_diff
options:
  path:
    description: Where the one is mounted, below C(auth/). All of them unless it is given.
    type: str
seealso:
  - module: leasehold.vault.vault_auth_method
"""

EXAMPLES = r"""
- name: Which methods there are
  leasehold.vault.vault_auth_method_info:
  register: mounted

- name: Their paths and types
  ansible.builtin.debug:
    msg: "{{ mounted.auth_methods | items2dict('path', 'type') }}"
"""

RETURN = r"""
auth_methods:
  description: Those that there are, by path. Empty if there is none at O(path).
  returned: always
  type: list
  elements: dict
  contains:
    path:
      description: Where it is mounted.
      returned: always
      type: str
    type:
      description: Its kind.
      returned: always
      type: str
    accessor:
      description: What Vault names it by, for good.
      returned: always
      type: str
    description:
      description: What people are to know of it.
      returned: always
      type: str
    config:
      description: How it is tuned. Lists and words that were never set are not there; times are in seconds.
      returned: always
      type: dict
    options:
      description: Options of its type; V(none) if there are none.
      returned: always
      type: dict
    local:
      description: Whether it is left out of replication.
      returned: always
      type: bool
    seal_wrap:
      description: Whether its storage is encrypted by the seal, too.
      returned: always
      type: bool
    uuid:
      description: What Vault stores it under.
      returned: always
      type: str
    running_plugin_version:
      description: Version of the plugin that runs.
      returned: by newer releases of Vault
      type: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._mounts import METHODS, mounts_info

MODULE = mounts_info(METHODS, "auth_methods")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
