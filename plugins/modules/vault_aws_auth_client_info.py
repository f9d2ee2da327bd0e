#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_client_info
short_description: Reads as whom Vault's AWS auth method asks AWS
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the client configuration of an AWS auth method as Vault tells it, which is all but the secret key.
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
seealso:
  - module: leasehold.vault.vault_aws_auth_client
"""

EXAMPLES = r"""
- name: Which server id do logins have to sign?
  leasehold.vault.vault_aws_auth_client_info:
  register: method
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
    iam_server_id_header_value:
      description: What a login has to have signed as the header C(X-Vault-AWS-IAM-Server-ID).
      type: str
  sample:
    access_key: AKIAIOSFODNN7EXAMPLE
    iam_server_id_header_value: vault.example.com
    max_retries: -1
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import CLIENT
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(CLIENT, listed="", returns="config")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
