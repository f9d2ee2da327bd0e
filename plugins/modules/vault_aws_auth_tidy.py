#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_tidy
short_description: How Vault's AWS auth method clears away what has ended
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Says how Vault periodically clears away the entries of EC2 instances and the denied role tags that have ended, or
    has it do that now.
  - Vault does this by itself with defaults of its own. Where they are not changed they are what there is, so
    O(state=absent) means that they hold again.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS auth method is mounted, below C(auth/).
    type: str
    default: aws
  what:
    description:
      - What is cleared away. V(identity-accesslist) has an entry for each instance that has logged in,
        V(roletag-denylist) one for each role tag that was withdrawn.
    type: str
    required: true
    choices: [identity-accesslist, roletag-denylist]
  safety_buffer:
    description:
      - How long an entry is kept after its end, as a duration. Vault's own defaults are V(72h) for
        V(identity-accesslist) and V(180d) for V(roletag-denylist).
    type: str
  disable_periodic_tidy:
    description: Whether nothing is cleared away but on request. Not with O(state=started).
    type: bool
  state:
    description:
      - V(present) writes the settings where they differ, and V(absent) goes back to Vault's defaults.
      - V(started) clears away now. It goes on in the background after the task, so the task always counts as a change,
        and what there was to remove is in the server's log only.
    type: str
    choices: [present, absent, started]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_auth_accesslist_entry
  - module: leasehold.vault.vault_aws_auth_accesslist_info
"""

EXAMPLES = r"""
- name: Who has not logged in for a month after its end is forgotten
  leasehold.vault.vault_aws_auth_tidy:
    what: identity-accesslist
    safety_buffer: 30d

- name: Tidy up after many instances are gone
  leasehold.vault.vault_aws_auth_tidy:
    what: identity-accesslist
    safety_buffer: 1h
    state: started
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: except with O(state=started)
  type: list
  elements: str
  sample: [safety_buffer]
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_instances import TIDY, start
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault


def act(vault: Vault, params: t.Any, check: bool) -> t.Any:
    return start(vault, params, check) if params["state"] == "started" else TIDY.perform(vault, params, check)


SPEC = TIDY.argument_spec()
MODULE = Act(options={**SPEC, "state": {**SPEC["state"], "choices": ["present", "absent", "started"]}}, act=act)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
