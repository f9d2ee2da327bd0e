#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_static_role
short_description: An IAM user whose key Vault rotates
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes a static role of an AWS secrets engine where it differs from what Vault has. Needs Vault 1.14.
  - A new role makes a new key for its user, and deletes the oldest one where the user has two. Whoever uses that one
    loses access.
  - Every write begins the period anew, so nothing is written without a difference.
  - Removing the role deletes the key that Vault made.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS engine is mounted.
    type: str
    default: aws
  name:
    description: Name of the role in Vault.
    type: str
    required: true
  iam_user:
    description:
      - The IAM user, which has to exist. Required with O(state=present).
      - Vault calls it C(username), and cannot change it.
    type: str
  rotation_period:
    description:
      - How often Vault replaces the key, such as V(24h), and not below a minute. Required with O(state=present).
      - Vault 1.14.0 to 1.15.0 take a change of it without heeding it.
    type: str
  assume_role_arn:
    description:
      - The role that Vault takes on to reach a user of another account. Needs Vault Enterprise 1.19 and
        O(assume_role_session_name).
    type: str
  assume_role_session_name:
    description: Name of the session in O(assume_role_arn).
    type: str
  external_id:
    description: The external id that O(assume_role_arn) asks for. Needs Vault Enterprise 1.19.
    type: str
  state:
    description: Whether the role is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_static_role_info
"""

EXAMPLES = r"""
- name: Vault replaces the key of an old program's user every day
  leasehold.vault.vault_aws_static_role:
    name: legacy
    iam_user: legacy
    rotation_period: 24h
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [rotation_period]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_roles import STATIC_ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = STATIC_ROLE


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
