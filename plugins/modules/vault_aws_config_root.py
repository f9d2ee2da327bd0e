#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_config_root
short_description: The account that Vault's AWS engine works with
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes the root configuration of an AWS secrets engine where it differs from what Vault has. An option that is not
    given is left as it is.
  - Vault cannot remove this configuration; it goes with its mount.
  - Vault never tells the secret key, so O(update_secret) says when it is written.
  - After a rotation Vault has an access key that no playbook knows. So an O(access_key) that differs from Vault's is
    not written, only warned about, unless Vault has none or O(update_secret=always).
  - Servers up to Vault 1.18, and OpenBao, forget whatever a write leaves out. There a change needs O(access_key) and
    O(secret_key), and is refused where they are not those that Vault has.
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
  access_key:
    description:
      - Access key of the IAM user that Vault is to be.
      - Without one, Vault takes what its own server has, such as the role of its EC2 instance.
    type: str
  secret_key:
    description: The secret of O(access_key).
    type: str
  update_secret:
    description:
      - V(on_create) writes O(access_key) and O(secret_key) where Vault has no access key yet.
      - V(always) writes them at each run, whatever Vault has. After a rotation that gives Vault a key which AWS has
        deleted.
    type: str
    choices: [on_create, always]
    default: on_create
  region:
    description: AWS region of the API calls. Without one, that of the environment of the Vault server, or us-east-1.
    type: str
  iam_endpoint:
    description: URL of the IAM API, if it is not the usual one.
    type: str
  sts_endpoint:
    description: URL of the STS API, if it is not the usual one.
    type: str
  sts_region:
    description: Region of O(sts_endpoint). Needs Vault 1.19.
    type: str
  sts_fallback_endpoints:
    description:
      - What Vault tries, in this order, where O(sts_endpoint) cannot be reached. Needs Vault 1.19.
      - As many as O(sts_fallback_regions).
    type: list
    elements: str
  sts_fallback_regions:
    description: The regions of O(sts_fallback_endpoints), in the same order. Needs Vault 1.19.
    type: list
    elements: str
  max_retries:
    description: How often Vault tries an AWS request again. V(-1) is the AWS SDK's own choice.
    type: int
  username_template:
    description:
      - Template of the names of IAM users and sessions.
      - It cannot be emptied. Vault would put its own template there, and no later run could tell the two apart.
    type: str
  role_arn:
    description: The role to take on with an identity token of Vault. Needs Vault Enterprise 1.16.
    type: str
  identity_token_audience:
    description:
      - The audience of identity tokens, which replace an access key. Needs Vault Enterprise 1.16 and O(role_arn).
    type: str
  identity_token_ttl:
    description: How long an identity token is valid, such as V(1h). Needs Vault Enterprise 1.16.
    type: str
  rotation_period:
    description:
      - How often Vault rotates its access key by itself, such as V(30d). Needs Vault Enterprise 1.19.
      - Excludes O(rotation_schedule); V(0) makes room for that.
    type: str
  rotation_schedule:
    description: When Vault rotates its access key by itself, as cron writes it. Needs Vault Enterprise 1.19.
    type: str
  rotation_window:
    description: How long after a moment of O(rotation_schedule) a rotation may still begin, such as V(2h).
    type: str
  disable_automated_rotation:
    description: Whether Vault leaves out all rotations of its own. Needs Vault 1.19.
    type: bool
seealso:
  - module: leasehold.vault.vault_aws_config_root_info
  - module: leasehold.vault.vault_aws_rotate_root
"""

EXAMPLES = r"""
- name: Vault works with its own IAM user
  leasehold.vault.vault_aws_config_root:
    access_key: "{{ vault_iam_user.access_key }}"
    secret_key: "{{ vault_iam_user.secret_key }}"
    region: eu-central-1

- name: Vault tries more often, with whatever key it has by now
  leasehold.vault.vault_aws_config_root:
    max_retries: 10
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [region]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import ROOT
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = ROOT


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
