# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Starting the keeper: once per run, by whoever needs it first."""

from __future__ import annotations

import contextlib
import fcntl
import json
import multiprocessing
import os
import stat
import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils import _place, _run
from ansible_collections.leasehold.vault.plugins.plugin_utils._spawn import spawn
from ansible_collections.leasehold.vault.plugins.plugin_utils._watch import start_time


def start() -> str:
    """Start a keeper unless somebody else did so meanwhile; empty, or why there is none."""
    reason = ""
    for folder in _run.folders():
        try:
            if folder == _run.own_folder():
                _make_private(folder)
            with _locked(folder):
                if any(map(_listens, _run.folders())):
                    return ""
                reason = _launch(folder)
                if not reason:
                    return ""
        except OSError as problem:
            reason = f"{problem.strerror}: {folder}"
    return (
        f"The keeper of this run could not be started: {reason} (class=internal). "
        "keeper: false goes without it, at the price of one login and one lease per lookup."
    )


def _listens(folder: str) -> bool:
    connection = _place.connect(folder)
    if connection:
        connection.close()
    return connection is not None


def _make_private(folder: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(1, "This is not a private folder of this user")


@contextlib.contextmanager
def _locked(folder: str) -> t.Iterator[None]:
    with open(os.path.join(folder, _place.LOCK), "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _launch(folder: str) -> str:
    """Start the process and wait until it listens; empty, or what went wrong in its own words."""
    parent = multiprocessing.parent_process()
    pid = parent.pid if parent and parent.pid else os.getpid()
    order = {"folder": folder, "own_folder": folder == _run.own_folder(), "pid": pid, "started": start_time(pid)}
    with spawn("_keeper") as process:
        answer, _nothing = process.communicate(json.dumps(order) + "\n")
    return str(json.loads(answer).get("error", "")) if answer else "it ended without a word"


__all__ = ("start",)
