#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_role_tag
short_description: Makes the value of a tag that narrows what an EC2 instance gets from Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Has Vault sign what an instance may have of its role. Put on the instance as a tag, it takes effect at its next
    login.
  - Vault keeps nothing of it and each call makes another value, so call this only for an instance that has no such tag
    yet. In check mode there is no value.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS auth method is mounted, below C(auth/).
    type: str
    default: aws
  role_name:
    description: Name of the role. Its O(leasehold.vault.vault_aws_auth_role#module:role_tag) has to be set.
    type: str
    required: true
  policies:
    description:
      - Policies of the instance's tokens, out of those of the role. Without it they are all of those, and with an empty
        list only C(default).
    type: list
    elements: str
  max_ttl:
    description: The longest life of the instance's tokens, as a duration such as V(1h), at most what the role says.
    type: str
  instance_id:
    description: The only instance that can use the tag. Without it, every instance can that somebody puts it on.
    type: str
  allow_instance_migration:
    description:
      - Whether the instance can log in without its nonce after it was stopped and started again. Only if the role
        allows it, too. Excludes O(disallow_reauthentication).
    type: bool
  disallow_reauthentication:
    description: Whether the instance can log in just once.
    type: bool
seealso:
  - module: leasehold.vault.vault_aws_auth_role
"""

EXAMPLES = r"""
- name: What this instance may do
  leasehold.vault.vault_aws_auth_role_tag:
    role_name: web
    policies: [web]
    max_ttl: 1h
    instance_id: i-0abcdef1234567890
  register: made

- name: To be put on the instance
  ansible.builtin.set_fact:
    instance_tags: "{{ {made.tag_key: made.tag_value} }}"
  when: made.tag_key is defined
"""

RETURN = r"""
tag_key:
  description: Key of the tag, which the role says.
  returned: except in check mode
  type: str
  sample: vault-web
tag_value:
  description:
    - Value of the tag. It is signed but not secret; whoever may read the tags of an instance sees it.
  returned: except in check mode
  type: str
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._normal import duration
from ansible_collections.leasehold.vault.plugins.module_utils._resource import (
    Vault,
    normal_form,
    path_of,
    write,
)


def make(vault: Vault, params: t.Any, check: bool) -> t.Any:
    path = path_of("auth/{mount:mount}/role/{role_name:lower}/tag", params)
    body = {name: params[name] for name in OF_THE_TAG if params[name] is not None}
    if "max_ttl" in body:
        body["max_ttl"] = normal_form("max_ttl", body["max_ttl"], duration)
    made = {} if check else (write(vault, path, body) or {})["data"]
    return {"changed": False, **made}


OF_THE_TAG: dict[str, t.Any] = {
    "policies": {"type": "list", "elements": "str"},
    "max_ttl": {"type": "str"},
    "instance_id": {"type": "str"},
    "allow_instance_migration": {"type": "bool"},
    "disallow_reauthentication": {"type": "bool"},
}

MODULE = Act(options={"mount": MOUNT, "role_name": {"type": "str", "required": True}, **OF_THE_TAG}, act=make)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
