# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""When something has so little time left that it is to be renewed, or replaced."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import normal_form

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]


def lasts(left: float | None, renew_before: str | None) -> bool:
    """Whether more than ``renew_before`` is left; None is for what has no end."""
    needed = normal_form("renew_before", renew_before, _normal.duration)
    return left is None or bool(left > needed)


def is_due(what: str, current: Current, params: Options) -> bool:
    """Whether to renew a token or a lease, which Vault describes alike; an error where that cannot be."""
    if current is None:
        raise ApiError(f"There is no such {what}, or no longer", kind="absent", remedy="Have another one made.")
    left = current["ttl"] if current["expire_time"] else None
    if params["renew_before"] is not None and lasts(left, params["renew_before"]):
        return False
    if not current["renewable"]:
        raise ApiError(f"Vault does not renew this {what}", kind="fixed", remedy="Have another one made in its place.")
    return True


__all__ = ("is_due", "lasts")
