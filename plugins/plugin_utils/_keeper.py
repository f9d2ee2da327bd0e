# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The keeper: one process per Ansible run that holds its tokens and leases in memory, and revokes them at its end.

Started by ``_run`` as a script with one JSON line on standard input: the socket's folder, and the process whose end
is the end of the run. It answers one JSON line per connection. Nothing secret is in its arguments, its environment
or any file. Of Ansible it imports nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
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
import time
import types
import typing as t

SOCKET, LOCK = "leasehold.sock", "leasehold.lock"
LARGEST_MESSAGE = 16 * 1024 * 1024
POLL_EVERY = 0.5
STRAGGLERS_FOR = 60.0


def main() -> None:
    """Come up, tell the starter, then serve until the run is over."""
    order = json.loads(sys.stdin.readline())
    try:
        listener = _listen(order["folder"])
        leases, diary = _make_leases()
    except Exception as problem:
        # The starter turns this line into an error for the user; the type and text of an import or bind error are safe.
        print(json.dumps({"error": f"{type(problem).__name__}: {problem}"}), flush=True)
        return
    if os.fork():
        # The starter waits for this process only, so that nobody has to reap the keeper.
        print(json.dumps({"ready": True}), flush=True)
        os._exit(0)
    _harden()
    Keeper(listener, order, leases, diary).run()


def _make_leases() -> tuple[t.Any, Diary]:
    """Import the rest of the collection from where this file lies, whatever else is called ansible_collections."""
    plugins = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    name = "ansible_collections.leasehold.vault.plugins"
    for end in range(1, name.count(".") + 2):
        package = types.ModuleType(".".join(name.split(".")[:end]))
        package.__path__ = [plugins] if package.__name__ == name else []
        sys.modules[package.__name__] = package
    from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases

    diary = Diary()
    return Leases(log=diary.write), diary


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
    """No core dump, no look into this memory by others of the same user, no descriptor of whoever started us."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        pr_set_dumpable = 4
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def start_time(pid: int) -> str:
    """What tells a process from a later one with the same number; empty if it is gone or the system does not say."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return ""


def same_user(connection: socket.socket) -> bool:
    """Whether the other end runs as this user; where the system can't tell, the folder's mode 0700 has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.getuid()


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
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        words = " ".join(f"{name}={json.dumps(value) if ' ' in str(value) else value}" for name, value in facts.items())
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


class Keeper:
    """The process around ``Leases``: a socket in front, a watch on the run, a thread that renews."""

    def __init__(self, listener: socket.socket, order: t.Mapping[str, t.Any], leases: t.Any, diary: Diary) -> None:
        self._listener, self._folder = listener, order["folder"]
        self._watch = Watch(order["pid"], order["started"])
        self._leases, self._diary = leases, diary
        self._wake, self._woken = socket.socketpair()
        self._stopping = threading.Event()
        self._renew_soon = threading.Event()
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
            if self._listener in ready:
                connection = self._listener.accept()[0]
                caller = threading.Thread(target=self._answer, args=(connection,), daemon=True)
                self._callers = [thread for thread in self._callers if thread.is_alive()] + [caller]
                caller.start()

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
        if message.get("log_path"):
            try:
                self._diary.open(message["log_path"])
            except OSError as problem:
                return {"error": f"Cannot write log_path {message['log_path']}: {problem.strerror}.", "kind": "config"}
        answer = answer_to(self._leases, message)
        # Something new may be due for renewal before the last thing that was looked at.
        if message["op"] != "read" or answer.get("ok", {}).get("how") != "held":
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


def answer_to(leases: t.Any, message: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """One message answered: a result, or an error as its class word and text, never as a trace."""
    from ansible_collections.leasehold.vault.plugins.module_utils._errors import VaultError

    work = {"read": leases.read, "token": leases.token, "report": lambda message: leases.report()}
    try:
        return {"ok": work[message["op"]](message)}
    except VaultError as problem:
        return {"error": problem.message, "kind": problem.kind}
    except Exception as problem:
        # A bug of ours: its type and place help to find it, its text might hold a secret.
        line = problem.__traceback__ and _innermost(problem.__traceback__)
        return {"error": f"{type(problem).__name__} in the keeper at {line} (class=internal). Please report this.", "kind": "internal"}


def _innermost(trace: types.TracebackType) -> str:
    while trace.tb_next:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


if __name__ == "__main__":
    # The folder of this script must not shadow anything that is imported by its plain name.
    del sys.path[0]
    main()
