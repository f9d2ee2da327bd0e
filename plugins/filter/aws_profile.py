# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_profile
short_description: AWS credentials as a section of a credentials file
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Turns the result of P(leasehold.vault.vault_aws_creds#lookup) into the text of one profile, as
    C(~/.aws/credentials) holds it.
notes:
  - A file outlives the run if nobody removes it. Its keys do not, as they are revoked with the run, or end by
    themselves.
options:
  _input:
    description: The credentials.
    type: dict
    required: true
  name:
    description: Name of the profile.
    type: str
    default: default
"""

EXAMPLES = r"""
- name: A credentials file for a tool that reads nothing else
  ansible.builtin.copy:
    content: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy') | leasehold.vault.aws_profile('deploy') }}"
    dest: "{{ work_dir }}/credentials"
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_value:
  description: The ini text.
  type: str
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.leasehold.vault.plugins.plugin_utils._filter import credentials_of

NAMES = {
    "access_key": "aws_access_key_id",
    "secret_key": "aws_secret_access_key",
    "session_token": "aws_session_token",
    "region": "region",
}


def aws_profile(value: t.Any, name: str = "default") -> str:
    known = credentials_of(value, "aws_profile")
    if not name.isprintable() or not name.strip() or set(name) & set("[]"):
        raise AnsibleFilterError("aws_profile: the name of a profile is printable text without brackets")
    lines = [f"{key} = {known[field]}" for field, key in NAMES.items() if field in known]
    return "\n".join([f"[{name}]", *lines, ""])


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"aws_profile": aws_profile}
