# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_env
short_description: AWS credentials as environment variables
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Turns the result of P(leasehold.vault.vault_aws_creds#lookup) into a dictionary for C(environment), with all names
    that AWS SDKs and tools read.
  - Where there is no session token its variables are set to empty, so that one of another origin can't be mixed with
    these keys.
notes:
  - Ansible puts C(environment) into the command line with which it starts a module, even under C(no_log). The values
    are then in the list of processes of that host while the module runs, and in the output of a run with C(-vvv).
options:
  _input:
    description: The credentials.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: A tool that reads the environment
  ansible.builtin.command: aws s3 ls
  changed_when: false
  environment: "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy') | leasehold.vault.aws_env }}"
"""

RETURN = r"""
_value:
  description: The variables.
  type: dict
  sample:
    AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE
    AWS_REGION: eu-central-1
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils._filter import credentials_of

NAMES = {
    "access_key": ("AWS_ACCESS_KEY_ID",),
    "secret_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "expiration": ("AWS_CREDENTIAL_EXPIRATION",),
}


def aws_env(value: t.Any) -> dict[str, str]:
    known = {"session_token": "", **credentials_of(value, "aws_env")}
    return {name: str(known[field]) for field, names in NAMES.items() if field in known for name in names}


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"aws_env": aws_env}
