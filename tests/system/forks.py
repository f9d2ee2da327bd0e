# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main process of a run without Ansible: its forked workers ask the keeper, as Ansible's do. See ``runs``.

Each line that comes in is an order, ``{"messages": [...], "files": 64}``: a worker per message, each of which may open
so many files. The line that goes out has their replies. The run is over when no more lines can come.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils import _place, _run

# One write of this size is whole, however many workers write to the same pipe.
WHOLE = 4096


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(ask_all(order["messages"], order["files"])), flush=True)


def ask_all(messages: t.Sequence[_place.Message], files: int | None) -> list[t.Any]:
    read, write = os.pipe()
    fork = multiprocessing.get_context("fork").Process
    workers = [fork(target=ask, args=(write, number, message, files)) for number, message in enumerate(messages)]
    for worker in workers:
        worker.start()
    os.close(write)
    with open(read, encoding="utf-8") as stream:
        replies = dict(map(json.loads, stream))
    for worker in workers:
        worker.join()
    return [replies[number] for number in range(len(messages))]


def ask(write: int, number: int, message: _place.Message, files: int | None) -> None:
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    line = json.dumps([number, _run.ask(message)]).encode() + b"\n"
    assert len(line) <= WHOLE
    os.write(write, line)


if __name__ == "__main__":
    main()
