#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_token
short_description: A token of Vault
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Makes a token, renews it or revokes it, by its accessor.
  - With O(state=present) each call makes another token, unless O(accessor) names one that is alive. Only an answer that
    provably never reached Vault is asked for again, so that nothing is made twice.
  - A token for the run itself is what P(leasehold.vault.vault_login#lookup) hands out. This module is for what goes on
    after the run.
extends_documentation_fragment:
  - leasehold.vault._connection
  - leasehold.vault._auth
  - leasehold.vault._attributes.no_diff
  - leasehold.vault._attributes
  - leasehold.vault._attributes.actiongroup_vault
options:
  state:
    description:
      - Whether there is such a token. V(renewed) extends its life, V(absent) revokes it and all that was leased and
        made with it.
    type: str
    choices: [present, renewed, absent]
    default: present
  accessor:
    description: What Vault names the token by. Batch tokens have none.
    type: str
  orphan:
    description:
      - Whether the token lives on when the login that makes it has ended. This collection ends the logins of a run
        together with the run, and Vault ends all tokens that are no orphans with them.
      - With O(role_name) the token role decides. There is a warning if it makes no orphans and this is V(true).
    type: bool
    default: true
  role_name:
    description: Make the token by this token role, within what it allows.
    type: str
  policies:
    description: Policies of the token. Without any it gets those of the login, or what the token role says.
    type: list
    elements: str
  no_default_policy:
    description: Whether the token goes without the policy C(default).
    type: bool
  meta:
    description: What marks the token, in Vault's audit log, too.
    type: dict
  display_name:
    description: What Vault shows of the token, with C(token-) before it.
    type: str
  type:
    description: Kind of the token. What else a batch token can't have, see the documentation of Vault.
    type: str
    choices: [service, batch]
  ttl:
    description: How long it lives, as a duration such as V(3600), V(90m) or V(30d).
    type: str
  explicit_max_ttl:
    description: The longest life that renewals can give to it, as a duration.
    type: str
  period:
    description: Makes it periodic. It has no longest life, as long as it is renewed within this duration.
    type: str
  renewable:
    description: Whether it can be renewed.
    type: bool
  num_uses:
    description: How many requests can be made with it; V(0) sets no limit.
    type: int
  entity_alias:
    description: Alias of the identity that the token belongs to. Needs O(role_name).
    type: str
  wrap_ttl:
    description: Return a token that unwraps the made one, once and within this duration, and not the made one.
    type: str
  increment:
    description: How long the token is to live from now on if it is renewed, as a duration. Vault may grant less.
    type: str
  renew_before:
    description: Renew only if less than this duration is left. Without it each call renews.
    type: str
notes:
  - RV(token) and RV(wrap_info) are secrets. Ansible does not show a result that has one of them. Set C(no_log)
    nevertheless, on this task and on those that use the result, and never make a cacheable fact of it.
  - With C(async) the module refuses to run, because Ansible would keep the result in a file.
seealso:
  - module: leasehold.vault.vault_token_info
  - plugin: leasehold.vault.vault_login
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: A token for the monitoring, which renews it each day
  leasehold.vault.vault_token:
    policies: [monitoring]
    display_name: monitoring
    period: 48h
    wrap_ttl: 10m
  register: made
  no_log: true

- name: Keep it alive from here
  leasehold.vault.vault_token:
    accessor: "{{ made.wrap_info.wrapped_accessor }}"
    state: renewed
    renew_before: 24h

- name: It leaked
  leasehold.vault.vault_token:
    accessor: "{{ made.wrap_info.wrapped_accessor }}"
    state: absent
"""

RETURN = r"""
token:
  description: The token. Set C(no_log).
  returned: when one was made and O(wrap_ttl) is not given
  type: str
wrap_info:
  description: What unwraps the token. Set C(no_log).
  returned: when one was made and O(wrap_ttl) is given
  type: dict
  contains:
    token:
      description: The token to unwrap with.
      type: str
      returned: always
    accessor:
      description: The accessor of that token.
      type: str
      returned: always
    ttl:
      description: Seconds that it lives.
      type: int
      returned: always
    creation_time:
      description: When it was made.
      type: str
      returned: always
    creation_path:
      description: The path that made it, to be verified before unwrapping.
      type: str
      returned: always
    wrapped_accessor:
      description: The accessor of the token inside.
      type: str
      returned: always
accessor:
  description: What Vault names the token by; empty for a batch token.
  returned: if a token was made and not wrapped, was renewed, or was there
  type: str
ttl:
  description: Seconds that it has left; V(0) if it does not end.
  returned: if a token was made and not wrapped, was renewed, or was there
  type: int
policies:
  description: What it may do.
  returned: if a token was made and not wrapped, was renewed, or was there
  type: list
  elements: str
renewable:
  description: Whether it can be renewed.
  returned: if a token was made and not wrapped, was renewed, or was there
  type: bool
orphan:
  description: Whether it lives on when the login that made it has ended.
  returned: if a token was made and not wrapped, was renewed, or was there
  type: bool
"""

from ansible_collections.leasehold.vault.plugins.module_utils import _tokens
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._module import run

MODULE = Act(
    options={
        "state": {"type": "str", "choices": list(_tokens.ACTS), "default": "present"},
        "accessor": {"type": "str"},
        "orphan": {"type": "bool", "default": True},
        "role_name": {"type": "str"},
        **_tokens.FIELDS,
        "wrap_ttl": {"type": "str"},
        "increment": {"type": "str"},
        "renew_before": {"type": "str"},
    },
    act=_tokens.act,
    rules={
        "required_by": {"entity_alias": ["role_name"]},
        "required_if": [("state", "renewed", ("accessor",)), ("state", "absent", ("accessor",))],
    },
    secrets=("token", "wrap_info"),
)


def main() -> None:
    run(MODULE)


if __name__ == "__main__":
    main()
