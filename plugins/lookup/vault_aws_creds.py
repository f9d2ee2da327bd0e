# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vault_aws_creds
short_description: AWS credentials from Vault that last as long as the playbook
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Returns AWS credentials that Vault's AWS secrets engine makes for a role.
  - Whatever the number of hosts, forks, tasks and references, one run logs in once and makes one set of credentials
    for each distinct request. The values always belong together, are renewed or replaced in time, and are revoked
    when the run ends, however it ends.
  - The result goes straight into C(module_defaults) of the group C(amazon.aws.aws), and through the filter
    P(leasehold.vault.aws_env#filter) into C(environment).
options:
  _terms:
    description: Names of roles of the AWS secrets engine.
    type: list
    elements: str
    required: true
  mount:
    description: Path at which the AWS secrets engine is mounted.
    type: str
    default: aws
    vars:
      - name: leasehold_vault_aws_mount
    env:
      - name: LEASEHOLD_VAULT_AWS_MOUNT
    ini:
      - section: leasehold_vault
        key: aws_mount
  endpoint:
    description:
      - Which of the engine's two endpoints to ask. They answer alike; a policy may allow just one of them.
    type: str
    choices: [creds, sts]
    default: creds
  static:
    description: Whether the terms are static roles, whose key Vault rotates on a schedule.
    type: bool
    default: false
  role_arn:
    description: Which IAM role to assume, where the Vault role allows several.
    type: str
  role_session_name:
    description: Name of the assumed role's session, as CloudTrail shows it.
    type: str
  ttl:
    description:
      - How long STS credentials are to last, such as V(3600) or V(1h). The role's own default unless told otherwise.
    type: str
  mfa_code:
    description: Code of the MFA device, for a role of type C(session_token) that has one.
    type: str
  region:
    description: Put into the result as RV(_raw[].region), and used to find the STS that O(wait) asks.
    type: str
    vars:
      - name: leasehold_vault_region
    env:
      - name: LEASEHOLD_VAULT_REGION
    ini:
      - section: leasehold_vault
        key: region
  wait:
    description:
      - Whether to hand out the credentials only when AWS has accepted them several times in a row. It is asked who
        they belong to, which needs no permission, for 60 seconds at most, once for the whole run.
      - Unless told otherwise, this is done for the keys of new IAM users, which AWS does not know everywhere at once.
    type: bool
  sts_endpoint:
    description: Address of the STS that O(wait) asks, where it is not the public one.
    type: str
    vars:
      - name: leasehold_vault_sts_endpoint
    env:
      - name: LEASEHOLD_VAULT_STS_ENDPOINT
    ini:
      - section: leasehold_vault
        key: sts_endpoint
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._connection.plugin
  - leasehold.vault._auth
  - leasehold.vault._auth.plugin
  - leasehold.vault._lease
  - leasehold.vault._lease.keeper
  - leasehold.vault._lease.query
notes:
  - A lookup that is evaluated in check mode leases as well. The lease ends with the run in any case.
  - STS credentials (assumed roles, federation and session tokens) cannot be taken back from AWS; they end at
    RV(_raw[].expiration). The keys of IAM users are deleted when the run ends.
seealso:
  - plugin: leasehold.vault.aws_env
    plugin_type: filter
  - plugin: leasehold.vault.lease_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Everything in this play talks to AWS with one lease
  hosts: all
  gather_facts: false
  vars:
    aws: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy') }}"
  environment: "{{ aws | leasehold.vault.aws_env }}"
  tasks:
    - name: Who am I
      ansible.builtin.command: aws sts get-caller-identity
      changed_when: false

- name: The same for the modules of amazon.aws
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/amazon.aws.aws: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy', query=keys) }}"
  vars:
    keys: "{access_key: access_key, secret_key: secret_key, session_token: session_token}"
  tasks:
    - name: Who am I
      amazon.aws.aws_caller_info:

- name: One of several roles, for a quarter of an hour
  hosts: localhost
  gather_facts: false
  vars:
    role: arn:aws:iam::123456789012:role/deploy
  tasks:
    - name: Who that is
      ansible.builtin.debug:
        msg: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy', role_arn=role, ttl='15m').arn }}"
"""

RETURN = r"""
_raw:
  description: One dictionary per term. What does not apply is left out.
  type: list
  elements: dict
  contains:
    access_key:
      description: The access key id.
      type: str
      returned: always
      sample: AKIAIOSFODNN7EXAMPLE
    secret_key:
      description: The secret access key.
      type: str
      returned: always
    session_token:
      description: The session token that belongs to the key.
      type: str
      returned: for STS credentials
    region:
      description: The option O(region).
      type: str
      returned: when given
    expiration:
      description: When the credentials end unless they are renewed, in UTC.
      type: str
      returned: when they end
      sample: "2026-11-21T12:00:00Z"
    lease_id:
      description: Vault's lease.
      type: str
      returned: unless static
    arn:
      description: Who these credentials are.
      type: str
      returned: for assumed roles
"""

from ansible_collections.leasehold.vault.plugins.plugin_utils._lookup import VaultLookup


class LookupModule(VaultLookup):
    pass
