#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_sts_role_info
short_description: Reads the IAM roles that Vault's AWS auth method takes on in other accounts
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the IAM roles that an AWS auth method takes on in other accounts, or that of one account.
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
  account_id:
    description: The account to read that of. Without it, all are read.
    type: str
seealso:
  - module: leasehold.vault.vault_aws_auth_sts_role
"""

EXAMPLES = r"""
- name: Which accounts can log in here?
  leasehold.vault.vault_aws_auth_sts_role_info:
  register: method
"""

RETURN = r"""
sts_roles:
  description: The roles; empty where there is none, or none for this account.
  returned: always
  type: list
  elements: dict
  contains:
    account_id:
      description: The account.
      type: str
    sts_role:
      description: ARN of the role that Vault takes on there.
      type: str
    external_id:
      description: The external id that Vault names.
      returned: when there is one
      type: str
  sample:
    - account_id: "210987654321"
      sts_role: arn:aws:iam::210987654321:role/vault-lookup
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import STS_ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(STS_ROLE, listed="auth/{mount:mount}/config/sts", returns="sts_roles", key="account_id")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
