# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The way to the keeper of a run. Standard library only, and short: Ansible compiles it anew in every process."""

from __future__ import annotations

import json
import os
import socket
import sys
import typing as t

SOCKET, LOCK = "leasehold.sock", "leasehold.lock"
# The option ``keeper``, which has to be known before there is one.
SWITCH = {
    "arguments": "keeper",
    "variables": "leasehold_vault_keeper",
    "environment": "LEASEHOLD_VAULT_KEEPER",
}
# The keeper bounds each of its steps itself; this is for one that no longer answers at all.
ANSWER_WITHIN = 300.0

Message = t.Mapping[str, t.Any]


def ask(folder: str, message: Message, within: float = ANSWER_WITHIN) -> dict[str, t.Any] | None:
    """The reply of the keeper in a folder: ``ok`` with a result, or ``error`` in words. None if there is no keeper."""
    connection = connect(folder)
    if connection is None:
        return None
    with connection:
        try:
            connection.settimeout(within)
            connection.sendall(json.dumps(message).encode() + b"\n")
            with connection.makefile("rb") as stream:
                answer = stream.readline()
        except TimeoutError:
            return {"error": f"The keeper gave no answer in {within:.0f} s (class=timeout). It goes on by itself."}
        except OSError:
            return None
    return json.loads(answer) if answer.endswith(b"\n") else None


def connect(folder: str) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(os.path.join(folder, SOCKET))
        if same_user(connection):
            return connection
    except OSError:
        pass
    connection.close()
    return None


def same_user(connection: socket.socket) -> bool:
    """Whether the other end runs as this user; where the system can't tell, the folder's mode 0700 has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.getuid()


__all__ = ("LOCK", "SOCKET", "SWITCH", "ask", "connect", "same_user")
