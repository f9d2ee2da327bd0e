#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_token_info
short_description: Tokens of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Reads what Vault knows of a token, by its accessor, or lists the accessors of all tokens.
  - The tokens themselves Vault never tells again.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  accessor:
    description:
      - What Vault names the token by.
      - Without it the accessors of all tokens are listed, for which Vault wants the capability C(sudo).
    type: str
seealso:
  - module: leasehold.vault.vault_token
"""

EXAMPLES = r"""
- name: What Vault knows of this run's own login
  leasehold.vault.vault_token_info:
    accessor: "{{ lookup('leasehold.vault.vault_login').accessor }}"
  register: login

- name: What it may do
  ansible.builtin.debug:
    msg: "{{ login.tokens[0].policies }}"

- name: All tokens
  leasehold.vault.vault_token_info:
  register: all
"""

RETURN = r"""
tokens:
  description: The token with this accessor, or nothing if there is none, or no longer.
  returned: with O(accessor)
  type: list
  elements: dict
  contains:
    accessor:
      description: What Vault names the token by.
      returned: always
      type: str
    ttl:
      description: Seconds that it has left; V(0) if it does not end.
      returned: always
      type: int
    expire_time:
      description: When it ends unless it is renewed; V(none) if it does not.
      returned: always
      type: str
    policies:
      description: What it may do.
      returned: always
      type: list
      elements: str
    orphan:
      description: Whether it lives on when the login that made it has ended.
      returned: always
      type: bool
    renewable:
      description: Whether it can be renewed.
      returned: always
      type: bool
    meta:
      description: What it was marked with.
      returned: always
      type: dict
    path:
      description: The login, or other path, that made it.
      returned: always
      type: str
accessors:
  description: The accessors of all tokens.
  returned: without O(accessor)
  type: list
  elements: str
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _tokens
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault


def read(vault: Vault, params: t.Any, check: bool) -> t.Any:
    if params["accessor"]:
        found = _tokens.look_up(vault, params["accessor"])
        return {"changed": False, "tokens": [found] if found else []}
    answer = vault.request("LIST", "auth/token/accessors")
    return {"changed": False, "accessors": sorted(answer["data"]["keys"]) if answer else []}


MODULE = Act({"accessor": {"type": "str"}}, read)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
