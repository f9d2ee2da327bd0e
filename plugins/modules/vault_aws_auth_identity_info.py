#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_identity_info
short_description: Reads how Vault's AWS auth method names and describes who logs in
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the identity configuration of an AWS auth method. Where nobody has written it, that is Vault's default.
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
seealso:
  - module: leasehold.vault.vault_aws_auth_identity
"""

EXAMPLES = r"""
- name: What is an entity to this method?
  leasehold.vault.vault_aws_auth_identity_info:
  register: method
"""

RETURN = r"""
config:
  description: The configuration, with Vault's own names.
  returned: always
  type: dict
  contains:
    iam_alias:
      description: What the alias of an IAM principal is.
      type: str
    iam_metadata:
      description: What is kept of a login as an IAM principal.
      type: list
      elements: str
    ec2_alias:
      description: What the alias of an EC2 instance is.
      type: str
    ec2_metadata:
      description: What is kept of a login as an EC2 instance.
      type: list
      elements: str
  sample:
    iam_alias: role_id
    iam_metadata: [account_id, auth_type]
    ec2_alias: role_id
    ec2_metadata: [account_id, auth_type]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import IDENTITY
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(IDENTITY, listed="", returns="config")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
