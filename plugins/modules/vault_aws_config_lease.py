#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_config_lease
short_description: How long the IAM users of Vault's AWS engine last
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes the lease configuration of an AWS secrets engine where it differs from what Vault has. It holds for the
    credential type C(iam_user) only; the others have their time in their role, see
    M(leasehold.vault.vault_aws_role).
  - Vault cannot remove it. The way back to the TTLs of the mount is a value of V(0).
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS engine is mounted.
    type: str
    default: aws
  lease:
    description:
      - How long a lease lasts before it has to be renewed, such as V(1h) or V(3600).
      - Vault wants both durations at each write, so both are required.
    type: str
    required: true
  lease_max:
    description: How long a lease lasts at most, renewals included.
    type: str
    required: true
seealso:
  - module: leasehold.vault.vault_aws_config_lease_info
"""

EXAMPLES = r"""
- name: IAM users last an hour, and four with renewals
  leasehold.vault.vault_aws_config_lease:
    lease: 1h
    lease_max: 4h
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [lease_max]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import LEASE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = LEASE


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
