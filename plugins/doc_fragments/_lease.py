# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What a caller may ask of the run's leases, for lookups.
    DOCUMENTATION = r"""
options:
  min_ttl:
    description:
      - How long the answer must still be good for when it is handed out, in seconds or as a duration like V(30m).
        What has less left is renewed, or replaced when it cannot be.
      - Unless told otherwise, the smaller of 5 minutes and half of what Vault grants. More than Vault grants is an
        error.
    type: str
  fresh:
    description:
      - Whether to ask Vault anew instead of handing out what this run holds, for example because AWS no longer
        accepts a key. Later lookups get the new answer.
    type: bool
    default: false
  revoke:
    description:
      - Whether the lease ends with the run. V(false) is for work that goes on after it; the lookup then uses a login
        of its own, whose token is left alone and lives as long as Vault lets it.
    type: bool
    default: true
"""

    # The process that a run shares, for all lookups.
    KEEPER = r"""
options:
  keeper:
    description:
      - Whether to share logins and leases within the run through the keeper. Without it each lookup logs in and
        leases for itself, and nothing is renewed or revoked.
    type: bool
    default: true
    vars:
      - name: leasehold_vault_keeper
    env:
      - name: LEASEHOLD_VAULT_KEEPER
  log_path:
    description:
      - File to which this run's keeper appends each login, lease, renewal and revocation with its time, never a
        secret. It is made with mode 0600. The first lookup that sets it decides for the run.
    type: path
    vars:
      - name: leasehold_vault_log_path
    env:
      - name: LEASEHOLD_VAULT_LOG_PATH
    ini:
      - section: leasehold_vault
        key: log_path
requirements:
  - httpx (on the controller)
"""

    # The option to pick from a result.
    QUERY = r"""
options:
  query:
    description:
      - JMESPath expression to apply to each result. Needs the Python library jmespath.
    type: str
"""
