# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The watch on the process whose end is the end of the run."""

from __future__ import annotations

import contextlib
import os
import select
import time

POLL_EVERY = 0.5


def start_time(pid: int) -> str:
    """What tells a process from a later one with the same number; empty if it is gone or the system does not say."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return ""


class Watch:
    """Tells when the run's main process is gone: by a pidfd where there is one, else by looking twice a second."""

    def __init__(self, pid: int, started: str) -> None:
        self._pid, self._started = pid, started
        self.descriptor: int | None = None
        with contextlib.suppress(OSError, AttributeError):
            self.descriptor = os.pidfd_open(pid)

    def over(self) -> bool:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        if self.descriptor is not None and select.select([self.descriptor], [], [], 0)[0]:
            return True
        return start_time(self._pid) != self._started

    def wait(self) -> None:
        while not self.over():
            time.sleep(POLL_EVERY)


__all__ = ("POLL_EVERY", "Watch", "start_time")
