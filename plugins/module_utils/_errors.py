# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Everything that can go wrong, as one tree.

VaultError
├── ConfigError      what the user gave cannot work; no request was sent
├── TransportError   no whole answer: refused, DNS, TLS, time-out, cut off, not JSON
├── ApiError         Vault answered, and its answer is a refusal
├── AuthError        the login failed, or the token is no longer valid
└── LeaseError       credentials were made, but they cannot keep what the caller asked for

``kind`` is one word a reader can search for; it ends every message. Messages are built from an allow-list
(address, namespace, path, status, Vault's own cleaned ``errors``) and never hold a body, a header or a secret:
since ansible-core 2.19 ``no_log`` does not hide the text of an exception. Raise these ``from None``.
"""

from __future__ import annotations

import os
import typing as t

# The remedy of all errors of kind "leaderless".
ELECTION = "It elects one within seconds while most of its nodes are up; see vault operator raft list-peers."


class VaultError(Exception):
    """A sentence for a person: what failed, where, and one remedy."""

    kind = "internal"

    def __init__(
        self,
        text: str,
        *,
        kind: str | None = None,
        where: t.Mapping[str, object] | None = None,
        remedy: str = "",
    ) -> None:
        self.kind = kind or self.kind
        self.cause = text
        self.where = dict(where or {})
        self.remedy = remedy
        super().__init__(self.message)

    @property
    def message(self) -> str:
        facts = "".join(f"{name}={value} " for name, value in self.where.items() if value not in (None, ""))
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.cause} ({facts}class={self.kind}).{remedy}"


class ConfigError(VaultError):
    kind = "config"


class TransportError(VaultError):
    """``processed`` is false only where the server provably did not act on the request."""

    kind = "network"

    def __init__(self, text: str, *, processed: bool = True, **rest: t.Any) -> None:
        self.processed = processed
        super().__init__(text, **rest)


class ApiError(VaultError):
    """``server_time`` is what the server's clock said, in seconds since the epoch."""

    kind = "response"

    server_time: float | None = None

    def __init__(self, text: str, *, status: int = 0, errors: t.Sequence[str] = (), **rest: t.Any) -> None:
        self.status = status
        self.errors = tuple(errors)
        super().__init__(text, **rest)


class AuthError(VaultError):
    kind = "auth"


class LeaseError(VaultError):
    kind = "lease"


def bug(problem: BaseException, where: str) -> str:
    """What may be said of a bug of ours: its type and place help to find it, its text might hold a secret."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    return f"{type(problem).__name__} in {where} at {place} (class=internal). Please report this."


__all__ = ("ELECTION", "ApiError", "AuthError", "ConfigError", "LeaseError", "TransportError", "VaultError", "bug")
