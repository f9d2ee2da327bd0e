# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The watch on the process whose end is the end of the run."""

from __future__ import annotations

import contextlib
import os
import select
import sys
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
    """Tells when the run's main process is gone: by an event where the system has one, else by looking for it."""

    def __init__(self, pid: int, started: str) -> None:
        self._pid, self._started = pid, started
        self.descriptor: int | None = None
        with contextlib.suppress(OSError, AttributeError):
            self._watch_for_the_end()

    def _watch_for_the_end(self) -> None:
        """Have a descriptor that can be read from when the process ends: a pidfd, or a kqueue on macOS and BSD."""
        if sys.platform == "linux":
            self.descriptor = os.pidfd_open(self._pid)
        else:
            # Kept, because its descriptor is closed with it.
            self._queue = select.kqueue()
            ends = select.kevent(self._pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            self._queue.control([ends], 0)
            self.descriptor = self._queue.fileno()

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
