#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_policy
short_description: A policy of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes an ACL policy where it differs in meaning from what Vault has. Layout, comments and the kind of line ends are
    no difference.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  name:
    description: Name of the policy. Vault keeps it in lower case.
    type: str
    required: true
  policy:
    description: The policy as text, in HCL or JSON.
    type: str
  src:
    description: A file of the controller that holds the policy, searched for as by M(ansible.builtin.copy).
    type: str
  paths:
    description: The policy as data, a dictionary from path to what is allowed there.
    type: dict
  state:
    description: Whether the policy is there.
    type: str
    choices: [present, absent]
    default: present
"""

EXAMPLES = r"""
- name: Whoever deploys may ask for AWS credentials
  leasehold.vault.vault_policy:
    name: deploy
    paths:
      aws/creds/deploy: [read]
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
"""

import json
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource


def rendered(wanted: t.Any, current: t.Any, params: t.Any, vault: t.Any) -> t.Any:
    if not params.get("paths"):
        return wanted
    rules = {
        path: allowed if isinstance(allowed, dict) else {"capabilities": allowed}
        for path, allowed in params["paths"].items()
    }
    return {**wanted, "policy": json.dumps({"path": rules}, indent=2)}


MODULE = Resource(
    path="sys/policies/acl/{name:free_lower}",
    keys={"name": {"type": "str", "required": True}},
    fields={"policy": Field({"type": "str"}, normal=_normal.policy, show=_normal.lines)},
    options={"src": {"type": "str"}, "paths": {"type": "dict"}},
    files={"src": "policy"},
    rules={
        "mutually_exclusive": [("policy", "src", "paths")],
        "required_if": [("state", "present", ("policy", "src", "paths"), True)],
    },
    adjust=rendered,
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
