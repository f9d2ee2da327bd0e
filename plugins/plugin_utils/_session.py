# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""One token of a run: whose it is, how long it lives, and who has to end it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError
from ansible_collections.leasehold.vault.plugins.plugin_utils._server import Server
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Moment, Term

# Vault revokes a token together with the answer to its last use: the use before that is kept for revoke-self.
SPARE_USES = 1

Message = t.Mapping[str, t.Any]


@dataclass
class Session:
    """One token: whose it is, how long it lives, and whether the end of the run has to revoke it."""

    server: Server
    who: t.Mapping[str, t.Any]
    token: str | None
    given: bool
    term: Term
    accessor: str = ""
    policies: list[str] = field(default_factory=list)
    metadata: dict[str, t.Any] = field(default_factory=dict)
    renewable: bool = False
    batch: bool = False
    uses_left: int | None = None
    revoke: bool = True
    alive: bool = True
    retired: bool = False
    known: bool = True
    retry_at: float = 0.0
    renewals: int = 0
    leases: int = 0

    def __post_init__(self) -> None:
        self.born = self.term.since

    @property
    def is_ours(self) -> bool:
        """Whether this run has to revoke it, and can."""
        return self.revoke and not self.given and not self.batch

    @property
    def spent(self) -> bool:
        """Whether the next use would be the last, which takes along all that was made with this token."""
        return self.uses_left is not None and self.uses_left <= SPARE_USES

    def usable(self, now: Moment, at_least: float | None) -> bool:
        """Whether something new may be made with this token, so that it lives ``at_least`` that long."""
        spent = self.spent and not self.given
        return self.alive and not self.retired and not spent and self.term.covers(at_least, now)

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        if self.uses_left is not None:
            self.uses_left -= 1
        return self.server.request(method, path, data, token=self.token, **rest)

    def about_itself(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        """A request about the token, which lives in the namespace of its login."""
        return self.request(method, path, data, namespace=self.who["namespace"], **rest)

    def renewal_due(self) -> float:
        return max(self.term.renewal_due(), self.retry_at)


def from_login(server: Server, who: Message, path: str, answer: Message | None, since: Moment, revoke: bool) -> Session:
    """The session that a login's answer opens. What else it says of a nonce is nobody's business."""
    auth = (answer or {}).get("auth")
    if not auth:
        where = {"vault": server.address, "namespace": who["namespace"], "path": path}
        raise AuthError("Vault knows no such login", where=where, remedy=_MOUNT_REMEDY)
    return Session(
        server,
        who,
        auth["client_token"],
        given=False,
        term=Term(since, auth.get("lease_duration") or None),
        accessor=auth.get("accessor") or "",
        policies=list(auth.get("policies") or ()),
        metadata={name: value for name, value in (auth.get("metadata") or {}).items() if name != "nonce"},
        renewable=bool(auth.get("renewable")),
        batch=auth.get("token_type") == "batch",
        uses_left=auth.get("num_uses") or None,
        revoke=revoke,
    )


_MOUNT_REMEDY = "Check auth_method, mount_point and the namespace."


__all__ = ("Session", "from_login")
