# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The fields that say what tokens a role's logins get; Vault has the same ones in the roles of every auth method."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field

TYPES = ["default", "service", "batch", "default-service", "default-batch"]


def token_type(value: t.Any) -> str:
    """A role's type in the words in which Vault keeps it."""
    return str(value or "default").replace("default-", "")


def _duration() -> Field:
    return Field({"type": "str", "no_log": False}, normal=_normal.duration)


def _list(normal: t.Callable[[t.Any], t.Any]) -> Field:
    return Field({"type": "list", "elements": "str", "no_log": False}, normal=normal)


TOKEN_FIELDS = {
    "token_ttl": _duration(),
    "token_max_ttl": _duration(),
    "token_explicit_max_ttl": _duration(),
    "token_period": _duration(),
    "token_policies": _list(_normal.lower_names),
    "token_no_default_policy": Field({"type": "bool", "no_log": False}, normal=_normal.flag),
    "token_bound_cidrs": _list(_normal.cidrs),
    "token_num_uses": Field({"type": "int", "no_log": False}, normal=_normal.number, show=int),
    "token_type": Field({"type": "str", "choices": TYPES, "no_log": False}, normal=token_type, send=token_type),
    "alias_metadata": Field({"type": "dict"}, normal=_normal.mapping, send=_normal.mapping, since="1.21"),
}

__all__ = ("TOKEN_FIELDS",)
