#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_role
short_description: A role of Vault's AWS engine
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes a role of an AWS secrets engine where it differs in meaning from what Vault has. Neither the order of a list
    nor the layout of a policy document is a difference.
  - An option that is not given is left as it is; an empty one is cleared. Where O(credential_type) changes, whatever
    the new type has no use for is cleared with it, because Vault refuses it otherwise.
  - An option that O(credential_type) has no use for is refused, even where Vault would take it and ignore it.
  - Vault does not ask AWS whether what a role names exists. That shows when credentials are asked for.
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
  name:
    description: Name of the role in Vault.
    type: str
    required: true
  credential_type:
    description:
      - What credentials of this role are. Required with O(state=present).
      - V(session_token) needs Vault 1.16.
    type: str
    choices: [iam_user, assumed_role, federation_token, session_token]
  role_arns:
    description: The IAM roles that may be taken on. For V(assumed_role).
    type: list
    elements: str
  policy_arns:
    description:
      - Policies that are attached to the user, or that limit the session. For all but V(session_token).
    type: list
    elements: str
  policy_document:
    description:
      - A policy, as data or as JSON text, that the user gets, or that limits the session. For all but
        V(session_token).
    type: json
  iam_groups:
    description:
      - The groups that the user joins, or whose policies limit the session. For all but V(session_token).
    type: list
    elements: str
  iam_tags:
    description: Tags of the user. For V(iam_user).
    type: dict
  session_tags:
    description: Tags of the session. For V(assumed_role). Needs Vault 1.17.
    type: dict
  external_id:
    description: The external id that the IAM role asks for. For V(assumed_role). Needs Vault 1.17.
    type: str
  default_sts_ttl:
    description:
      - How long credentials are valid if nobody asks for another time, such as V(15m) or V(900). For all but
        V(iam_user).
    type: str
  max_sts_ttl:
    description: How long credentials may be valid at most. For all but V(iam_user).
    type: str
  user_path:
    description: The path that users are created in, V(/) if there is none. For V(iam_user).
    type: str
  permissions_boundary_arn:
    description: The policy that is the permissions boundary of the user. For V(iam_user).
    type: str
  mfa_serial_number:
    description: The MFA device of Vault's own user. For V(session_token). Needs Vault 1.16.
    type: str
  state:
    description: Whether the role is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_role_info
  - plugin: leasehold.vault.vault_aws_creds
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Whoever deploys takes on an IAM role for a quarter of an hour
  leasehold.vault.vault_aws_role:
    name: deploy
    credential_type: assumed_role
    role_arns: ["arn:aws:iam::123456789012:role/deploy"]
    default_sts_ttl: 15m
    max_sts_ttl: 1h

- name: The backup gets an IAM user of its own
  leasehold.vault.vault_aws_role:
    name: backup
    credential_type: iam_user
    policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: s3:PutObject
          Resource: arn:aws:s3:::backup/*
    iam_tags:
      made_by: vault

- name: Nobody needs the old role any more
  leasehold.vault.vault_aws_role:
    name: jenkins
    state: absent
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [policy_document]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_roles import ROLE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = ROLE


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
