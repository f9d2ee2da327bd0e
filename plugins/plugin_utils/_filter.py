# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What the filters on credentials share: the check of what they are given."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

FIELDS = ("access_key", "secret_key", "session_token", "region", "expiration")


def credentials_of(value: t.Any, who: str) -> dict[str, str]:
    """The fields of credentials that are set. A value that could break a line of a file is refused, not echoed."""
    if not isinstance(value, t.Mapping) or not value.get("access_key") or not value.get("secret_key"):
        raise AnsibleFilterError(
            f"{who}: the input is not a dictionary with access_key and secret_key, as vault_aws_creds returns it"
        )
    known = {field: str(value[field]) for field in FIELDS if value.get(field)}
    for field, text in known.items():
        if not text.isprintable():
            raise AnsibleFilterError(f"{who}: {field} holds a line break or another character that is not printable")
    return known


__all__ = ("credentials_of",)
