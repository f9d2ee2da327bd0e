#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_sts_role
short_description: The IAM role that Vault's AWS auth method takes on in another account
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Says which IAM role Vault takes on to look up principals and instances of another AWS account, or removes that.
  - Vault does not try it. That shows with the first role or login of that account.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS auth method is mounted, below C(auth/).
    type: str
    default: aws
  account_id:
    description: The AWS account, as 12 digits in quotes.
    type: str
    required: true
  sts_role:
    description:
      - ARN of the IAM role in that account, which Vault has to be allowed to take on. Required with O(state=present).
    type: str
  external_id:
    description: The external id that the IAM role asks for. Needs Vault 1.17.
    type: str
  state:
    description: Whether there is such a role.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_auth_sts_role_info
  - module: leasehold.vault.vault_aws_auth_client
"""

EXAMPLES = r"""
- name: Logins from the production account
  leasehold.vault.vault_aws_auth_sts_role:
    account_id: "210987654321"
    sts_role: arn:aws:iam::210987654321:role/vault-lookup
    external_id: vault.example.com

- name: An account that was closed
  leasehold.vault.vault_aws_auth_sts_role:
    account_id: "012345678901"
    state: absent
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [sts_role]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import STS_ROLE as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
