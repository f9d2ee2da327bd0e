# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vault_login
short_description: A Vault token for other tools, revoked when the run ends
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Logs in to Vault, or takes the login that this run already has, and returns its token for other tools, such as
    C(terraform) or the Vault CLI.
  - The token is renewed while the run lives and revoked when it ends. With O(revoke=false) it gets a login of its own
    that is left alone.
options:
  _terms:
    description: Takes no terms.
    type: list
    elements: str
    required: false
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._connection.plugin
  - leasehold.vault._auth
  - leasehold.vault._auth.plugin
  - leasehold.vault._lease
  - leasehold.vault._lease.keeper
  - leasehold.vault._lease.query
notes:
  - Whoever has the token can do what its policies allow. Hand it on in C(environment), and use C(no_log) on tasks
    that could print it. Even so, Ansible puts C(environment) into the command line with which it starts a module; it is
    then in the list of processes of that host while the module runs, and in the output of a run with C(-vvv).
"""

EXAMPLES = r"""
- name: Terraform with the run's own token
  ansible.builtin.command: terraform apply -auto-approve
  environment:
    VAULT_TOKEN: "{{ lookup('leasehold.vault.vault_login').token }}"
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    token:
      description: The token.
      type: str
      returned: always
    accessor:
      description: What operators use to look up or revoke the token without knowing it.
      type: str
      returned: always
    ttl:
      description: Seconds it has left; V(none) if it does not end or nothing is known of it.
      type: int
      returned: always
    expiration:
      description: When it ends unless it is renewed, in UTC.
      type: str
      returned: when it ends
    policies:
      description: What it may do.
      type: list
      elements: str
      returned: always
    renewable:
      description: Whether it can be renewed.
      type: bool
      returned: always
    metadata:
      description: What the auth method says of the login.
      type: dict
      returned: always
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import VaultLookup


class LookupModule(VaultLookup):
    def checked(self, terms: list[t.Any]) -> list[str]:
        if terms:
            raise AnsibleLookupError("vault_login: there are no terms. Set the login by options or variables.")
        return [""]
