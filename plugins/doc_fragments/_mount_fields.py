# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What secrets engines and auth methods have in common, as mounts.
    DOCUMENTATION = r"""
options:
  description:
    description: What people are to know of it.
    type: str
  default_lease_ttl:
    description:
      - How long its leases and tokens live unless they say otherwise, as a duration such as V(3600), V(90m) or V(30d).
        V(0) is what holds for all of Vault.
    type: str
  max_lease_ttl:
    description: How long they can live at most. V(0) is what holds for all of Vault.
    type: str
  options:
    description:
      - What the type takes as options, all of them; what is not listed is taken away.
    type: dict
  listing_visibility:
    description: Whether the mount is shown to people who have not logged in.
    type: str
    choices: [hidden, unauth]
  audit_non_hmac_request_keys:
    description: Keys of requests whose values the audit log shows as they are.
    type: list
    elements: str
  audit_non_hmac_response_keys:
    description: Keys of answers whose values the audit log shows as they are.
    type: list
    elements: str
  passthrough_request_headers:
    description: Headers of requests that are handed on to the plugin. Upper and lower case are no difference.
    type: list
    elements: str
  allowed_response_headers:
    description: Headers that the plugin may set in answers. Upper and lower case are no difference.
    type: list
    elements: str
  plugin_version:
    description: Version of the plugin to run, as the catalog has it; empty for the one that Vault takes by itself.
    type: str
  identity_token_key:
    description: Key that signs the identity tokens of the plugin. Vault 1.16 or newer.
    type: str
  local:
    description: Whether it is left out of replication. Fixed when it is enabled.
    type: bool
  seal_wrap:
    description: Whether its storage is encrypted by the seal, too. Fixed when it is enabled.
    type: bool
  external_entropy_access:
    description: Whether it may use the external source of entropy. Fixed when it is enabled.
    type: bool
  destroy_data:
    description:
      - Consent to O(state=absent). Vault revokes all leases and tokens that were made there and destroys all that is
        stored there, and nothing brings it back.
    type: bool
    default: false
  state:
    description: Whether it is enabled. V(absent) needs O(destroy_data=true) where it is.
    type: str
    choices: [present, absent]
    default: present
"""
