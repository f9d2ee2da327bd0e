#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_config_lease_info
short_description: Reads how long the IAM users of Vault's AWS engine last
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the lease configuration of an AWS secrets engine.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS engine is mounted.
    type: str
    default: aws
seealso:
  - module: leasehold.vault.vault_aws_config_lease
"""

EXAMPLES = r"""
- name: How long do IAM users last?
  leasehold.vault.vault_aws_config_lease_info:
  register: lease
"""

RETURN = r"""
config:
  description: The configuration; null where nothing has been configured and the TTLs of the mount hold.
  returned: always
  type: dict
  contains:
    lease:
      description: How long a lease lasts, in Vault's spelling.
      type: str
    lease_max:
      description: How long a lease lasts at most.
      type: str
  sample:
    lease: 1h0m0s
    lease_max: 4h0m0s
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import LEASE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(LEASE, listed="", returns="config")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
