#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_approle_secret_id_info
short_description: The secret ids of an AppRole in Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads what Vault knows of the secret ids of a role. The secret ids themselves Vault never tells again.
  - Vault is asked once for each secret id of the role.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  role_name:
    description: Name of the role.
    type: str
    required: true
  mount:
    description: Where the auth method is mounted, below C(auth/).
    type: str
    default: approle
  secret_id_accessor:
    description: What Vault names the secret id by; all of the role if it is left out.
    type: str
seealso:
  - module: leasehold.vault.vault_approle_secret_id
"""

EXAMPLES = r"""
- name: Whose secret ids there are
  leasehold.vault.vault_approle_secret_id_info:
    role_name: deploy
  register: found

- name: What ends within a week
  ansible.builtin.debug:
    msg: "{{ found.secret_ids | rejectattr('time_left', 'none') | selectattr('time_left', '<', 604800) }}"
"""

RETURN = r"""
secret_ids:
  description: The secret ids that there are. One that has ended is among them until Vault tidies up.
  returned: always
  type: list
  elements: dict
  contains:
    secret_id_accessor:
      description: What Vault names the secret id by.
      returned: always
      type: str
    metadata:
      description: What it was marked with.
      returned: always
      type: dict
    time_left:
      description: Seconds that it can still be used; V(none) if it does not end.
      returned: always
      type: int
    expiration_time:
      description: When it ends; V(none) if it does not.
      returned: always
      type: str
    creation_time:
      description: When it was made.
      returned: always
      type: str
    last_updated_time:
      description: When it was last used, if its uses are limited.
      returned: always
      type: str
    secret_id_ttl:
      description: Seconds that it can be used from its making on; V(0) if it does not end.
      returned: always
      type: int
    secret_id_num_uses:
      description: How many logins it is still good for; V(0) if there is no limit.
      returned: always
      type: int
    cidr_list:
      description: Networks from which a login may come.
      returned: always
      type: list
      elements: str
    token_bound_cidrs:
      description: Networks from which its tokens can be used.
      returned: always
      type: list
      elements: str
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _secret_ids
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of


def read(vault: Vault, params: t.Any, check: bool) -> t.Any:
    role, accessor = path_of(_secret_ids.ROLE, params), params["secret_id_accessor"]
    if not _secret_ids.is_there(vault, role):
        found = []
    elif accessor:
        found = [one for one in [_secret_ids.by_accessor(vault, role, accessor)] if one]
    else:
        found = _secret_ids.every(vault, role)
    return {"changed": False, "secret_ids": found}


MODULE = Act({**_secret_ids.KEYS, "secret_id_accessor": {"type": "str", "no_log": False}}, read)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
