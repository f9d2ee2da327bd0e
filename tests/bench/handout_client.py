# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run without a playbook, in the bench's environment: asks its keeper 20,000 times and prints what that took.

``python handout_client.py HAND_OUTS PROCESSES THEIRS``: hand-outs to one client and to eight, processes that make
one lookup each, and processes that make one lookup of community.hashi_vault each. Times are in seconds.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import socket
import struct
import sys
import time
import typing as t
from pathlib import Path

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, lookup_loader
from ansible.template import Templar

CLIENTS = 8
OURS, THEIRS = ("leasehold.vault.vault_aws_creds", "deploy"), ("community.hashi_vault.vault_read", "aws/creds/deploy")

fork = multiprocessing.get_context("fork")


def main(hand_outs: int, processes: int, theirs: int) -> None:
    found: dict[str, list[float]] = {
        "lookup_in_a_new_process": [in_a_new_process(*OURS) for _number in range(processes)],
        "theirs_in_a_new_process": [in_a_new_process(*THEIRS) for _number in range(theirs)],
    }
    memory = [resident(keeper())]
    found["one_client"] = asked(hand_outs)
    memory.append(resident(keeper()))
    with fork.Pool(CLIENTS) as pool:
        each = pool.map(asked, [hand_outs // CLIENTS] * CLIENTS, chunksize=1)
    found["eight_clients"] = [sample for samples in each for sample in samples]
    memory.append(resident(keeper()))
    print(json.dumps({**found, "rss_kb": memory}))


def lookup(name: str) -> t.Any:
    loader = DataLoader()
    return lookup_loader.get(name, loader=loader, templar=Templar(loader=loader))


def in_a_new_process(name: str, term: str) -> float:
    """What a reference costs a worker of Ansible: it has just been forked and knows the plugin not yet."""
    receiver, sender = fork.Pipe(duplex=False)

    def work() -> None:
        begun = time.perf_counter()
        assert lookup(name).run([term], variables={})
        sender.send(time.perf_counter() - begun)

    process = fork.Process(target=work)
    process.start()
    process.join()
    return t.cast(float, receiver.recv())


def asked(times: int) -> list[float]:
    """The same question so many times, each with a connection of its own, as lookups do."""
    from ansible_collections.leasehold.vault.plugins.plugin_utils import _lookup

    message = {"op": "vault_aws_creds", "terms": ["deploy"], "given": _lookup.given(None, {}, {})}
    samples = []
    for _number in range(times):
        begun = time.perf_counter()
        reply = _lookup.reply(message)
        samples.append(time.perf_counter() - begun)
        assert reply["ok"]["results"][0]["access_key"]
    return samples


def keeper() -> int:
    """Its number: who began to listen on the socket is the leader of the keeper's session."""
    from ansible import constants as C
    from ansible_collections.leasehold.vault.plugins.plugin_utils import _place

    connection = _place.connect(C.DEFAULT_LOCAL_TMP)
    assert connection
    with connection:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    leader = struct.unpack("3i", credentials)[0]
    processes = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return next(process for process in processes if session(process) == leader)


def session(process: int) -> int:
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return -1


def resident(process: int) -> int:
    said = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert said
    return int(said[1])


if __name__ == "__main__":
    init_plugin_loader()
    main(*map(int, sys.argv[1:]))
