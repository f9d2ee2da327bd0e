# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Leases, one by its lease_id or all that begin with a path."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, path_of

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]


def look_up(vault: Vault, lease_id: str) -> Current:
    """Times of a lease that Vault still has."""
    try:
        answer = vault.request("POST", "sys/leases/lookup", {"lease_id": lease_id})
    except ApiError as problem:
        if "invalid lease" not in problem.errors:
            raise
        return None
    return answer and dict(answer["data"])


def names(vault: Vault, prefix: str) -> list[str]:
    """What lies directly under a path: the ends of lease_ids, and folders of more, which end with a slash."""
    answer = vault.request("LIST", path_of("sys/leases/lookup/{prefix:mount}", {"prefix": prefix}))
    return sorted(answer["data"]["keys"]) if answer else []


def under(vault: Vault, prefix: str, recursive: bool) -> tuple[list[str], list[str]]:
    """The lease_ids under a path, and the folders that were not looked into."""
    folder = prefix.strip("/") + "/"
    found = [folder + name for name in names(vault, folder)]
    lease_ids = [name for name in found if not name.endswith("/")]
    folders = [name for name in found if name.endswith("/")]
    if not recursive:
        return lease_ids, folders
    deeper = [lease_id for name in folders for lease_id in under(vault, name, recursive)[0]]
    return lease_ids + deeper, []


__all__ = ("look_up", "names", "under")
