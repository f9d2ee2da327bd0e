#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_lease_info
short_description: Leases of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads what Vault knows of a lease, or of all under a path. Vault never tells again what was leased.
  - Vault is asked once for each folder and once for each lease.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  lease_id:
    description: The lease.
    type: str
  prefix:
    description:
      - All leases under this path, such as V(aws/creds/deploy) for those of a role or V(aws) for those of an engine.
      - Vault wants the capability C(sudo) for it.
    type: str
  recursive:
    description: Whether to look into the folders under O(prefix), too.
    type: bool
    default: true
seealso:
  - module: leasehold.vault.vault_lease
"""

EXAMPLES = r"""
- name: What is leased of AWS
  leasehold.vault.vault_lease_info:
    prefix: aws
  register: leased

- name: What ends within five minutes
  ansible.builtin.debug:
    msg: "{{ leased.leases | selectattr('ttl', '<', 300) | map(attribute='id') }}"
"""

RETURN = r"""
leases:
  description: The leases that there are.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The lease_id.
      returned: always
      type: str
    ttl:
      description: Seconds that it has left.
      returned: always
      type: int
    expire_time:
      description: When it ends unless it is renewed; V(none) if it does not.
      returned: always
      type: str
    issue_time:
      description: When it was made.
      returned: always
      type: str
    last_renewal:
      description: When it was last renewed; V(none) if it never was.
      returned: always
      type: str
    renewable:
      description: Whether it can be renewed.
      returned: always
      type: bool
folders:
  description: The folders under O(prefix) that were not looked into.
  returned: with O(recursive=false)
  type: list
  elements: str
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _sys_leases
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault


def read(vault: Vault, params: t.Any, check: bool) -> t.Any:
    folders: list[str] = []
    if params["lease_id"]:
        lease_ids = [params["lease_id"]]
    else:
        lease_ids, folders = _sys_leases.under(vault, params["prefix"], recursive=params["recursive"])
    known = [_sys_leases.look_up(vault, lease_id) for lease_id in lease_ids]
    result = {"changed": False, "leases": [one for one in known if one]}
    return result if params["recursive"] else {**result, "folders": folders}


MODULE = Act(
    options={
        "lease_id": {"type": "str"},
        "prefix": {"type": "str"},
        "recursive": {"type": "bool", "default": True},
    },
    act=read,
    rules={"mutually_exclusive": [("lease_id", "prefix")], "required_one_of": [("lease_id", "prefix")]},
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
