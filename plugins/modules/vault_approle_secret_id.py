#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_approle_secret_id
short_description: A secret id of AppRole in Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Makes a secret id for a role, or destroys some.
  - Vault never tells a secret id again, so this module recognises one by O(metadata) or O(custom_secret_id). Where one
    is alive, nothing is made. With neither of them each call makes another one.
  - Only an answer that provably never reached Vault is asked for again, so that nothing is made twice.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  role_name:
    description: Name of the role that the secret id logs in to.
    type: str
    required: true
  mount:
    description: Where the auth method is mounted, below C(auth/).
    type: str
    default: approle
  metadata:
    description:
      - What marks the secret id, in Vault's audit log and in the metadata of its tokens, too. Names and values are
        texts. A secret id is recognised by exactly this metadata.
      - To find it, Vault is asked once for each secret id of the role.
    type: dict
  custom_secret_id:
    description: The secret id, where Vault is not to make one up.
    type: str
  secret_id_accessor:
    description: What Vault names the secret id by. With O(state=absent) only.
    type: str
  cidr_list:
    description: Networks from which a login may come, each with its mask and within those of the role.
    type: list
    elements: str
  token_bound_cidrs:
    description: Networks from which its tokens can be used, each with its mask and within those of the role.
    type: list
    elements: str
  num_uses:
    description: How many logins it is good for, at most as many as the role says.
    type: int
  ttl:
    description: How long it can be used, as a duration such as V(3600), V(90m) or V(30d), at most what the role says.
    type: str
  renew_before:
    description:
      - Make another one where all that are recognised end within this duration. The old ones are left to their end, so
        that whoever still uses one can go on.
      - An O(custom_secret_id) is registered anew; for a moment between the two it is not valid.
    type: str
  wrap_ttl:
    description:
      - Return a token that unwraps the secret id, once and within this duration, and not the secret id.
      - Where nobody has unwrapped it in time, destroy it by its metadata and have another one made.
    type: str
  state:
    description: Whether there is such a secret id. V(absent) destroys all that are recognised.
    type: str
    choices: [present, absent]
    default: present
notes:
  - RV(secret_id) and RV(wrap_info) are secrets. Ansible does not show a result that has one of them. Set C(no_log)
    nevertheless, on this task and on those that use the result, and never make a cacheable fact of it.
  - With C(async) the module refuses to run, because Ansible would keep the result in a file.
seealso:
  - module: leasehold.vault.vault_approle_role
  - module: leasehold.vault.vault_approle_secret_id_info
  - module: leasehold.vault.vault_approle_tidy
"""

EXAMPLES = r"""
- name: Programs log in to this role
  leasehold.vault.vault_approle_role:
    name: deploy
    token_policies: [deploy]
    secret_id_ttl: 30d

- name: A secret id for each host, and another one a week before it ends
  leasehold.vault.vault_approle_secret_id:
    role_name: deploy
    metadata:
      host: "{{ inventory_hostname }}"
    renew_before: 7d
    wrap_ttl: 5m
  register: made
  no_log: true

- name: For the tasks that bring it to the host, which unwraps it by itself
  ansible.builtin.set_fact:
    wrapping_token: "{{ made.wrap_info.token }}"
  no_log: true
  when: made.wrap_info is defined

- name: The host is gone
  leasehold.vault.vault_approle_secret_id:
    role_name: deploy
    metadata:
      host: "{{ inventory_hostname }}"
    state: absent
"""

RETURN = r"""
secret_id:
  description: The secret id. Set C(no_log).
  returned: when one was made and neither O(custom_secret_id) nor O(wrap_ttl) is given
  type: str
wrap_info:
  description: What unwraps the secret id. Set C(no_log).
  returned: when one was made and O(wrap_ttl) is given
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
      description: Seconds that the token lives.
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
    wrapped_accessor:
      description: The accessor of the secret id inside.
      type: str
      returned: by newer releases of Vault
secret_id_accessor:
  description: What Vault names the secret id by.
  returned: when one was made and not wrapped, or was there
  type: str
secret_id_ttl:
  description: Seconds that it can be used from its making on; V(0) if it does not end.
  returned: when one was made and not wrapped, or was there
  type: int
secret_id_num_uses:
  description: How many logins it is still good for; V(0) if there is no limit.
  returned: when one was made and not wrapped, or was there
  type: int
secret_id_accessors:
  description: What Vault named the destroyed secret ids by.
  returned: with O(state=absent)
  type: list
  elements: str
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _secret_ids
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._renewal import lasts
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of


def act(vault: Vault, params: t.Any, check: bool) -> t.Any:
    role = path_of(_secret_ids.ROLE, params)
    there = _secret_ids.is_there(vault, role)
    known = _secret_ids.recognised(vault, role, params) if there else []
    if params["state"] == "absent":
        accessors = [one["secret_id_accessor"] for one in known if lasts(one["time_left"], None)]
        for accessor in [] if check else accessors:
            _secret_ids.destroy(vault, role, accessor)
        return {"changed": bool(accessors), "secret_id_accessors": accessors}
    body = _secret_ids.request_for(params)
    lasting = [one for one in known if lasts(one["time_left"], params["renew_before"])]
    if lasting:
        return {"changed": False, **{name: lasting[0][name] for name in _secret_ids.TOLD}}
    if check:
        return {"changed": True}
    if not there:
        remedy = "Have it made by vault_approle_role first, and check role_name, mount and namespace."
        raise ApiError("There is no such role", kind="absent", where={"path": role}, remedy=remedy)
    return {"changed": True, **_secret_ids.make(vault, role, body, known, params["wrap_ttl"])}


MODULE = Act(
    options={
        **_secret_ids.KEYS,
        "metadata": {"type": "dict"},
        "custom_secret_id": {"type": "str", "no_log": True},
        "secret_id_accessor": {"type": "str", "no_log": False},
        "cidr_list": {"type": "list", "elements": "str"},
        "token_bound_cidrs": {"type": "list", "elements": "str", "no_log": False},
        "num_uses": {"type": "int"},
        "ttl": {"type": "str"},
        "renew_before": {"type": "str"},
        "wrap_ttl": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    act=act,
    rules={
        "mutually_exclusive": [("secret_id_accessor", "custom_secret_id"), ("secret_id_accessor", "metadata")],
        "required_if": [("state", "absent", ("secret_id_accessor", "custom_secret_id", "metadata"), True)],
    },
    secrets=("secret_id", "wrap_info"),
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
