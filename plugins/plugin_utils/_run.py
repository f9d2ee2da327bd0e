# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""A plugin's door to the keeper of this run: finds it, or starts it. Standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import multiprocessing
import os
import socket
import stat
import subprocess
import sys
import tempfile
import typing as t

from ansible import constants as C
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.plugin_utils import _keeper

# Unix sockets allow 104 bytes on macOS and BSD, 108 on Linux, one of them for the end.
LONGEST_SOCKET_PATH = 103
# The keeper bounds each of its steps itself; this is for one that no longer answers at all.
ANSWER_WITHIN = 300.0
# What a Python process and its TLS need to start. Credentials in the environment stay with the caller.
PASSED_ON = (
    "PATH HOME LANG LC_ALL TMPDIR TZ PYTHONPATH PYTHONHOME VIRTUAL_ENV LD_LIBRARY_PATH DYLD_LIBRARY_PATH "
    "SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF"
).split()


def ask(message: t.Mapping[str, t.Any], *, keep: bool = True) -> t.Any:
    """The keeper's answer, or its error. Without a keeper (``keep`` off) the same is done here, for this call alone."""
    reply = _through_keeper(message) if keep else _alone(message)
    if "error" in reply:
        raise Refused(reply["error"], reply["kind"])
    return reply["ok"]


class Refused(VaultError):
    """An error that the keeper has already put into words."""

    def __init__(self, text: str, kind: str) -> None:
        self._text = text
        super().__init__(text, kind=kind)

    @property
    def message(self) -> str:
        return self._text


def finish(within: float = ANSWER_WITHIN) -> list[dict[str, t.Any]]:
    """End all leases of this run now, and tell what they were. A run that never asked for anything has none."""
    return _of_a_running_keeper("finish", within)


def report() -> list[dict[str, t.Any]]:
    """What this run has leased so far."""
    return _of_a_running_keeper("report", ANSWER_WITHIN)


def _of_a_running_keeper(op: str, within: float) -> list[dict[str, t.Any]]:
    connection = _find()
    reply = _exchange(connection, {"op": op}, within) if connection else None
    return reply["ok"] if reply else []


def _alone(message: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases

    return _keeper.answer_to(Leases(), message)


def _through_keeper(message: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Ask; a keeper that ends before it answers is replaced, and the question put again."""
    for _attempt in range(3):
        reply = _exchange(_find() or _start(), message)
        if reply:
            return reply
    raise VaultError("The keeper of this run ended three times without an answer", remedy="Try keeper: false, and report this.")


def _exchange(
    connection: socket.socket, message: t.Mapping[str, t.Any], within: float = ANSWER_WITHIN
) -> dict[str, t.Any] | None:
    with connection:
        try:
            connection.settimeout(within)
            connection.sendall(json.dumps(message).encode() + b"\n")
            with connection.makefile("rb") as stream:
                line = stream.readline()
        except TimeoutError:
            raise VaultError(f"The keeper of this run gave no answer in {within:.0f} s; it goes on by itself", kind="timeout") from None
        except OSError:
            return None
    return json.loads(line) if line.endswith(b"\n") else None


def _folders() -> list[str]:
    """Where the keeper's socket may be: in Ansible's folder of this run, else in a private one of our own."""
    first = str(C.DEFAULT_LOCAL_TMP)
    fits = len(os.fsencode(os.path.join(first, _keeper.SOCKET))) <= LONGEST_SOCKET_PATH
    return [first, _own_folder()] if fits else [_own_folder()]


def _own_folder() -> str:
    name = "leasehold-" + hashlib.sha256(os.fsencode(str(C.DEFAULT_LOCAL_TMP))).hexdigest()[:16]
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), name)


def _make_private(folder: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ConfigError(f"{folder} is not a private folder of this user", kind="cache", remedy="Remove it.")


def _find() -> socket.socket | None:
    return next(filter(None, map(_connect, _folders())), None)


def _connect(folder: str) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(os.path.join(folder, _keeper.SOCKET))
        if _keeper.same_user(connection):
            return connection
    except OSError:
        pass
    connection.close()
    return None


def _start() -> socket.socket:
    """Start the keeper, or find the one that somebody else started meanwhile."""
    reason = ""
    for folder in _folders():
        if folder == _own_folder():
            _make_private(folder)
        with _locked(folder):
            connection = _find()
            if connection:
                return connection
            reason = _launch(folder)
            connection = _connect(folder)
            if connection:
                return connection
    raise VaultError(
        f"The keeper of this run could not be started: {reason or 'it ended at once'}",
        remedy="keeper: false goes without it, at the price of one login and one lease per lookup.",
    )


@contextlib.contextmanager
def _locked(folder: str) -> t.Iterator[None]:
    with open(os.path.join(folder, _keeper.LOCK), "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _launch(folder: str) -> str:
    """Start the process and wait until it listens; empty, or what went wrong in its own words."""
    parent = multiprocessing.parent_process()
    pid = parent.pid if parent and parent.pid else os.getpid()
    order = {"folder": folder, "pid": pid, "started": _keeper.start_time(pid), "own_folder": folder == _own_folder()}
    environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with subprocess.Popen(
        [sys.executable, _keeper.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,
        text=True,
    ) as process:
        answer, _nothing = process.communicate(json.dumps(order) + "\n")
    return json.loads(answer).get("error", "") if answer else "it ended without a word"


__all__ = ("Refused", "ask", "finish", "report")
