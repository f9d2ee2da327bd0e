# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What tokens the logins of a role get, alike for all auth methods.
    DOCUMENTATION = r"""
options:
  token_ttl:
    description:
      - How long a token lives, and by how much a renewal extends it, as a duration such as V(3600), V(90s) or V(1h).
        V(0) means what the mount or the system says.
    type: str
  token_max_ttl:
    description: The longest life that renewals can give to a token, as a duration.
    type: str
  token_explicit_max_ttl:
    description: The longest life of a token whatever else is said, that of periodic tokens included, as a duration.
    type: str
  token_period:
    description:
      - Makes tokens periodic. They have no longest life, as long as each is renewed within this duration.
    type: str
  token_policies:
    description: Policies of a token, in any order.
    type: list
    elements: str
  token_no_default_policy:
    description: Whether a token goes without the policy C(default).
    type: bool
  token_bound_cidrs:
    description: Networks and addresses from which a token can be used.
    type: list
    elements: str
  token_num_uses:
    description: How many requests can be made with a token; V(0) sets no limit.
    type: int
  token_type:
    description:
      - Kind of a token. V(default-service) and V(default-batch) are kept as V(service) and V(batch), and V(default) is
        what the mount says.
    type: str
    choices: [default, service, batch, default-service, default-batch]
  alias_metadata:
    description: Metadata of the identity's alias at this mount, from Vault 1.21 on. An older server is an error.
    type: dict
"""
