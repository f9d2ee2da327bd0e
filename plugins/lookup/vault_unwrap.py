# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vault_unwrap
short_description: What is in a wrapping token of Vault, unwrapped once per run
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Unwraps response-wrapping tokens. Nobody has to log in for that, the token is all that it takes.
  - Before anything is unwrapped, Vault is asked where the token was made. One that was made elsewhere than
    O(creation_path) may have been swapped; it is refused and left as it is.
  - One run unwraps a token once, whatever the number of hosts, forks, tasks and references, and never tries again. All
    who ask get the same answer. It is kept in memory for as long as the token would have lived, by its TTL, and at most
    to the end of the run. After that it is forgotten, and to ask again is an error. Keep it with
    M(ansible.builtin.set_fact) where it is needed for longer.
  - What was wrapped belongs to whoever wrapped it. A lease or a token in it is neither renewed nor revoked by the run.
options:
  _terms:
    description: Wrapping tokens.
    type: list
    elements: str
    required: true
  creation_path:
    description:
      - The exact path at which the tokens have to have been made, such as V(auth/approle/role/app/secret-id).
      - Needed. It is what protects from a token that was unwrapped on its way and replaced.
    type: str
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._connection.plugin
  - leasehold.vault._lease.keeper
  - leasehold.vault._lease.query
notes:
  - With O(keeper=false) nothing is remembered. The first call unwraps the token, and every other one fails.
  - A token that is not valid although nobody of yours has used it, before its time is over, may have been intercepted.
seealso:
  - module: leasehold.vault.vault_wrap_info
  - module: leasehold.vault.vault_write
"""

EXAMPLES = r"""
- name: Hand a password on, and take it
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Wrap it
      leasehold.vault.vault_write:
        path: sys/wrapping/wrap
        secret_data:
          password: "{{ lookup('leasehold.vault.vault_read', 'secret/data/app', kv2=true).password }}"
        state: written
        wrap_ttl: 5m
      register: wrapped
      no_log: true

    - name: Unwrap it
      ansible.builtin.set_fact:
        password: "{{ lookup('leasehold.vault.vault_unwrap', token, creation_path='sys/wrapping/wrap').password }}"
      vars:
        token: "{{ wrapped.wrap_info.token }}"
      no_log: true
"""

RETURN = r"""
_raw:
  description:
    - One item per term, the C(data) of the answer that was wrapped; its C(auth) where that was a login or a token.
    - What O(query) picks of it, if that is given.
  type: list
  elements: raw
"""

from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import VaultLookup


class LookupModule(VaultLookup):
    pass
