# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Whether to try again, and after how long."""

from __future__ import annotations

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, TransportError

TRIES = 4
# With their pauses 23 s to 47 s: a cluster that has lost its active node has another one by then.
ELECTION_TRIES = 9
# All pauses together take 3.5 s to 7 s: a server that restarts is waited for, and a limit of one request per second.
BASE_SECONDS = 1.0
CAP_SECONDS = 8.0
LONGEST_ASKED = 30.0

_BROKEN = ("network", "timeout", "truncated")
_UNTOUCHED = (412, 429, 503)
_STANDBY = (472, 473)


def pause(error: ApiError | TransportError, retry: str, tries: int, asked: float | None, jitter: float) -> float | None:
    """Seconds to wait before the next try, or None where the error is final."""
    most = ELECTION_TRIES if _may_elect(error) else TRIES
    if tries >= most or not _may_repeat(error, retry, tries):
        return None
    if asked:
        return asked if asked <= LONGEST_ASKED else None
    # Half of it is certain: full jitter may come out as nothing at all, and four tries would be over in a moment.
    return (1 + jitter) / 2 * min(CAP_SECONDS, BASE_SECONDS * 2 ** (tries - 1))


def _may_repeat(error: ApiError | TransportError, retry: str, tries: int) -> bool:
    if retry == "never":
        return False
    if _may_elect(error):
        return True
    is_safe = retry == "always"
    if isinstance(error, TransportError):
        return error.kind in _BROKEN and (is_safe or not error.processed)
    if error.status in _STANDBY:
        return is_safe and tries == 1
    # A 502 in Vault's own form says that what lies behind Vault refused; any other one may come from a proxy.
    if error.status == 502:
        return is_safe or bool(error.errors)
    return error.status in _UNTOUCHED or (is_safe and (error.status in (500, 504) or error.kind == "consistency"))


def _may_elect(error: ApiError | TransportError) -> bool:
    """Whether the node did nothing because it knows of no active one, or points to one that we must not follow to."""
    if isinstance(error, TransportError) and error.kind == "redirect":
        return not error.processed
    return error.kind == "leaderless"


__all__ = ("pause",)
