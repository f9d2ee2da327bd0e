#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_ec2_login
short_description: A Vault token for an EC2 instance, in a file on it
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Logs in to Vault as the EC2 instance that the task runs on, and leaves the token in a file there, for an agent or an
    application of that instance. No secret of the controller goes there, and none comes back.
  - A token that is good is kept, one that ends soon is renewed, and only else there is a new login. The token is not
    revoked when the run ends.
  - The lookup P(leasehold.vault.vault_ec2_auth#lookup) does the same for the controller, as long as the run lasts.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._attributes.actiongroup_vault
attributes:
  check_mode:
    description: Can run in check mode and says what would have to be done, without a login.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  action:
    description:
      - Always runs on the host of the task, which has to reach Vault and its own metadata service. The address of Vault
        comes from the controller.
    support: full
options:
  namespace:
    description:
      - Namespace of Vault Enterprise or OpenBao in which the login is made.
    type: str
  client_cert:
    description:
      - PEM file of a client certificate on the host.
    type: path
  token_file:
    description:
      - File for the token, made so that only its owner can read it. Its folder has to be there.
    type: path
    required: true
  role:
    description:
      - Role to log in to; Vault takes the name of the image unless told otherwise. A token of another role is not kept.
    type: str
  mount_point:
    description:
      - Path at which the auth method is mounted.
    type: str
    default: aws
  min_ttl:
    description:
      - How much a token must have left to be kept as it is, in seconds or as a duration like V(1h).
    type: str
    default: 10m
  metadata_url:
    description:
      - Address of the metadata service, which is asked in version 2 only; V(http://169.254.169.254) unless told
        otherwise, here or on the host by the environment variable E(AWS_EC2_METADATA_SERVICE_ENDPOINT).
    type: str
  ec2_proof:
    description:
      - What the metadata service is asked for. V(pkcs7) needs a certificate of type C(pkcs7) in Vault's auth method,
        V(signature), the identity document and its RSA signature, one of type C(identity).
    type: str
    choices: [pkcs7, signature]
    default: pkcs7
  nonce_file:
    description:
      - File of the nonce that Vault demands at each later login. It is made before the first one, is bound to this
        instance and this Vault, and is never written again. A file that holds just a nonce is used as it is.
      - C(leasehold-vault/ec2-nonce) in E(XDG_STATE_HOME), or in C(~/.local/state), unless told otherwise. Where that is
        not there and C(~/.vault-token-meta-nonce) is, that one is used.
    type: path
requirements:
  - httpx on the host
seealso:
  - plugin: leasehold.vault.vault_ec2_auth
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Introduce the instance to Vault
  leasehold.vault.vault_ec2_login:
    role: web
    token_file: "{{ work_dir }}/vault-token"
"""

RETURN = r"""
action:
  description: What was done, or in check mode would have to be done; V(kept), V(renewed) or V(logged in).
  returned: always
  type: str
accessor:
  description: What operators use to look up or revoke the token without knowing it.
  returned: when it was not in check mode, or the token is kept
  type: str
ttl:
  description: Seconds it has left.
  returned: when it was not in check mode, or the token is kept
  type: int
policies:
  description: What it may do.
  returned: when it was not in check mode, or the token is kept
  type: list
  elements: str
metadata:
  description: What the auth method says of the login, without the nonce.
  returned: when it was not in check mode, or the token is kept
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.leasehold.vault.plugins.module_utils._client import HAS_HTTPX, HTTPX_IMPORT_ERROR, Client
from ansible_collections.leasehold.vault.plugins.module_utils._ec2_login import TokenFile
from ansible_collections.leasehold.vault.plugins.module_utils._errors import VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._options import CONNECTION, connection

OPTIONS = {
    "token_file": {"type": "path", "required": True, "no_log": False},
    "role": {"type": "str"},
    "mount_point": {"type": "str", "default": "aws"},
    "min_ttl": {"type": "str", "default": "10m"},
    "metadata_url": {"type": "str", "fallback": (env_fallback, ["AWS_EC2_METADATA_SERVICE_ENDPOINT"])},
    "ec2_proof": {"type": "str", "choices": ["pkcs7", "signature"], "default": "pkcs7"},
    "nonce_file": {"type": "path", "no_log": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec={**CONNECTION, **OPTIONS}, supports_check_mode=True)
    if not HAS_HTTPX:
        module.fail_json(msg=missing_required_lib("httpx"), exception=HTTPX_IMPORT_ERROR)
    try:
        client = Client(connection(module.params.get))
        result = TokenFile(client, module.params, module.warn).ensure(module.check_mode)
    except VaultError as problem:
        module.fail_json(msg=problem.message)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
