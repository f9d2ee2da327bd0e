#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_role_info
short_description: Reads the roles of Vault's AWS auth method
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the roles of an AWS auth method, or one of them.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS auth method is mounted, below C(auth/).
    type: str
    default: aws
  name:
    description: Name of the one to read. Without it, all are read.
    type: str
seealso:
  - module: leasehold.vault.vault_aws_auth_role
"""

EXAMPLES = r"""
- name: Who can log in here?
  leasehold.vault.vault_aws_auth_role_info:
  register: method
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
    role_id:
      description:
        - Vault's own id of the role, which an entity of its logins is named by if the identity settings say so.
      type: str
    auth_type:
      description: Who logs in, V(iam) or V(ec2).
      type: str
    bound_iam_principal_arn:
      description: The principals that may log in.
      type: list
      elements: str
    bound_iam_principal_id:
      description: AWS's own ids that these were bound to; none for those with a wildcard.
      type: list
      elements: str
  sample:
    - name: deploy
      auth_type: iam
      bound_iam_principal_arn: ["arn:aws:iam::123456789012:role/deploy"]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_role import ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(ROLE, listed="auth/{mount:mount}/roles", returns="roles")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
