# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What values have to look like."""

from __future__ import annotations

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError


def is_opaque(value: str) -> bool:
    """Whether this can be something that Vault handed out, or that goes into a header."""
    return bool(value) and all("!" <= character <= "~" for character in value)


def opaque(name: str, value: str) -> str:
    """The value, or an error that does not echo it."""
    if not is_opaque(value):
        raise ConfigError(
            f"{name} is empty or contains blanks, line breaks or other non-printable characters",
            remedy="Check for a trailing newline, a byte-order mark or a quoted value.",
        )
    return value


__all__ = ("is_opaque", "opaque")
