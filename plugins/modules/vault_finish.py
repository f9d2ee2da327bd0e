#!/usr/bin/python
# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_finish
short_description: End the leases of this run now
version_added: 1.0.0
author:
  - leasehold.vault contributors (@leasehold)
description:
  - Revokes every token and lease that this run has obtained so far, waits until that is done, and tells what they
    were.
  - Without it the same happens by itself when the run ends. It is for plays that go on for long without AWS, and for
    places where everything is stopped together with Ansible's main process, such as a container of AWX. The callback
    P(leasehold.vault.lease_report#callback) does the same at the end of every playbook.
  - A lookup that comes later logs in and leases anew.
extends_documentation_fragment:
  - leasehold.vault._attributes.actiongroup_vault
attributes:
  check_mode:
    description: Can run in check mode and tells what it would end.
    support: full
  diff_mode:
    description: Returns what changed as a diff.
    support: none
  action:
    description: Runs on the controller, in the process of the run whose leases it ends.
    support: full
"""

EXAMPLES = r"""
- name: Done with AWS
  leasehold.vault.vault_finish:
  run_once: true
"""

RETURN = r"""
leases:
  description: What this run had leased, without any secret.
  returned: always
  type: list
  elements: dict
  contains:
    path:
      description: Where it was made.
      type: str
      sample: aws/creds/deploy
    lease_id:
      description: Vault's name of the lease.
      type: str
    made_at:
      description: When it was made, in seconds since 1970.
      type: float
    renewed:
      description: How often it was renewed.
      type: int
    handed_out:
      description: How often it was handed out.
      type: int
    state:
      description:
        - What has become of it. V(revoked) means together with its token. Where that is not revoked, as one that was
          given is not, V(queued) means that Vault has accepted the revocation of the lease and sees to it.
      type: str
      sample: revoked
    expires_at:
      description: When it ends by itself, in seconds since 1970.
      type: float
    sts:
      description: Whether these are STS credentials, which AWS accepts until they expire whatever becomes of the lease.
      type: bool
"""
