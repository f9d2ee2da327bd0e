#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_role_info
short_description: Reads the roles of Vault's AWS engine
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the roles of an AWS secrets engine, or one of them.
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
  - module: leasehold.vault.vault_aws_role
"""

EXAMPLES = r"""
- name: What can this engine hand out?
  leasehold.vault.vault_aws_role_info:
  register: engine
"""

RETURN = r"""
roles:
  description: The roles, with Vault's own names; empty where there is none, or none of this name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      type: str
    credential_type:
      description: What credentials of this role are.
      type: str
    policy_document:
      description: The policy as JSON text.
      type: str
  sample:
    - name: deploy
      credential_type: assumed_role
      role_arns: ["arn:aws:iam::123456789012:role/deploy"]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_roles import ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(ROLE, listed="{mount:mount}/roles", returns="roles")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
