# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""A plugin's door to the keeper of this run."""

from __future__ import annotations

import hashlib
import os
import tempfile
import typing as t

from ansible import constants as C
from ansible_collections.leasehold.vault.plugins.plugin_utils import _place

# Unix sockets allow 104 bytes on macOS and BSD, 108 on Linux, one of them for the end.
LONGEST_SOCKET_PATH = 103
OFF = ("false", "no", "off", "0", "f", "n")


def ask(message: _place.Message) -> dict[str, t.Any]:
    """The keeper's reply: ``ok`` with a result, or ``error`` in words. A keeper that dies over it is replaced."""
    if not _keeps(message["given"]):
        return _answered_alone(message)
    # Needed by the first of a run only.
    from ansible_collections.leasehold.vault.plugins.plugin_utils._start import start

    for _attempt in range(3):
        problem = start()
        reply = {"error": problem} if problem else _of_a_running_keeper(message)
        if reply:
            return reply
    return {"error": "The keeper of this run ended three times without an answer (class=internal). Please report this."}


def ask_running(op: str, within: float = _place.ANSWER_WITHIN) -> dict[str, t.Any]:
    """The reply of a keeper that runs; a run that never asked for anything has none, and no leases."""
    return _of_a_running_keeper({"op": op}, within) or {"ok": []}


def _keeps(given: t.Mapping[str, t.Any]) -> bool:
    values = (given[source].get(name) for source, name in _place.SWITCH.items())
    return str(next((value for value in values if value is not None), True)).lower() not in OFF


def _answered_alone(message: _place.Message) -> dict[str, t.Any]:
    """The same without a keeper, for this call alone."""
    from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
    from ansible_collections.leasehold.vault.plugins.plugin_utils._questions import reply

    return reply(Leases(), message, lambda path: None)


def _of_a_running_keeper(message: _place.Message, within: float = _place.ANSWER_WITHIN) -> dict[str, t.Any] | None:
    return next(filter(None, (_place.ask(folder, message, within) for folder in folders())), None)


def folders() -> t.Iterator[str]:
    """Where the keeper's socket may be: in Ansible's folder of this run, else in a private one of our own."""
    first = str(C.DEFAULT_LOCAL_TMP)
    if len(os.fsencode(first)) + 1 + len(_place.SOCKET) <= LONGEST_SOCKET_PATH:
        yield first
    yield own_folder()


def own_folder() -> str:
    name = "leasehold-" + hashlib.sha256(os.fsencode(str(C.DEFAULT_LOCAL_TMP))).hexdigest()[:16]
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir(), name)


__all__ = ("ask", "ask_running", "folders", "own_folder")
