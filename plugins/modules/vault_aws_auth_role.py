#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_role
short_description: A role of Vault's AWS auth method
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Creates, changes or removes a role that IAM principals or EC2 instances log in to.
  - An option that is not given is left as it is; an empty one is cleared. Only what differs is written.
  - All kinds of binds that are given have to fit at a login, and of each kind one item. At least one bind is needed.
  - An option that O(auth_type) has no use for is refused.
  - A wildcard in O(bound_iam_principal_arn) and a server that is open to CVE-2025-11621 are warned about.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._token_fields
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  mount:
    description: Where the AWS auth method is mounted, below C(auth/).
    type: str
    default: aws
  name:
    description: Name of the role. Upper and lower case are alike to Vault.
    type: str
    required: true
  auth_type:
    description:
      - Who logs in, an IAM principal by a request that it has signed, or an EC2 instance by its identity document. A
        new role is V(iam) where this is not given.
      - Vault cannot change it; see O(recreate).
    type: str
    choices: [iam, ec2]
  bound_iam_principal_arn:
    description:
      - ARNs of IAM users and roles that may log in. A V(*) at the end stands for whatever follows. For V(iam).
      - For a role it is that of the role, without a session, as in V(arn:aws:iam::123456789012:role/path/name).
      - With O(resolve_aws_unique_ids) Vault asks AWS for the id of each when they are written, and binds the role to
        that. To bind it to somebody new of the same name, remove the role and have it made again.
    type: list
    elements: str
  inferred_entity_type:
    description:
      - Has Vault infer from the name of the session on which EC2 instance a principal is, so that the binds of
        instances can be used. Goes with O(inferred_aws_region). For V(iam).
    type: str
    choices: [ec2_instance, ""]
  inferred_aws_region:
    description: The region in which Vault looks for the inferred instance.
    type: str
  resolve_aws_unique_ids:
    description:
      - Whether principals are bound by AWS's own unique ids, so that nobody can log in who makes one of the same name
        after the original was deleted. Vault needs the permissions C(iam:GetUser) and C(iam:GetRole) for it.
      - It is so for a new role where this is not given. Vault cannot switch it off later; see O(recreate).
      - Without it, an IAM role with a path in its ARN never matches.
    type: bool
  bound_ami_id:
    description: Images of instances that may log in. For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_account_id:
    description: AWS accounts of instances that may log in. For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_region:
    description: Regions of instances that may log in. For V(ec2).
    type: list
    elements: str
  bound_vpc_id:
    description: Networks of instances that may log in. For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_subnet_id:
    description: Subnets of instances that may log in. For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_ec2_instance_id:
    description: Instances that may log in. For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_iam_role_arn:
    description:
      - ARNs of the IAM roles of instances that may log in. A V(*) at the end stands for whatever follows. Vault needs
        the permission C(iam:GetInstanceProfile). For V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  bound_iam_instance_profile_arn:
    description:
      - ARNs of the instance profiles of instances that may log in. A V(*) at the end stands for whatever follows. For
        V(ec2), or with O(inferred_entity_type).
    type: list
    elements: str
  role_tag:
    description:
      - Key of the tag that an instance has to have, whose value M(leasehold.vault.vault_aws_auth_role_tag) makes and
        which narrows what its token may do. For V(ec2).
    type: str
  allow_instance_migration:
    description:
      - Whether an instance that was stopped and started again can log in without its nonce. For V(ec2). Excludes
        O(disallow_reauthentication).
    type: bool
  disallow_reauthentication:
    description:
      - Whether an instance can log in just once, until M(leasehold.vault.vault_aws_auth_accesslist_entry) removes its
        entry. For V(ec2).
    type: bool
  recreate:
    description:
      - Whether to remove the role and make it anew where O(auth_type) differs, or where O(resolve_aws_unique_ids) is to
        be switched off. Otherwise that is an error.
      - The new role has what this task gives and Vault's defaults for the rest, another role_id, and no use for the
        role tags of the old one.
    type: bool
    default: false
  state:
    description: Whether the role is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_auth_role_info
  - module: leasehold.vault.vault_aws_auth_role_tag
  - module: leasehold.vault.vault_aws_auth_accesslist_entry
"""

EXAMPLES = r"""
- name: Whatever deploys logs in as the IAM role that it has anyway
  leasehold.vault.vault_aws_auth_role:
    name: deploy
    bound_iam_principal_arn: [arn:aws:iam::123456789012:role/deploy]
    token_policies: [deploy]
    token_ttl: 20m
    token_max_ttl: 1h

- name: Instances of one image and network, each narrowed by its tag
  leasehold.vault.vault_aws_auth_role:
    name: web
    auth_type: ec2
    bound_account_id: ["123456789012"]
    bound_ami_id: [ami-0abcdef1234567890]
    bound_vpc_id: [vpc-0abcdef1234567890]
    role_tag: vault-web
    token_policies: [web, web-metrics]

- name: Nobody logs in to the old role any more
  leasehold.vault.vault_aws_auth_role:
    name: jenkins
    state: absent
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [bound_ami_id]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_role import ROLE as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
