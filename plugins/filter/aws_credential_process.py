# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_credential_process
short_description: AWS credentials as the JSON of a credential_process
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Turns the result of P(leasehold.vault.vault_aws_creds#lookup) into the JSON text that AWS SDKs expect of a program
    named by C(credential_process) in a profile.
options:
  _input:
    description: The credentials.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: A file that a profile's credential_process prints
  ansible.builtin.copy:
    content: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy') | leasehold.vault.aws_credential_process }}"
    dest: "{{ work_dir }}/credentials.json"
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_value:
  description: The JSON text.
  type: str
"""

import json
import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils._filter import credentials_of

NAMES = {
    "access_key": "AccessKeyId",
    "secret_key": "SecretAccessKey",
    "session_token": "SessionToken",
    "expiration": "Expiration",
}


def aws_credential_process(value: t.Any) -> str:
    known = credentials_of(value, "aws_credential_process")
    return json.dumps({"Version": 1, **{name: known[field] for field, name in NAMES.items() if field in known}})


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"aws_credential_process": aws_credential_process}
