# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two collections that are compared, as a playbook's author would use them, and the plays that they run in."""

from __future__ import annotations

import typing as t

OURS, THEIRS, CONSTANTS = "leasehold.vault", "community.hashi_vault", "constants"
SIDES = (CONSTANTS, OURS, THEIRS)
# The least that a lookup can cost: one that comes with Ansible and has nothing to do.
FLOOR = "ansible.builtin.vars"
CONSTANT = {"access_key": "ASIA" + "0" * 16, "secret_key": "s" * 40, "session_token": "t" * 356}

FIELDS = ("access_key", "secret_key", "session_token")

Json = dict[str, t.Any]


def credentials(side: str, role: str, mount: str = "aws") -> str | Json:
    """What stands in ``vars:`` for the credentials of a role, which is an expression: ``'deploy'`` or a variable."""
    if side == OURS:
        return f"{{{{ lookup('leasehold.vault.vault_aws_creds', {role}, mount='{mount}') }}}}"
    if side == THEIRS:
        return f"{{{{ lookup('community.hashi_vault.vault_read', '{mount}/creds/' ~ {role}).data }}}}"
    return "{{ lookup('ansible.builtin.vars', 'constant') }}" if side == FLOOR else CONSTANT


def play(aws: str | Json, *tasks: Json) -> Json:
    """A play on all hosts, with the credentials as the variable ``aws``."""
    return {"hosts": "all", "gather_facts": False, "vars": {"aws": aws, "constant": CONSTANT}, "tasks": list(tasks)}


def references(count: int = 3) -> Json:
    """A task with so many references, each in an argument of its own, which Ansible templates for itself."""
    return {"ansible.builtin.set_fact": {f"ref{n:02}": f"{{{{ aws.{FIELDS[n % 3]} }}}}" for n in range(count)}}


def module_with_environment() -> Json:
    """A task that runs a module with the credentials in its environment."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    environ = {name: f"{{{{ aws.{field} }}}}" for name, field in zip(names, FIELDS, strict=True)}
    return {"ansible.builtin.ping": {}, "environment": environ}
