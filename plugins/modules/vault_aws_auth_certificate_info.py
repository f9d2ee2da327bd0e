#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_certificate_info
short_description: Reads the certificates by which Vault's AWS auth method knows EC2 instances
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns the certificates that are registered with an AWS auth method, or one of them. Those that Vault has built in
    are not told.
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
  name:
    description: Name of the one to read. Without it, all are read.
    type: str
seealso:
  - module: leasehold.vault.vault_aws_auth_certificate
"""

EXAMPLES = r"""
- name: Whose signatures does this method believe?
  leasehold.vault.vault_aws_auth_certificate_info:
  register: method
"""

RETURN = r"""
certificates:
  description: The certificates; empty where there is none, or none of this name.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the certificate.
      type: str
    aws_public_cert:
      description: The certificate in PEM.
      type: str
    type:
      description: What it verifies, V(pkcs7) or V(identity).
      type: str
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import CERTIFICATE
from ansible_collections.leasehold.vault.plugins.module_utils._info import Info
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Info(CERTIFICATE, listed="auth/{mount:mount}/config/certificates", returns="certificates")


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
