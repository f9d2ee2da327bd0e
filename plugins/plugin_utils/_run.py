# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""A plugin's door to the keeper of this run. Standard library only, and short: it is read anew in every process."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
import typing as t

from ansible import constants as C
from ansible_collections.leasehold.vault.plugins.plugin_utils._place import SOCKET, same_user

# Unix sockets allow 104 bytes on macOS and BSD, 108 on Linux, one of them for the end.
LONGEST_SOCKET_PATH = 103
# The keeper bounds each of its steps itself; this is for one that no longer answers at all.
ANSWER_WITHIN = 300.0

Message = t.Mapping[str, t.Any]


def ask(message: Message) -> dict[str, t.Any]:
    """The keeper's reply: ``ok`` with a result, or ``error`` in words. A keeper that dies over it is replaced."""
    line = json.dumps(message).encode() + b"\n"
    for _attempt in range(3):
        connection = find() or _start()
        if isinstance(connection, dict):
            return connection
        reply = _exchange(connection, line, ANSWER_WITHIN)
        if reply:
            return reply
    return {"error": "The keeper of this run ended three times without an answer (class=internal). Please report this."}


def _start() -> socket.socket | dict[str, str]:
    # Needed once per run only.
    from ansible_collections.leasehold.vault.plugins.plugin_utils._start import start

    return start()


def ask_running(op: str, within: float = ANSWER_WITHIN) -> dict[str, t.Any]:
    """The reply of a keeper that runs; a run that never asked for anything has none, and no leases."""
    connection = find()
    reply = _exchange(connection, json.dumps({"op": op}).encode() + b"\n", within) if connection else None
    return reply or {"ok": []}


def _exchange(connection: socket.socket, line: bytes, within: float) -> dict[str, t.Any] | None:
    with connection:
        try:
            connection.settimeout(within)
            connection.sendall(line)
            with connection.makefile("rb") as stream:
                answer = stream.readline()
        except TimeoutError:
            return {"error": f"The keeper gave no answer in {within:.0f} s (class=timeout). It goes on by itself."}
        except OSError:
            return None
    return json.loads(answer) if answer.endswith(b"\n") else None


def folders() -> t.Iterator[str]:
    """Where the keeper's socket may be: in Ansible's folder of this run, else in a private one of our own."""
    first = str(C.DEFAULT_LOCAL_TMP)
    if len(os.fsencode(first)) + 1 + len(SOCKET) <= LONGEST_SOCKET_PATH:
        yield first
    yield own_folder()


def own_folder() -> str:
    name = "leasehold-" + hashlib.sha256(os.fsencode(str(C.DEFAULT_LOCAL_TMP))).hexdigest()[:16]
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), name)


def find() -> socket.socket | None:
    """A connection to the keeper of this run, if it runs."""
    return next(filter(None, map(connect, folders())), None)


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


__all__ = ("ask", "ask_running", "connect", "find", "folders", "own_folder")
