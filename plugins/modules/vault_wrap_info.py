#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_wrap_info
short_description: What a wrapping token of Vault is good for
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Asks Vault where a response-wrapping token was made and how long it can still be used. The token is not used up by
    that, and nothing is told of what is in it.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
  - leasehold.vault._attributes.no_diff
options:
  wrapping_token:
    description: The token.
    type: str
    required: true
notes:
  - A token that nobody of yours has used and that is not valid before its time may have been intercepted.
seealso:
  - plugin: leasehold.vault.vault_unwrap
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Wrap something
  leasehold.vault.vault_write:
    path: sys/wrapping/wrap
    secret_data:
      password: "{{ lookup('ansible.builtin.password', '/dev/null') }}"
    state: written
    wrap_ttl: 5m
  register: made
  no_log: true

- name: Can it still be unwrapped?
  leasehold.vault.vault_wrap_info:
    wrapping_token: "{{ made.wrap_info.token }}"
  register: wrapping

- name: It was made where it should have been, and there is time
  ansible.builtin.assert:
    that:
      - wrapping.valid
      - wrapping.creation_path == 'sys/wrapping/wrap'
      - wrapping.ttl > 60
"""

RETURN = r"""
valid:
  description: Whether it can still be unwrapped. It can't if it was, or if its time is over.
  returned: always
  type: bool
creation_path:
  description: The path that made it.
  returned: if it is valid
  type: str
creation_time:
  description: When it was made.
  returned: if it is valid
  type: str
creation_ttl:
  description: Seconds that it lives from then on.
  returned: if it is valid
  type: int
ttl:
  description: Seconds that it has left, by the clock of the machine that asks.
  returned: if it is valid
  type: int
"""

import re
import time
import typing as t
from datetime import datetime

from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault
from ansible_collections.leasehold.vault.plugins.module_utils._values import opaque


def look(vault: Vault, params: t.Any, check: bool) -> t.Any:
    token = opaque("wrapping_token", params["wrapping_token"])
    try:
        found = vault.request("POST", "sys/wrapping/lookup", {"token": token})["data"]
    except ApiError as problem:
        if problem.status != 400:
            raise
        return {"changed": False, "valid": False}
    left = seconds_of(found["creation_time"]) + found["creation_ttl"] - time.time()
    return {"changed": False, "valid": True, **found, "ttl": max(0, int(left))}


def seconds_of(moment: str) -> float:
    """Vault writes fractions of nine digits, which Python can't read; they do not matter here."""
    return datetime.fromisoformat(re.sub(r"\.\d+", "", moment).replace("Z", "+00:00")).timestamp()


MODULE = Act(options={"wrapping_token": {"type": "str", "required": True, "no_log": True}}, act=look)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
