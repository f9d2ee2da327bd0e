#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_approle_role
short_description: A role of AppRole in Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Creates, changes or removes a role that programs and hosts log in to by a role_id and a secret id.
  - What is not given is left as it is; an empty text or list and V(0) clear.
  - Removing a role destroys its secret ids, too.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._token_fields
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  name:
    description: Name of the role. Upper and lower case are alike to Vault.
    type: str
    required: true
  mount:
    description: Where the auth method is mounted, below C(auth/).
    type: str
    default: approle
  custom_role_id:
    description:
      - The role_id to log in with, different from that of every other role of the mount.
      - Without it Vault makes one up. It is the C(role_id) of Vault; an option of that name belongs to the login.
    type: str
  bind_secret_id:
    description: Whether a login needs a secret id. Without one, its network has to be bound.
    type: bool
  secret_id_bound_cidrs:
    description: Networks from which a login may come, each with its mask.
    type: list
    elements: str
  secret_id_num_uses:
    description: How many logins a secret id is good for; V(0) sets no limit.
    type: int
  secret_id_ttl:
    description: How long a secret id can be used, as a duration; V(0) sets no limit.
    type: str
  local_secret_ids:
    description:
      - Whether secret ids are not replicated to other clusters. Decided when the role is created; a later change is an
        error.
    type: bool
  state:
    description: Whether the role is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_approle_role_info
  - module: leasehold.vault.vault_approle_secret_id
"""

EXAMPLES = r"""
- name: The deployment logs in for an hour at most
  leasehold.vault.vault_approle_role:
    name: deploy
    token_policies: [deploy]
    token_ttl: 20m
    token_max_ttl: 1h
    secret_id_ttl: 30d
  register: deploy

- name: A role whose role_id is written into an image
  leasehold.vault.vault_approle_role:
    name: image
    custom_role_id: image-2026
    token_policies: [bootstrap]
    secret_id_num_uses: 1
    secret_id_bound_cidrs: [10.20.0.0/16]

- name: No longer in use
  leasehold.vault.vault_approle_role:
    name: image-2024
    state: absent
"""

RETURN = r"""
role_id:
  description: What a login names the role by.
  returned: with O(state=present), but not where check mode would create the role
  type: str
  sample: 9d4ea1c7-8a9c-4bd2-2f1c-0b5a3cd8b3a1
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._approle import ROLE as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
