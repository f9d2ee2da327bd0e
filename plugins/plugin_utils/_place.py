# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What the two ends of the keeper's socket agree on. Standard library only, and little of it."""

from __future__ import annotations

import os
import socket
import sys

SOCKET, LOCK = "leasehold.sock", "leasehold.lock"


def start_time(pid: int) -> str:
    """What tells a process from a later one with the same number; empty if it is gone or the system does not say."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return ""


def same_user(connection: socket.socket) -> bool:
    """Whether the other end runs as this user; where the system can't tell, the folder's mode 0700 has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.getuid()


__all__ = ("LOCK", "SOCKET", "same_user", "start_time")
