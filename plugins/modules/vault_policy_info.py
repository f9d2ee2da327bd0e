#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_policy_info
short_description: Policies of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads one ACL policy or all of them, as they were written.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
  - leasehold.vault._attributes.no_diff
options:
  name:
    description: Name of the policy, whose upper and lower case are no difference. All of them unless it is given.
    type: str
seealso:
  - module: leasehold.vault.vault_policy
"""

EXAMPLES = r"""
- name: What deployers may do
  leasehold.vault.vault_policy_info:
    name: deployer
  register: found

- name: Is it there?
  ansible.builtin.assert:
    that: found.policies | length == 1
"""

RETURN = r"""
policies:
  description: The policies that there are. Empty if there is none of O(name).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
    policy:
      description: Its text. That of C(root) is empty.
      returned: always
      type: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Resource

POLICY = Resource(path="sys/policies/acl/{name:free_lower}", keys={"name": {"type": "str"}}, fields={})
MODULE = Info(POLICY, listed="sys/policies/acl", returns="policies")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
