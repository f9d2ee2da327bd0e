# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The keeper: one process per Ansible run that holds its tokens and leases in memory, and revokes them at its end.

Started by ``_start`` with one JSON line on standard input: the socket's folder, and the process whose end is the end
of the run. It answers one JSON line per connection. Nothing secret is in its arguments, its environment
or any file. Of Ansible it imports nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
import threading
import typing as t

from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
from ansible_collections.leasehold.vault.plugins.plugin_utils._place import LOCK, SOCKET, same_user
from ansible_collections.leasehold.vault.plugins.plugin_utils._questions import reply
from ansible_collections.leasehold.vault.plugins.plugin_utils._spawn import harden
from ansible_collections.leasehold.vault.plugins.plugin_utils._watch import POLL_EVERY, Watch

LARGEST_MESSAGE = 16 * 1024 * 1024
ROOM_WITHIN = 0.05
STRAGGLERS_FOR = 60.0


def main() -> None:
    """Come up, tell the starter, then serve until the run is over."""
    order = json.loads(sys.stdin.readline())
    try:
        listener = _listen(order["folder"])
        diary = Diary()
        leases = Leases(log=diary.write)
    except OSError as problem:
        print(json.dumps({"error": f"{problem.strerror}: {order['folder']}"}), flush=True)
        return
    if os.fork():
        # The starter waits for this process only, so that nobody has to reap the keeper.
        print(json.dumps({"ready": True}), flush=True)
        os._exit(0)
    _harden()
    _leave_the_folder()
    Keeper(listener, order, leases, diary).run()


def _listen(folder: str) -> socket.socket:
    path = os.path.join(folder, SOCKET)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(before)
    listener.listen(1024)
    return listener


def _harden() -> None:
    """As every process of ours, and with no descriptor of whoever started us."""
    harden()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        # One descriptor per fork that is waiting for an answer.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _leave_the_folder() -> None:
    """Hold on to no folder of the caller's; what the environment names relative to it is found from anywhere."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if os.environ.get(name):
            os.environ[name] = os.pathsep.join(map(os.path.abspath, os.environ[name].split(os.pathsep)))
    os.chdir("/")


def _room() -> int:
    """How many callers are let in at once: half of the descriptors is left for Vault and AWS, or nobody is served."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1024 if soft == resource.RLIM_INFINITY else max(1, soft // 2)


class Diary:
    """The log a user can ask for: one line per login, renewal, hand-over and revocation; never a secret."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._path: str | None = None
        self._guard = threading.Lock()

    def open(self, path: str) -> None:
        """Begin to write, with what was kept until now; only a failure here is the user's business."""
        with self._guard:
            if self._path is None:
                self._append(path, self._lines)
                self._path, self._lines = path, []

    def write(self, event: str, **facts: t.Any) -> None:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        words = " ".join(f"{name}={_quoted(str(value))}" for name, value in facts.items())
        with self._guard:
            if self._path is None:
                self._lines = [*self._lines[-999:], f"{now} {event} {words}\n"]
            else:
                with contextlib.suppress(OSError):
                    self._append(self._path, [f"{now} {event} {words}\n"])

    @staticmethod
    def _append(path: str, lines: list[str]) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.writelines(lines)


def _quoted(text: str) -> str:
    """A word as it is; in quotes what would look like several words, or like a line of its own."""
    return text if text.isprintable() and " " not in text else json.dumps(text)


class Keeper:
    """The process around ``Leases``: a socket in front, a watch on the run, a thread that renews."""

    def __init__(self, listener: socket.socket, order: t.Mapping[str, t.Any], leases: Leases, diary: Diary) -> None:
        self._listener, self._folder = listener, order["folder"]
        self._watch = Watch(order["pid"], order["started"])
        self._leases, self._diary = leases, diary
        self._wake, self._woken = socket.socketpair()
        self._stopping = threading.Event()
        self._renew_soon = threading.Event()
        self._room = threading.BoundedSemaphore(_room())
        self._callers: list[threading.Thread] = []
        self._goodbye: list[socket.socket] = []
        self._own_folder = bool(order["own_folder"])

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        threading.Thread(target=self._renew, daemon=True).start()
        try:
            self._serve()
        finally:
            self._close_the_door()
            report = self._leases.finish()
            for caller in self._callers:
                caller.join(STRAGGLERS_FOR)
            self._say_goodbye(report)

    def _serve(self) -> None:
        """Accept callers until the run ends, somebody says finish, or a signal comes."""
        watched = [self._listener, self._woken]
        if self._watch.descriptor is not None:
            watched.append(t.cast(t.Any, self._watch.descriptor))
        pause = None if self._watch.descriptor is not None else POLL_EVERY
        while not self._stopping.is_set() and not self._watch.over():
            ready = select.select(watched, [], [], pause)[0]
            if self._listener in ready and self._room.acquire(timeout=ROOM_WITHIN):
                self._admit()

    def _admit(self) -> None:
        try:
            connection = self._listener.accept()[0]
        except OSError:
            self._room.release()  # the caller has gone again
            return
        caller = threading.Thread(target=self._attend, args=(connection,), daemon=True)
        self._callers = [thread for thread in self._callers if thread.is_alive()] + [caller]
        caller.start()

    def _attend(self, connection: socket.socket) -> None:
        try:
            self._answer(connection)
        finally:
            self._room.release()

    def _stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def _renew(self) -> None:
        while True:
            self._renew_soon.wait(self._leases.tend())
            self._renew_soon.clear()

    def _answer(self, connection: socket.socket) -> None:
        """One line in, one line out. Whoever says finish is answered when all is revoked."""
        with contextlib.suppress(OSError, ValueError), connection:
            if not same_user(connection):
                return
            with connection.makefile("rwb") as stream:
                message = json.loads(stream.readline(LARGEST_MESSAGE))
                if message["op"] == "finish":
                    self._goodbye.append(connection.dup())
                    self._stop()
                    return
                stream.write(json.dumps(self._do(message)).encode() + b"\n")
                stream.flush()

    def _do(self, message: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        if message["op"] == "report":
            return {"ok": self._leases.report()}
        answer = reply(self._leases, message, self._diary.open)
        # Something new may be due for renewal before the last thing that was looked at.
        self._renew_soon.set()
        return answer

    def _close_the_door(self) -> None:
        """From here on a plugin that still needs Vault starts a keeper of its own."""
        with contextlib.suppress(OSError), open(os.path.join(self._folder, LOCK), "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.unlink(os.path.join(self._folder, SOCKET))
        self._listener.close()

    def _say_goodbye(self, report: list[dict[str, t.Any]]) -> None:
        for connection in self._goodbye:
            with contextlib.suppress(OSError), connection:
                connection.sendall(json.dumps({"ok": report}).encode() + b"\n")
        if self._own_folder:
            self._watch.wait()
        if self._watch.over():
            # Our own folder, or after a SIGKILL Ansible's folder of this run, goes if nothing else is in it.
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self._folder, LOCK))
                os.rmdir(self._folder)


__all__ = ("main",)
