# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays that last longer than what Vault grants: each task has a living key, and Vault is asked no more than needed.

A grant of 20 s is renewed after 13 s, and again until it has lived 40 s at the most; it is replaced when a task asks
and less than 10 s are left. So one grant serves for 30 s, and a play of 60 s needs two or three of them.
"""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import LOOKUP, SAY_KEY, UPLOADER, Controller, Task, play
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene

EVERY = 5.0
TASKS = 12
SHORT = "{{ " + LOOKUP.format("'short', mount='aws-short', wait=false") + " }}"


def tasks(controller: Controller) -> list[Task]:
    """Every five seconds one that tells its key and lease, and how much is left of it."""
    told = {"key": "{{ aws.access_key }}", "lease": "{{ aws.lease_id }}"}
    
    return [SAY_KEY]
