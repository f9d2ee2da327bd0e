#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_config_root_info
short_description: Reads the account that Vault's AWS engine works with
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the root configuration of an AWS secrets engine as Vault tells it, which is all but the secret key.
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
  - module: leasehold.vault.vault_aws_config_root
"""

EXAMPLES = r"""
- name: Which access key does Vault work with now?
  leasehold.vault.vault_aws_config_root_info:
  register: root
"""

RETURN = r"""
config:
  description: The configuration, with Vault's own names; null where nothing has been configured.
  returned: always
  type: dict
  contains:
    access_key:
      description: The access key that Vault works with, which changes with each rotation.
      type: str
  sample:
    access_key: AKIAIOSFODNN7EXAMPLE
    region: eu-central-1
    max_retries: -1
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import ROOT
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(ROOT, listed="", returns="config")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
