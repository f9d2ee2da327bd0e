#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_lease
short_description: A lease of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Renews a lease, or revokes one or all under a path. Revoking what is gone is no change.
  - What this run has leased ends with the run and needs no such task; M(leasehold.vault.vault_finish) ends it earlier.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  state:
    description: Whether the lease lives longer, or ends.
    type: str
    required: true
    choices: [renewed, absent]
  lease_id:
    description: The lease.
    type: str
  prefix:
    description:
      - With O(state=absent) all leases under this path, such as V(aws/creds/deploy) for those of a role or V(aws) for
        those of an engine. Whole names only; V(aws/creds/dep) is another role.
      - Vault wants the capability C(sudo) for it.
    type: str
  increment:
    description:
      - How long the lease is to live from now on, as a duration such as V(3600) or V(90m). Vault may grant less.
    type: str
  renew_before:
    description: Renew only if less than this duration is left. Without it each call renews.
    type: str
  sync:
    description:
      - Whether to wait until what was leased is revoked, and to fail where that fails. Otherwise Vault revokes it some
        time later, and until then another call is another change.
    type: bool
    default: true
  force:
    description:
      - Whether to forget the leases under O(prefix) even if what was leased can't be revoked, for example because an
        AWS account is gone. Vault then waits for it whatever O(sync) says.
      - Needs O(accept_leftovers).
    type: bool
  accept_leftovers:
    description:
      - Confirms O(force). What can't be revoked stays valid, Vault no longer knows of it, and somebody has to remove it
        by hand.
    type: bool
seealso:
  - module: leasehold.vault.vault_lease_info
  - module: leasehold.vault.vault_finish
"""

EXAMPLES = r"""
- name: Another hour for these credentials, if less than half of one is left
  leasehold.vault.vault_lease:
    lease_id: "{{ leased.lease_id }}"
    state: renewed
    increment: 1h
    renew_before: 30m
  vars:
    leased: "{{ lookup('leasehold.vault.vault_aws_creds', 'uploader', wait=false) }}"

- name: Whatever was leased of this role leaked
  leasehold.vault.vault_lease:
    prefix: aws/creds/deploy
    state: absent

- name: The AWS account was closed
  leasehold.vault.vault_lease:
    prefix: aws-old
    state: absent
    force: true
    accept_leftovers: true
"""

RETURN = r"""
ttl:
  description: Seconds that the lease has left.
  returned: with O(state=renewed), but not where check mode would renew it
  type: int
"""

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _sys_leases
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._module import run
from ansible_collections.leasehold.vault.plugins.module_utils._renewal import is_due
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of, write


def act(vault: Vault, params: t.Any, check: bool) -> t.Any:
    if params["force"] and not params["accept_leftovers"]:
        remedy = "Set accept_leftovers: true if what can't be revoked may stay valid, or leave out force."
        raise ConfigError("force is given without its confirmation", remedy=remedy)
    if params["prefix"]:
        return revoke_all(vault, params, check)
    current = _sys_leases.look_up(vault, params["lease_id"])
    if params["state"] == "renewed":
        return renew(vault, params, current, check)
    if current and not check:
        vault.request("POST", "sys/leases/revoke", {"lease_id": params["lease_id"], "sync": params["sync"]})
    return {"changed": bool(current)}


def renew(vault: Vault, params: t.Any, current: t.Any, check: bool) -> t.Any:
    if not is_due("lease", current, params):
        return {"changed": False, "ttl": current["ttl"]}
    if check:
        return {"changed": True}
    body = {name: params[name] for name in ("lease_id", "increment") if params[name] is not None}
    answer = write(vault, "sys/leases/renew", body) or {}
    return {"changed": True, "ttl": answer["lease_duration"]}


def revoke_all(vault: Vault, params: t.Any, check: bool) -> t.Any:
    some = bool(_sys_leases.names(vault, params["prefix"]))
    if some and not check:
        how = "sys/leases/revoke-force" if params["force"] else "sys/leases/revoke-prefix"
        vault.request("POST", path_of(how + "/{prefix:mount}", params), {"sync": params["sync"]})
    return {"changed": some}


MODULE = Act(
    options={
        "state": {"type": "str", "choices": ["renewed", "absent"], "required": True},
        "lease_id": {"type": "str"},
        "prefix": {"type": "str"},
        "increment": {"type": "str"},
        "renew_before": {"type": "str"},
        "sync": {"type": "bool", "default": True},
        "force": {"type": "bool"},
        "accept_leftovers": {"type": "bool"},
    },
    act=act,
    rules={
        "mutually_exclusive": [("lease_id", "prefix")],
        "required_one_of": [("lease_id", "prefix")],
        "required_if": [("state", "renewed", ("lease_id",))],
        "required_by": {"force": ["prefix"]},
    },
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
