# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Vault itself says was asked of it: its audit log, one entry for each request that it answered.

Requests of the bench's own token (``Vault.api`` without a token) are not in the ledger. Each other request is:

login       ``auth/<mount>/login...`` that gave a token
renewal     ``sys/leases/renew``, ``sys/renew`` or ``auth/token/renew...``
revocation  ``sys/leases/revoke...``, ``sys/revoke...`` or ``auth/token/revoke...``
mint        any other answer with a lease: dynamic credentials, from ``creds`` as from ``sts``
write       any other create, update, patch or delete
read        any other read or list, ``static-creds`` among them, and what Vault wants to be asked by an update (lookups)
refusal     an answer with an error, whatever was asked

Vault writes an entry before it answers, so a client that has its answer is in the ledger. Not in it are requests
that never reach the core: ``sys/health``, ``sys/seal-status`` and everything while Vault is sealed.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import re
import typing as t
from datetime import datetime
from pathlib import Path

BENCH_TOKEN = "token-testbed"

_LOGIN = re.compile(r"auth/.+/login(/|$)")
_RENEWAL = re.compile(r"sys/(leases/)?renew(/|$)|auth/token/renew")
_QUESTION = re.compile(r"(auth/token|sys/leases|sys/wrapping|auth/.+/secret-id(-accessor)?)/lookup(-accessor)?$")
_REVOCATION = re.compile(r"sys/(leases/)?revoke|auth/token/revoke")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One answered request."""

    time: datetime
    kind: str
    operation: str
    path: str
    error: str
    lease_id: str
    remote_port: int


class Ledger:
    """The entries from one mark on; the file is read anew at each question."""

    def __init__(self, path: Path, start: int = 0) -> None:
        self.path = path
        self._start = start

    def mark(self) -> int:
        """The present end of the ledger, for ``since``."""
        return self.path.read_bytes().rfind(b"\n") + 1

    def since(self, mark: int) -> Ledger:
        return Ledger(self.path, mark)

    def requests(self, path: str = "*") -> list[Entry]:
        """Every answered request, refused ones too, whose path matches the pattern."""
        with self.path.open("rb") as file:
            file.seek(self._start)
            whole = (line for line in file if line.endswith(b"\n"))  # the last one may still be on its way
            answers = [entry for entry in map(json.loads, whole) if entry["type"] == "response"]
        foreign = [a for a in answers if a.get("auth", {}).get("display_name") != BENCH_TOKEN]
        return [_entry(answer) for answer in foreign if fnmatch.fnmatchcase(answer["request"]["path"], path)]

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.requests() if entry.kind == kind]

    def count(self, kind: str) -> int:
        return len(self.of(kind))

    def logins(self) -> list[Entry]:
        return self.of("login")

    def mints(self, role: str | None = None) -> list[Entry]:
        return [entry for entry in self.of("mint") if role in (None, entry.path.rpartition("/")[2])]

    def renewals(self) -> list[Entry]:
        return self.of("renewal")

    def revocations(self) -> list[Entry]:
        return self.of("revocation")

    def writes(self) -> list[Entry]:
        return self.of("write")


def _entry(answer: dict[str, t.Any]) -> Entry:
    request = answer["request"]
    return Entry(
        time=datetime.fromisoformat(answer["time"]),
        kind=_kind(answer),
        operation=request["operation"],
        path=request["path"],
        error=answer.get("error", ""),
        lease_id=answer.get("response", {}).get("secret", {}).get("lease_id", ""),
        remote_port=request.get("remote_port", 0),
    )


def _kind(answer: dict[str, t.Any]) -> str:
    request, response = answer["request"], answer.get("response", {})
    if answer.get("error"):
        return "refusal"
    if _LOGIN.match(request["path"]) and "auth" in response:
        return "login"
    if _RENEWAL.match(request["path"]):
        return "renewal"
    if _REVOCATION.match(request["path"]):
        return "revocation"
    if response.get("secret", {}).get("lease_id"):
        return "mint"
    is_read = request["operation"] in ("read", "list") or _QUESTION.match(request["path"])
    return "read" if is_read else "write"
