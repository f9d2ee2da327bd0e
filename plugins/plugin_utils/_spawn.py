# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Processes of our own: scripts of this folder, started with an environment that holds no credentials."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_bootstrap.py")
# What a Python process and its TLS need to start. Credentials in the environment stay with the caller.
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"),
)


def spawn(module: str) -> subprocess.Popen[str]:
    """Start a module of this folder, in a process group of its own; it is told the rest on its standard input."""
    return subprocess.Popen(
        [sys.executable, SCRIPT, module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        start_new_session=True,
        text=True,
    )


def ask(module: str, order: str, within: float) -> str | None:
    """What a module says to its order before it ends; None if it did not end in time, and was ended."""
    with spawn(module) as process:
        try:
            return process.communicate(order, within)[0]
        except subprocess.TimeoutExpired:
            # With all that it has started itself.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return None


def harden() -> None:
    """For such a process itself: no core dump, no look into its memory by others of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        pr_set_dumpable = 4
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


__all__ = ("ask", "harden", "spawn")
