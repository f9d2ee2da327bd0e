#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_identity
short_description: How Vault's AWS auth method names and describes who logs in
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes the identity configuration of an AWS auth method where it differs from what Vault has. An option that is not
    given is left as it is.
  - Vault always has this configuration, so there is nothing to remove.
  - With another alias, who logs in next becomes another entity to Vault, without the groups and policies of the old
    one.
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
  iam_alias:
    description:
      - What the alias of an IAM principal is.
      - V(role_id) is that of the role in Vault, so all principals of a role are one entity. V(unique_id) is AWS's own
        id of the principal, V(full_arn) its ARN with the name of the session, and V(canonical_arn) that without it, for
        which it needs Vault 1.16.
    type: str
    choices: [role_id, unique_id, canonical_arn, full_arn]
  iam_metadata:
    description:
      - What is kept of a login as an IAM principal, in any order; of V(account_id), V(auth_type), V(canonical_arn),
        V(client_arn), V(client_user_id), V(inferred_aws_region), V(inferred_entity_id), V(inferred_entity_type)
        and V(inferred_hostname).
      - V(default) alone means V(account_id) and V(auth_type). An empty list keeps nothing.
      - It goes into Vault's audit log and can be used in templated policies.
    type: list
    elements: str
  ec2_alias:
    description:
      - What the alias of an EC2 instance is. V(role_id) is that of the role in Vault, so all instances of a role are
        one entity.
    type: str
    choices: [role_id, instance_id, image_id]
  ec2_metadata:
    description:
      - What is kept of a login as an EC2 instance, in any order; of V(account_id), V(ami_id), V(auth_type),
        V(instance_id) and V(region).
      - V(default) alone means V(account_id) and V(auth_type). An empty list keeps nothing.
    type: list
    elements: str
seealso:
  - module: leasehold.vault.vault_aws_auth_identity_info
"""

EXAMPLES = r"""
- name: Each IAM role is an entity of its own, and the audit log says who has taken it on
  leasehold.vault.vault_aws_auth_identity:
    iam_alias: unique_id
    iam_metadata: [account_id, auth_type, client_arn]
    ec2_alias: instance_id
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [iam_alias]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import IDENTITY as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
