#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_accesslist_info
short_description: Reads which EC2 instances have logged in to Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the entries that an AWS auth method has of EC2 instances since their first login, or that of one instance.
    The nonce is left out.
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
  instance_id:
    description: The instance to read the entry of. Without it, all are read, with a request for each.
    type: str
seealso:
  - module: leasehold.vault.vault_aws_auth_accesslist_entry
"""

EXAMPLES = r"""
- name: Which instances have logged in?
  leasehold.vault.vault_aws_auth_accesslist_info:
  register: method
"""

RETURN = r"""
instances:
  description: The entries, with Vault's own names; empty where there is none, or none of this instance.
  returned: always
  type: list
  elements: dict
  contains:
    instance_id:
      description: The instance.
      type: str
    role:
      description: The role that it has logged in to.
      type: str
    disallow_reauthentication:
      description: Whether it cannot log in again until the entry is removed.
      type: bool
    creation_time:
      description: When it logged in first.
      type: str
    last_updated_time:
      description: When it logged in last.
      type: str
    expiration_time:
      description: When no token of it can be valid any more.
      type: str
    pending_time:
      description: When the instance was started, as its identity document says.
      type: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_instances import ENTRY
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(ENTRY, listed="auth/{mount:mount}/identity-accesslist", returns="instances", key="instance_id")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
