#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_auth_method
short_description: An auth method of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Enables an auth method, tunes it in place and, where that is expressly wanted, disables it.
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
    description: Where the method is mounted, below C(auth/).
    type: str
    required: true
  type:
    description: Kind of the method, such as V(approle) or V(aws). Needed for O(state=present).
    type: str
  token_type:
    description: Kind of the tokens that logins get, and whether roles may say otherwise.
    type: str
    choices: [default-service, default-batch, service, batch]
notes:
  - The login needs the capability C(read) on C(sys/auth/<path>), C(update) and C(sudo) on C(sys/auth/<path>/tune), and
    to enable or disable C(create), C(update), C(delete) and C(sudo) on C(sys/auth/<path>).
seealso:
  - module: leasehold.vault.vault_auth_method_info
  - module: leasehold.vault.vault_secrets_engine
"""

EXAMPLES = r"""
- name: AppRole for the build servers, with short tokens
  leasehold.vault.vault_auth_method:
    path: approle-build
    type: approle
    description: Logins of the build servers
    default_lease_ttl: 15m
    max_lease_ttl: 2h

- name: Let the audit log show which role logs in
  leasehold.vault.vault_auth_method:
    path: approle-build
    type: approle
    audit_non_hmac_request_keys: [role_id]

- name: All build servers are gone
  leasehold.vault.vault_auth_method:
    path: approle-build
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
from ansible_collections.leasehold.vault.plugins.module_utils._mounts import METHODS, TOKEN_TYPE, mounts

MODULE = mounts(METHODS, token_type=TOKEN_TYPE)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
