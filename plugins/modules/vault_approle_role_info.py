#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_approle_role_info
short_description: The roles of AppRole in Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads one role, or all roles of a mount, with their role_ids.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  name:
    description: Name of the role; all of them if it is left out.
    type: str
  mount:
    description: Where the auth method is mounted, below C(auth/).
    type: str
    default: approle
seealso:
  - module: leasehold.vault.vault_approle_role
"""

EXAMPLES = r"""
- name: What Ansible itself logs in with
  leasehold.vault.vault_approle_role_info:
    name: ansible
  register: found

- name: Show it, which is safe as long as the role wants a secret id, too
  ansible.builtin.debug:
    msg: "{{ found.roles[0].role_id }}"
"""

RETURN = r"""
roles:
  description: The roles that there are, each with what Vault says of it.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      returned: always
      type: str
    role_id:
      description: What a login names the role by.
      returned: always
      type: str
    token_policies:
      description: Policies of a token; the other options of M(leasehold.vault.vault_approle_role) are beside it.
      returned: always
      type: list
      elements: str
"""

from dataclasses import replace

from ansible_collections.leasehold.vault.plugins.module_utils._approle import ROLE, read_role
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(replace(ROLE, read=read_role), listed="auth/{mount:mount}/role", returns="roles")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
