# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on real sockets that misbehaves by script, alone or as a proxy in front of another one.

    with FaultServer(upstream="http://127.0.0.1:8200") as faults:
        faults.on("POST", r"/v1/auth/approle/login", reset(), nth=[1])
        faults.on("GET", r"/v1/aws/creds/.*", answer(503, {"errors": ["Vault is sealed"]}), nth=[1, 2])
        faults.on("GET", r"/v1/sys/health", passing(per_byte=0.1))
        ...  # point the client at faults.url
        assert [seen.method for seen in faults.requests] == ["POST", "POST", "GET"]

The first rule that fits a request and its count acts. Where none does, the upstream answers, and without an upstream
a 404. A tunnel (CONNECT) that is passed on leads to the upstream, and without one to where it was meant to lead.
``requests`` is the ledger: all that came in, as it came in.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import select
import socket
import ssl
import struct
import threading
import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Action:
    """What to do with a request: where the bytes of the answer come from, and how they leave."""

    canned: bytes | None = None
    echo: int = 0
    forward: bool = False
    delay: float = 0.0
    per_byte: float = 0.0
    cut: int | None = None
    end: t.Literal["keep", "close", "reset", "hang"] = "keep"


def answer(
    status: int = 200,
    body: object = b"",
    headers: Mapping[str, str] | Collection[tuple[str, str]] = (),
    **shape: t.Any,
) -> Action:
    """A canned answer; ``shape`` is how it leaves: delay, per_byte, cut, end."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    return Action(canned=_message(status, pairs, content), **shape)


def echo(status: int, **shape: t.Any) -> Action:
    """A refusal in Vault's own form that repeats all it was sent, as it is and quoted."""
    return Action(echo=status, **shape)


def raw(content: bytes, **shape: t.Any) -> Action:
    """Bytes that need not be HTTP."""
    return Action(canned=content, **shape)


def passing(**shape: t.Any) -> Action:
    """The answer of the upstream, in another shape."""
    return Action(forward=True, **shape)


def drop() -> Action:
    """The upstream acts, and its answer is lost."""
    return Action(forward=True, cut=0, end="close")


def reset(**shape: t.Any) -> Action:
    """The connection is reset, after the first ``cut`` bytes of an answer if there is one."""
    return Action(end="reset", **shape)


def black_hole() -> Action:
    """Nothing comes back, and the connection stays open."""
    return Action(end="hang")


@dataclass
class _Rule:
    method: str
    path: re.Pattern[str]
    action: Action
    nth: Collection[int] | None
    hits: int = 0


@dataclass
class FaultServer:
    """Listens on a free port of 127.0.0.1, or of ``host``, or on the Unix socket ``path``."""

    upstream: str | None = None
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    port: int = 0
    path: str | None = None
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def on(self, method: str, path: str, action: Action, nth: Collection[int] | None = None) -> None:
        """Add a rule: a method or "*", a pattern for the whole target, and which of the fitting requests it takes."""
        self._rules.append(_Rule(method, re.compile(path), action, nth))

    @property
    def url(self) -> str:
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> FaultServer:
        family = socket.AF_UNIX if self.path else socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self.path or (self.host, self.port))
        self._listener.listen(128)
        if not self.path:
            self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        with contextlib.suppress(OSError), socket.socket(self._listener.family) as waker:
            waker.connect(self._listener.getsockname())
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, work: t.Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _peer = self._listener.accept()
            if self._stop.is_set():
                connection.close()
                return
            self.connections += 1
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(connection)
        try:
            while not self._stop.is_set() and self._one(connection, number):
                pass
        except OSError:
            pass  # The client went away: that is its right.
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _one(self, connection: socket.socket, number: int) -> bool:
        seen = _read_request(connection, number)
        if seen is None:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return False
        with self._lock:
            self.requests.append(seen)
            action = self._choose(seen)
        content = action.canned
        if action.forward and seen.method == "CONNECT":
            self._tunnel(connection, urlsplit(self.upstream).netloc if self.upstream else seen.target)
            return False
        if action.forward:
            content = self._ask(seen)
        if action.echo:
            content = _message(action.echo, [], json.dumps({"errors": _repeated(seen)}).encode())
        self._stop.wait(action.delay)
        self._send(connection, (content or b"")[: action.cut], action.per_byte)
        if action.end == "hang":
            self._stop.wait()
        elif action.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return action.end == "keep" and action.cut is None

    def _choose(self, seen: Seen) -> Action:
        for rule in self._rules:
            if rule.method in ("*", seen.method) and rule.path.fullmatch(seen.target):
                rule.hits += 1
                if rule.nth is None or rule.hits in rule.nth:
                    return rule.action
        return passing() if self.upstream else answer(404, {"errors": []})

    def _ask(self, seen: Seen) -> bytes:
        parts = urlsplit(self.upstream or "")
        assert parts.hostname, "a rule passes a request on, and there is no upstream"
        upstream = http.client.HTTPConnection(parts.hostname, parts.port)
        try:
            headers = {name: value for name, value in seen.headers if name.lower() != "transfer-encoding"}
            upstream.request(seen.method, seen.target, body=seen.body or None, headers=headers)
            response = upstream.getresponse()
            return _message(response.status, response.getheaders(), response.read())
        finally:
            upstream.close()

    def _tunnel(self, connection: socket.socket, target: str) -> None:
        host, _colon, port = target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as other:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not self._stop.is_set():
                for source in select.select([connection, other], [], [], 0.2)[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (other if source is connection else connection).sendall(data)

    def _send(self, connection: socket.socket, content: bytes, per_byte: float) -> None:
        if not per_byte:
            connection.sendall(content)
            return
        for position in range(len(content)):
            connection.sendall(content[position : position + 1])
            if self._stop.wait(per_byte):
                return


def _repeated(seen: Seen) -> list[str]:
    texts = [json.loads(text) for text in re.findall(r'"(?:[^"\\]|\\.)*"', seen.body.decode())]
    quoted = [json.dumps(text, ensure_ascii=False) for text in texts]
    return [f"no {seen.header('X-Vault-Token')}", seen.body.decode(), ", ".join(texts), ", ".join(quoted)]


def _message(status: int, headers: Collection[tuple[str, str]], content: bytes) -> bytes:
    names = {name.lower() for name, _value in headers}
    kept = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    if "content-length" not in names:
        kept.append(("Content-Length", str(len(content))))
    if "content-type" not in names:
        kept.append(("Content-Type", "application/json"))
    lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Scripted')}"]
    lines += [f"{name}: {value}" for name, value in kept]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def _read_request(connection: socket.socket, number: int) -> Seen | None:
    """The next request, or None if that is not the beginning of one, such as TLS on a port without it."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += _more(connection)
        if not head[:1].isupper():
            return None
    head, body = head.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ")
    headers = tuple((name, value.strip()) for name, _colon, value in (line.partition(":") for line in lines))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while len(body) < length:
        body += _more(connection)
    return Seen(method, target, headers, body, number)


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the client closed the connection")
    return piece
