#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_static_role_info
short_description: Reads the IAM users whose keys Vault rotates
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the static roles of an AWS secrets engine, or one of them, without their keys.
  - Servers before Vault 1.20 cannot list them; there O(name) has to be given.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS engine is mounted.
    type: str
    default: aws
  name:
    description: Name of the one to read. Without it, all are read.
    type: str
seealso:
  - module: leasehold.vault.vault_aws_static_role
"""

EXAMPLES = r"""
- name: Whose keys does Vault rotate?
  leasehold.vault.vault_aws_static_role_info:
  register: engine
"""

RETURN = r"""
static_roles:
  description: The static roles, with Vault's own names; empty where there is none, or none of this name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      type: str
    username:
      description: The IAM user.
      type: str
    id:
      description: The unique id that AWS has for the user.
      type: str
    rotation_period:
      description: Seconds from one rotation to the next.
      type: int
  sample:
    - name: mailer
      username: mailer
      id: AIDAIOSFODNN7EXAMPLE
      rotation_period: 86400
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_roles import STATIC_ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(STATIC_ROLE, listed="{mount:mount}/static-roles", returns="static_roles")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
