#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_accesslist_entry
short_description: Lets an EC2 instance log in to Vault anew
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Removes the entry that Vault has of an EC2 instance since its first login.
  - An instance that has lost its nonce, or was allowed to log in just once, can log in again after that, as if for the
    first time. So can whoever else has its identity document, until it does.
  - Tokens that the instance has cannot be renewed any more until it has logged in.
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
    description: The instance.
    type: str
    required: true
  state:
    description: Only a login makes an entry, so all there is to wish is that there is none.
    type: str
    required: true
    choices: [absent]
seealso:
  - module: leasehold.vault.vault_aws_auth_accesslist_info
  - module: leasehold.vault.vault_aws_auth_tidy
"""

EXAMPLES = r"""
- name: The disk with the nonce is gone
  leasehold.vault.vault_aws_auth_accesslist_entry:
    instance_id: i-0abcdef1234567890
    state: absent
"""

RETURN = r"""
{}
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_instances import ENTRY
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of


def remove(vault: Vault, params: t.Any, check: bool) -> t.Any:
    path = path_of(ENTRY.path, params)
    is_there = vault.request("GET", path) is not None
    if is_there and not check:
        vault.request("DELETE", path)
    return {"changed": is_there}


MODULE = Act(
    options={**ENTRY.keys, "state": {"type": "str", "required": True, "choices": ["absent"]}},
    act=remove,
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
