#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_certificate
short_description: A certificate by which Vault's AWS auth method knows EC2 instances
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Registers the public certificate that a region signs the identity documents of its instances with, or removes it.
  - Vault knows the certificates of the usual regions, so this is for newer regions and other partitions. Who has the
    key of a registered certificate can log in as any instance.
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
  name:
    description: Name of the certificate in Vault.
    type: str
    required: true
  aws_public_cert:
    description:
      - The certificate in PEM, exactly one. What is compared is the certificate itself, not its layout.
      - Required with O(state=present).
    type: str
  type:
    description:
      - What it is to verify. V(pkcs7) is the signature that C(pkcs7) of a login holds, V(identity) the one that goes
        with C(identity) and C(signature).
      - A new certificate is V(pkcs7) where this is not given. One that serves for both needs two names.
    type: str
    choices: [pkcs7, identity]
  state:
    description: Whether the certificate is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_auth_certificate_info
"""

EXAMPLES = r"""
- name: Instances of another region log in
  leasehold.vault.vault_aws_auth_certificate:
    name: ap-southeast-7
    aws_public_cert: "{{ lookup('ansible.builtin.file', 'ap-southeast-7.pem') }}"

- name: Nobody is there any more
  leasehold.vault.vault_aws_auth_certificate:
    name: test-region
    state: absent
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [aws_public_cert]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import CERTIFICATE as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
