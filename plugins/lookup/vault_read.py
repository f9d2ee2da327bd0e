# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vault_read
short_description: Read any path of Vault, once per run
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns what Vault answers at a path. One run asks once for each distinct path, whatever the number of hosts,
    forks, tasks and references.
  - An answer with a lease, such as that of a database engine, is renewed, replaced and in the end revoked like any
    other. An answer without one, such as that of a key-value engine, is kept for the run; O(fresh) reads it again.
options:
  _terms:
    description: Paths, as C(vault read) takes them.
    type: list
    elements: str
    required: true
  data:
    description: Parameters to send along. The request is then a write to the path.
    type: dict
  kv2:
    description:
      - Whether to unwrap the answer of a key-value engine of version 2, so that the result is the secret itself
        without its metadata. The path holds C(data) as in C(secret/data/app).
    type: bool
    default: false
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._connection.plugin
  - leasehold.vault._auth
  - leasehold.vault._auth.plugin
  - leasehold.vault._lease
  - leasehold.vault._lease.keeper
  - leasehold.vault._lease.query
seealso:
  - plugin: leasehold.vault.vault_aws_creds
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: A secret of a key-value engine, version 2
  ansible.builtin.set_fact:
    password: "{{ lookup('leasehold.vault.vault_read', 'secret/data/app', kv2=true).password }}"
  no_log: true

- name: One field by a query
  ansible.builtin.set_fact:
    version: "{{ lookup('leasehold.vault.vault_read', 'secret/data/app', query='metadata.version') }}"
"""

RETURN = r"""
_raw:
  description: One item per term, the C(data) of Vault's answer, or what O(query) picks of it.
  type: list
  elements: raw
"""

from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import VaultLookup


class LookupModule(VaultLookup):
    pass
