# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Connections whose waits end when the whole call has to end.

httpx alone limits each single read, so that a server which sends one byte every few seconds holds a caller for ever.
Here each wait of a connection is cut to what is left of the whole call, whichever thread the connection works for.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import traceback
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import Endpoint, is_ip
from ansible_collections.leasehold.vault.plugins.module_utils._tls import alert_on_plain_http

try:
    import httpcore
    import httpx
    from httpcore import NetworkBackend, NetworkStream
    from httpx import BaseTransport, SyncByteStream
except ImportError:
    HTTPX_IMPORT_ERROR: str | None = traceback.format_exc()
    BaseTransport = NetworkBackend = NetworkStream = SyncByteStream = object  # type: ignore[assignment,misc]
    httpcore = httpx = None  # type: ignore[assignment]
else:
    HTTPX_IMPORT_ERROR = None
HAS_HTTPX = HTTPX_IMPORT_ERROR is None

# Below the idle limit of common load balancers, so that a connection is not closed while we take it up again.
KEEP_ALIVE_SECONDS = 15.0
CONNECTIONS = 100
_PIECE = 16 * 1024


class Deadline:
    """The end of a whole call."""

    def __init__(self, clock: t.Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self.seconds = seconds

    def left(self) -> float:
        return self._end - self._clock()


class Link(threading.local):
    """What the connections of this thread work for; ``closed`` is None until one of them has been read from."""

    deadline: Deadline | None = None
    closed: bool | None = None


_current = Link()


def _cut(timeout: float | None, error: type[Exception]) -> float | None:
    if _current.deadline is None:
        return timeout
    left = _current.deadline.left()
    if left <= 0:
        raise error
    return left if timeout is None else min(timeout, left)


class _Stream(NetworkStream):
    def __init__(self, inner: NetworkStream, server_name: str | None, *, encrypted: bool = False) -> None:
        self._inner = inner
        self._server_name = server_name
        self._is_first_of_plain = not encrypted

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, _cut(timeout, httpcore.ReadTimeout))
        _current.closed = not data
        if self._is_first_of_plain and data[:2] == b"\x15\x03":
            raise httpcore.ReadError(alert_on_plain_http())
        self._is_first_of_plain = False
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], _cut(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        name = self._server_name or server_hostname
        inner = self._inner.start_tls(ssl_context, name, _cut(timeout, httpcore.ConnectTimeout))
        return _Stream(inner, self._server_name, encrypted=True)

    def get_extra_info(self, info: str) -> t.Any:
        return self._inner.get_extra_info(info)


def _resolve(host: str, port: int, timeout: float | None) -> list[str]:
    """All addresses of a host; in a thread of its own, for nothing else can put a limit to it."""
    found: list[t.Any] = []

    def look_up() -> None:
        try:
            found.append([str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as problem:
            found.append(problem)

    if is_ip(host):
        return [host]
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(timeout)
    if not found:
        raise httpcore.ConnectTimeout
    if isinstance(found[0], Exception):
        raise httpcore.ConnectError(found[0])
    return t.cast("list[str]", found[0])


class _Backend(NetworkBackend):
    def __init__(self, target: Endpoint, server_name: str | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._target = target
        self._server_name = server_name

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: t.Any = None,
    ) -> NetworkStream:
        """Try one address after the other, each with the whole time for a connection: a dead IPv6 must not end it."""
        failure: Exception = httpcore.ConnectError(OSError())
        # The interface of a scoped IPv6 address is for the socket alone; the URL came without it.
        host = self._target.host if self._target.host.startswith(f"{host}%") else host
        for address in _resolve(host, port, _cut(timeout, httpcore.ConnectTimeout)):
            left = _cut(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options or ())
                return _Stream(stream, self._server_name)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                failure = problem
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: t.Any = None
    ) -> NetworkStream:
        left = _cut(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_unix_socket(path, left, socket_options or ()), self._server_name)


class Transport(BaseTransport):
    """Kept-alive connections that any number of threads share."""

    def __init__(
        self,
        target: Endpoint,
        proxy: tuple[Endpoint, tuple[str, str] | None] | None = None,
        context: ssl.SSLContext | None = None,
        server_name: str | None = None,
    ) -> None:
        options: dict[str, t.Any] = {
            "ssl_context": context,
            "max_connections": CONNECTIONS,
            "keepalive_expiry": KEEP_ALIVE_SECONDS,
            "network_backend": _Backend(target, server_name),
        }
        if proxy:
            self._pool: httpcore.ConnectionPool = httpcore.HTTPProxy(proxy[0].origin, proxy[1], **options)
        else:
            self._pool = httpcore.ConnectionPool(uds=target.socket, **options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        inner = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _httpx_errors():
            answer = self._pool.handle_request(inner)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> t.Iterator[bytes]:
        with _httpx_errors():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextlib.contextmanager
def _httpx_errors() -> t.Iterator[None]:
    """Give each error its name in httpx, and the error of the operating system as its cause."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.TimeoutException) as problem:
        origin = problem.args[0] if problem.args and isinstance(problem.args[0], Exception) else None
        raise getattr(httpx, type(problem).__name__)("") from origin


@contextlib.contextmanager
def until(deadline: Deadline) -> t.Iterator[Link]:
    """Bind this thread to the end of a call, and yield what its connections have to say."""
    _current.deadline, _current.closed = deadline, None
    try:
        yield _current
    finally:
        _current.deadline = None


__all__ = ("HAS_HTTPX", "HTTPX_IMPORT_ERROR", "Deadline", "Link", "Transport", "httpx", "until")
