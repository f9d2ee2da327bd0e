# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three nodes of Vault that share what they store (raft), behind one address: with one of them down, two go on."""

from __future__ import annotations

import contextlib
import functools
import http.client
import itertools
import socket
import socketserver
import threading
import time
import typing as t
from pathlib import Path

from .build import Binaries, ours
from .child import BenchError, Child, clean_environ
from .serve_dev import free_address
from .vault import Answer, Refused, Vault

NODES = 3
READY_WITHIN = 60.0
ANSWERS_WITHIN = 2.0
# How sys/health says that a node is unsealed.
HEALTHY, LEADERLESS = 200, 474
# How a node answers that can't reach the leader, or knows none.
LOST = (307, 500, 503)
_PIECE = 65536


class Node(Vault):
    """One server of a cluster: it can end and come back with what it has stored."""

    def __init__(self, folder: Path, binaries: Binaries) -> None:
        super().__init__()
        listen = free_address()
        self.address = f"http://{listen}"
        self._command = [*binaries.command, f"-listen={listen}", f"-cluster={free_address()}", f"-raft={folder}"]
        folder.mkdir()

    def start(self) -> None:
        self._child = Child(self._command, clean_environ() | {"AWS_REGION": "us-east-1"})
        assert self._child.facts

    def ask(self, method: str, path: str, data: Answer | None = None) -> Answer:
        """A request that needs no token."""
        answer = self.api(method, path, data, token="")
        assert answer is not None, f"{method} {path} has no answer"
        return answer

    def leads(self) -> bool:
        return bool(self._leader().get("is_self"))

    def has_joined(self) -> bool:
        """Whether it leads, or knows who does."""
        return bool(self._leader().get("leader_address"))

    def serves(self) -> bool:
        """What a load balancer asks: whether the node is up and unsealed, be it active or not."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=ANSWERS_WITHIN)
        try:
            connection.request("GET", "/v1/sys/health?standbyok=true")
            return connection.getresponse().status in (HEALTHY, LEADERLESS)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _leader(self) -> Answer:
        try:
            return self.ask("GET", "sys/leader")
        except (Refused, OSError):  # sealed, or not there
            return {}


class Cluster(Vault):
    """``with Cluster(folder) as vault`` has three nodes to itself; what they store lies in the folder and stays."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._binaries = ours()
        self.nodes = [Node(folder / f"node{number}", self._binaries) for number in range(NODES)]

    def __enter__(self) -> Cluster:
        self._open = contextlib.ExitStack()
        try:
            for node in self.nodes:
                node.start()
                self._open.callback(node.stop)
            self.address = self._open.enter_context(balancer(self.nodes))
            self._prepare(self._unite(), self._binaries.plugin)
            _await(self._all_vote, "all nodes to have a vote")
        except BaseException:
            self.stop()
            raise
        return self

    @property
    def folder(self) -> Path:
        return self._folder

    def stop(self) -> None:
        self._open.close()

    def api(
        self, method: str, path: str, data: Answer | None = None, token: str | None = None, wrap_ttl: str = ""
    ) -> Answer | None:
        """For a moment after an election a node may not know whom to ask; what only reads is then asked again."""
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                return super().api(method, path, data, token, wrap_ttl)
            except Refused as refused:
                is_passing = refused.status in LOST and method in ("GET", "LIST")
                if not is_passing or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def leader(self) -> Node:
        """The active node; waits until there is one."""
        return _await(lambda: next((node for node in self.nodes if node.leads()), None), "a leader")

    def kill(self) -> None:
        """End the active node as a power cut would."""
        self.leader().kill()

    def step_down(self) -> None:
        self.api("PUT", "sys/step-down")

    def revive(self, node: Node) -> None:
        """Start a node again, and wait until it does its part."""
        node.stop()
        node.start()
        self._admit(node)

    def _unite(self) -> str:
        """Make one cluster of new nodes; its root token."""
        first, *others = self.nodes
        made = first.ask("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self._unseal_key = made["keys"][0]
        self._admit(first)
        self.leader()
        soon = {"server_stabilization_time": "1s"}
        first.api("POST", "sys/storage/raft/autopilot/configuration", soon, token=made["root_token"])
        for node in others:
            node.ask("POST", "sys/storage/raft/join", {"leader_api_addr": first.address})
            self._admit(node)
        return made["root_token"]

    def _all_vote(self) -> bool:
        """A new node may not vote for a leader before it has proved itself for a while."""
        answer = self.api("GET", "sys/storage/raft/configuration")
        assert answer
        return all(server["voter"] for server in answer["data"]["config"]["servers"])

    def _admit(self, node: Node) -> None:
        node.ask("PUT", "sys/unseal", {"key": self._unseal_key})
        _await(node.has_joined, f"{node.address} to join")


@contextlib.contextmanager
def balancer(nodes: t.Sequence[Node]) -> t.Iterator[str]:
    """An address whose connections go in turn to the nodes that are unsealed, as those of a Kubernetes service do."""
    turns = itertools.cycle(range(len(nodes)))
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), functools.partial(_Connection, nodes, turns))
    server.daemon_threads, server.block_on_close = True, False
    with server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


class _Connection(socketserver.BaseRequestHandler):
    def __init__(self, nodes: t.Sequence[Node], turns: t.Iterator[int], *request: t.Any) -> None:
        first = next(turns)
        self._nodes = [*nodes[first:], *nodes[:first]]
        super().__init__(*request)

    def handle(self) -> None:
        node = next((node for node in self._nodes if node.serves()), None)
        if node is None:
            return
        host, port = node.address.removeprefix("http://").split(":")
        with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as other:
            back = threading.Thread(target=_pass_on, args=(other, self.request), daemon=True)
            back.start()
            _pass_on(self.request, other)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until one end closes: then so does the other."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _await(check: t.Callable[[], t.Any], what: str) -> t.Any:
    deadline = time.monotonic() + READY_WITHIN
    while not (found := check()):
        if time.monotonic() > deadline:
            raise BenchError(f"waited in vain for {what}")
        time.sleep(0.1)
    return found
