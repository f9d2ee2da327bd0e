#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_aws_auth_client
short_description: As whom Vault's AWS auth method asks AWS, and whose logins it takes
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Writes the client configuration of an AWS auth method where it differs from what Vault has, or removes it. An option
    that is not given is left as it is; an empty one is cleared.
  - Vault never tells the secret key, so O(update_secret) says when it is written.
  - After a rotation Vault has an access key that no playbook knows. So an O(access_key) that differs from Vault's is
    not written, only warned about, unless Vault has none or O(update_secret=always).
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
  endpoint:
    description: URL of the EC2 API, if it is not the usual one.
    type: str
  iam_endpoint:
    description: URL of the IAM API, if it is not the usual one.
    type: str
  sts_endpoint:
    description:
      - URL of the STS API, if it is not the usual one. It is also where Vault sends the signed request of a login, so
        clients have to sign for that host and its region.
    type: str
  sts_region:
    description: Region of O(sts_endpoint), for what Vault itself asks of STS.
    type: str
  use_sts_region_from_client:
    description:
      - Whether Vault sends the signed request of a login to the region that it was signed for, whatever O(sts_endpoint)
        says. Needs Vault 1.15.
    type: bool
  iam_server_id_header_value:
    description:
      - What a login has to have signed as the header C(X-Vault-AWS-IAM-Server-ID), such as the host name of this Vault.
      - Without it, who gets hold of a signed request for another Vault can log in to this one, for 15 minutes.
    type: str
  allowed_sts_header_values:
    description: More names of headers, beginning with C(X-Amz-), that the signed request of a login may have.
    type: list
    elements: str
  max_retries:
    description: How often Vault tries an AWS request again. V(-1) is the AWS SDK's own choice.
    type: int
  role_arn:
    description: The role to take on with an identity token of Vault. Needs Vault Enterprise 1.17.
    type: str
  identity_token_audience:
    description:
      - The audience of identity tokens, which replace an access key. Needs Vault Enterprise 1.17 and O(role_arn).
    type: str
  identity_token_ttl:
    description: How long an identity token is valid, such as V(1h). Needs Vault Enterprise 1.17.
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
  state:
    description: Whether the configuration is there.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: leasehold.vault.vault_aws_auth_client_info
  - module: leasehold.vault.vault_aws_auth_rotate_root
  - module: leasehold.vault.vault_aws_auth_sts_role
"""

EXAMPLES = r"""
- name: Logins are for this Vault only
  leasehold.vault.vault_aws_auth_client:
    iam_server_id_header_value: vault.example.com

- name: Vault looks up principals and instances as its own IAM user, and logins may be signed for any region
  leasehold.vault.vault_aws_auth_client:
    access_key: "{{ vault_iam_user.access_key }}"
    secret_key: "{{ vault_iam_user.secret_key }}"
    use_sts_region_from_client: true
"""

RETURN = r"""
changes:
  description: The options whose value differed from what Vault had.
  returned: always
  type: list
  elements: str
  sample: [sts_region]
"""

from ansible_collections.leasehold.vault.plugins.module_utils._aws_auth_config import CLIENT as MODULE
from ansible_collections.leasehold.vault.plugins.module_utils._module import run


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
