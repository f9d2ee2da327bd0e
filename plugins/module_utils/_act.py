# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What is not a state but something to do, such as a rotation."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]


@dataclass(frozen=True)
class Act:
    """``act`` gets Vault, the options and whether to only say what it would do; it returns the module's result."""

    options: Options
    act: t.Callable[[Vault, Options, bool], Options]
    rules: Options = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def argument_spec(self) -> Options:
        return self.options

    def perform(self, vault: Vault, params: Options, check: bool = False) -> Options:
        return self.act(vault, params, check)


__all__ = ("Act",)
