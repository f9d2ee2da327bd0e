# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vault_ec2_auth
short_description: A Vault token for the EC2 instance that Ansible runs on
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Logs in to Vault as the EC2 instance that the controller is, or takes the login that this run already has, and
    returns its token. What proves the instance comes from its metadata service, in version 2 only, or from options.
  - It is P(leasehold.vault.vault_login#lookup) with O(auth_method=aws_ec2), whatever else O(auth_method) says. All
    other lookups and modules can log in that way, too.
  - Vault remembers the nonce of an instance's first login and demands it at each later one. It is made here, and kept
    in O(nonce_file) before Vault hears of it. The result never holds it.
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
  - An instance that logged in with another tool needs that tool's nonce. The file it left is taken as it is where
    O(nonce_file) names it, if nobody but its owner may read it.
seealso:
  - plugin: leasehold.vault.vault_login
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: The instance's own token, for a tool that reads it from the environment
  ansible.builtin.command: terraform apply -auto-approve
  args:
    chdir: "{{ work_dir }}"
  environment:
    VAULT_TOKEN: "{{ lookup('leasehold.vault.vault_ec2_auth', role='web').token }}"

- name: With the nonce that another tool has left
  ansible.builtin.command: terraform apply -auto-approve
  args:
    chdir: "{{ work_dir }}"
  environment:
    VAULT_TOKEN: "{{ lookup('leasehold.vault.vault_ec2_auth', role='web', nonce_file=work_dir ~ '/nonce').token }}"
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
      description: Seconds it has left; V(none) if it does not end.
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
      description: What the auth method says of the login, without the nonce.
      type: dict
      returned: always
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import VaultLookup


class LookupModule(VaultLookup):
    def checked(self, terms: list[t.Any]) -> list[str]:
        if terms:
            raise AnsibleLookupError("vault_ec2_auth: there are no terms. Set the login by options or variables.")
        return [""]
