#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_secrets_engine
short_description: A secrets engine of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Enables a secrets engine, tunes it in place and, where that is expressly wanted, disables it.
  - Nothing is ever disabled to be enabled anew. Where O(type), O(local), O(seal_wrap) or O(external_entropy_access) is
    not what Vault has, the module fails and says what can be done.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
  - leasehold.vault._mount_fields
options:
  path:
    description: Where the engine is mounted, such as V(aws) or V(team/secret).
    type: str
    required: true
  type:
    description:
      - Kind of the engine, such as V(aws), V(database) or V(kv). Needed for O(state=present).
      - The key-value engine of version 2 is V(kv) with C(version) in O(options).
    type: str
notes:
  - The login needs the capability C(read) on C(sys/mounts/<path>), C(update) on C(sys/mounts/<path>/tune), and to
    enable or disable C(create), C(update) and C(delete) on C(sys/mounts/<path>). Where O(path) has several segments,
    it also needs C(read) on C(sys/mounts/) with all but the last of them.
seealso:
  - module: leasehold.vault.vault_secrets_engine_info
  - module: leasehold.vault.vault_auth_method
"""

EXAMPLES = r"""
- name: An AWS engine whose leases last for an hour
  leasehold.vault.vault_secrets_engine:
    path: aws-team
    type: aws
    default_lease_ttl: 1h
    max_lease_ttl: 8h

- name: A key-value engine of version 2
  leasehold.vault.vault_secrets_engine:
    path: team/secret
    type: kv
    options:
      version: 2

- name: The team is gone, and all that it kept there goes with it
  leasehold.vault.vault_secrets_engine:
    path: team/secret
    state: absent
    destroy_data: true
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._mounts import ENGINES, mounts

MODULE = mounts(ENGINES)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
