# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What Vault makes anew at each request: asked for once, and told once."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, write

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]


def mint(vault: Vault, path: str, body: Options, wrap_ttl: str | None, leftover: str) -> Options:
    """Vault's answer. Where it got lost there may be something that nobody knows: ``leftover`` says what to do then."""
    try:
        return write(vault, path, body, wrap_ttl=wrap_ttl, retry="unprocessed") or {}
    except TransportError as problem:
        if not problem.processed:
            raise
        remedy = f"Vault may have done what it was asked all the same. {leftover}"
        raise TransportError(problem.cause, kind=problem.kind, where=problem.where, remedy=remedy) from None


__all__ = ("mint",)
