#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_write
short_description: Anything in Vault, at any path
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes data to a path where it differs from what Vault has, for everything that has no module of its own.
  - Vault is read first, and written only if a field of the data differs. Fields that are not given are not compared. It
    is then read again. What is not as it was written is an error that says which fields it is about, and not a change
    in each run.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  path:
    description: Where to write, as C(vault write) takes it.
    type: str
    required: true
  data:
    description:
      - What to write. It is written as a whole or not at all.
      - Its values are shown in diffs.
    type: dict
  secret_data:
    description:
      - More of O(data), whose values are not shown. Ansible masks them wherever they occur in the result, too; one that
        is short, such as V(1), makes that unreadable.
    type: dict
  read_path:
    description:
      - Where to read what there is, if that is another path than O(path).
      - Reading has to be without consequences. Paths such as C(aws/creds/deploy), which make something when they are
        read, need O(state=written).
    type: str
  compare:
    description:
      - How to compare fields of the data, by their names.
      - V(value) is what holds unless told otherwise. The order of lists counts, and it is no difference whether a
        number or a bool is written as a text. Null, an empty text, an empty list and an empty dictionary are alike.
      - V(duration) takes V(3600), V(60m) and V(1h) for the same, V(set) lists in any order, V(cidrs) a single address
        with and without mask, V(json) a JSON document as text and as data, V(policy) two layouts of a policy, V(text)
        different kinds of line ends.
      - V(never) is for what Vault does not tell, such as a password. See O(update_secret).
    type: dict
  update_secret:
    description:
      - What a field that is compared V(never) leads to. V(always) writes the data in each run. With V(on_create) such a
        field alone is no reason to write.
    type: str
    choices: [on_create, always]
    default: on_create
  state:
    description:
      - V(present) compares and writes, V(absent) deletes what there is.
      - V(written) writes in any case and reads nothing, for paths that do something. Only an answer that provably never
        reached Vault is asked for again.
    type: str
    choices: [present, absent, written]
    default: present
  return_data:
    description: Whether to return what Vault answers to a write. It may be a secret.
    type: bool
    default: false
  wrap_ttl:
    description: Return a token that unwraps what Vault answers to a write, once and within this duration.
    type: str
notes:
  - Ansible does not show a result that has RV(data) or RV(wrap_info). Set C(no_log) nevertheless, on this task and on
    those that use the result, and never make a cacheable fact of it.
  - With C(async) the module refuses to run, because Ansible would keep the result in a file.
seealso:
  - module: leasehold.vault.vault_wrap_info
  - plugin: leasehold.vault.vault_unwrap
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: A user of the auth method userpass
  leasehold.vault.vault_write:
    path: auth/userpass/users/build
    data:
      token_policies: [deployer]
      token_ttl: 1h
    secret_data:
      password: "{{ lookup('leasehold.vault.vault_read', 'secret/data/app', kv2=true).password }}"
    compare:
      token_policies: set
      token_ttl: duration
      password: never

- name: The user is gone
  leasehold.vault.vault_write:
    path: auth/userpass/users/build
    state: absent

- name: Wrap a password for somebody else
  leasehold.vault.vault_write:
    path: sys/wrapping/wrap
    secret_data:
      password: "{{ lookup('leasehold.vault.vault_read', 'secret/data/app', kv2=true).password }}"
    state: written
    wrap_ttl: 5m
  register: wrapped
  no_log: true
"""

RETURN = r"""
changes:
  description: The fields that differed from what Vault had.
  returned: always
  type: list
  elements: str
data:
  description: What Vault answered. Set C(no_log).
  returned: if something was written, Vault had something to say, and O(return_data) is true
  type: dict
wrap_info:
  description: What unwraps the answer. Set C(no_log).
  returned: if something was written and O(wrap_ttl) is given
  type: dict
  contains:
    token:
      description: The token to unwrap with.
      type: str
      returned: always
    accessor:
      description: The accessor of that token.
      type: str
      returned: always
    ttl:
      description: Seconds that it lives.
      type: int
      returned: always
    creation_time:
      description: When it was made.
      type: str
      returned: always
    creation_path:
      description: The path that made it, to be verified before unwrapping.
      type: str
      returned: always
"""

from ansible_collections.leasehold.vault.plugins.module_utils import _write
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import UPDATE_SECRET

MODULE = Act(
    options={
        "path": {"type": "str", "required": True},
        "data": {"type": "dict"},
        "secret_data": {"type": "dict", "no_log": True},
        "read_path": {"type": "str"},
        "compare": {"type": "dict"},
        "update_secret": UPDATE_SECRET,
        "state": {"type": "str", "choices": ["present", "absent", "written"], "default": "present"},
        "return_data": {"type": "bool", "default": False},
        "wrap_ttl": {"type": "str"},
    },
    act=_write.act,
    secrets=("data", "wrap_info"),
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
