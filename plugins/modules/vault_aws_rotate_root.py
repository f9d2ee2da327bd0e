#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_rotate_root
short_description: Replaces the access key that Vault's AWS engine works with
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Has Vault make a new access key for its IAM user and delete the old one. Nobody but Vault knows the new secret.
  - Nothing happens unless O(force) or O(older_than) asks for it.
  - AWS allows a user two access keys, so Vault's user may have only one when this begins. For some seconds afterwards
    AWS may refuse the new key.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
requirements:
  - botocore, for O(older_than)
options:
  mount:
    description: Where the AWS engine is mounted.
    type: str
    default: aws
  force:
    description: Rotate, whatever the age of the key. Such a task changes something at each run.
    type: bool
    default: false
  older_than:
    description:
      - Rotate if AWS made the key so long ago or longer, such as V(90d).
      - Vault keeps no date of its key. So AWS is asked, in the name of O(aws_credentials).
    type: str
  aws_credentials:
    description:
      - Credentials with the permissions C(iam:GetAccessKeyLastUsed) and C(iam:ListAccessKeys) in the account of Vault's
        user, as P(leasehold.vault.vault_aws_creds#lookup) returns them. Required by O(older_than).
      - IAM does not accept those of the types C(federation_token) and C(session_token).
    type: dict
seealso:
  - module: leasehold.vault.vault_aws_config_root
"""

EXAMPLES = r"""
- name: Vault's own key is replaced every quarter
  leasehold.vault.vault_aws_rotate_root:
    older_than: 90d
    aws_credentials: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy') }}"

- name: Vault's own key is replaced now
  leasehold.vault.vault_aws_rotate_root:
    force: true
"""

RETURN = r"""
access_key:
  description: The access key that Vault works with, after the rotation if there was one.
  returned: always, except in check mode with O(force=true)
  type: str
  sample: AKIAIOSFODNN7EXAMPLE
age:
  description: Seconds since AWS made the key that Vault worked with.
  returned: when AWS was asked
  type: int
  sample: 7776000
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._rotation import rotation

MODULE = rotation("{mount:mount}/config/root", "vault_aws_config_root", MOUNT)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
