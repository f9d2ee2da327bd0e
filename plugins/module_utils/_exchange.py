# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""One HTTP exchange, with limits that hold, and with every failure in words of our own."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import typing as t
import zlib

from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError
from ansible_collections.leasehold.vault.plugins.module_utils._tls import reason
from ansible_collections.leasehold.vault.plugins.module_utils._transport import Deadline, Link, httpx, until

if t.TYPE_CHECKING:
    Where = t.Mapping[str, object]

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0
BODY_BYTES = 8 * 1024 * 1024
HEADER_BYTES = 64 * 1024
HEADER_COUNT = 100


class Answer(t.NamedTuple):
    status: int
    headers: t.Mapping[str, str]
    body: bytes


def exchange(transport: httpx.BaseTransport, request: httpx.Request, deadline: Deadline, where: Where) -> Answer:
    """Send one request and read its whole answer; whatever goes wrong on the way is a TransportError."""
    request.extensions["timeout"] = {
        "connect": CONNECT_SECONDS,
        "read": IDLE_SECONDS,
        "write": IDLE_SECONDS,
        "pool": max(deadline.left(), 0.0),
    }
    with until(deadline) as link:
        try:
            response = transport.handle_request(request)
            with contextlib.closing(response):
                _check_headers(response, where)
                return Answer(response.status_code, response.headers, _read(response, link, where))
        except httpx.TimeoutException as problem:
            raise _late(problem, deadline, where) from None
        except httpx.ProtocolError as problem:
            raise _not_http(problem, link, where) from None
        except (httpx.NetworkError, httpx.ProxyError) as problem:
            raise _broken(problem, where) from None


def _check_headers(response: httpx.Response, where: Where) -> None:
    headers = response.headers.raw
    if len(headers) > HEADER_COUNT or sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        raise _refused(f"The answer has more than {HEADER_COUNT} headers or {HEADER_BYTES} bytes of them", where)


def _read(response: httpx.Response, link: Link, where: Where) -> bytes:
    inflater = _inflater(response.headers.get("content-encoding", ""), where)
    body = bytearray()
    received = 0
    try:
        for piece in t.cast("httpx.SyncByteStream", response.stream):
            received += len(piece)
            body += inflater.decompress(piece, BODY_BYTES + 1 - len(body)) if inflater else piece
            if len(body) > BODY_BYTES:
                raise _refused(f"The answer is larger than {BODY_BYTES} bytes", where)
    except httpx.ProtocolError:
        if link.closed is False:
            raise
        raise _truncated(received, response.headers.get("content-length", ""), where) from None
    except zlib.error:
        raise _refused("The answer is not what its content encoding says", where) from None
    if inflater and not inflater.eof:
        raise _truncated(received, "", where)
    return bytes(body)


def _inflater(encoding: str, where: Where) -> zlib._Decompress | None:
    if encoding.lower() in ("", "identity"):
        return None
    if encoding.lower() == "gzip":
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    raise _refused("The answer has a content encoding that was not asked for", where)


def _late(problem: Exception, deadline: Deadline, where: Where) -> TransportError:
    connecting = isinstance(problem, httpx.ConnectTimeout)
    queued = isinstance(problem, httpx.PoolTimeout)
    if deadline.left() <= 0:
        text = f"The whole call took longer than {deadline.seconds:g} s"
    elif connecting:
        text = f"No connection within {CONNECT_SECONDS:g} s"
    else:
        text = f"No answer within {IDLE_SECONDS:g} s"
    return TransportError(
        text,
        kind="timeout",
        processed=not (connecting or queued),
        where=where,
        remedy="Check the address, the network between here and there, and the load of the server.",
    )


def _not_http(problem: Exception, link: Link, where: Where) -> TransportError:
    if isinstance(problem, httpx.LocalProtocolError):
        return TransportError("The request can't be sent as it is", kind="internal", processed=False, where=where)
    if link.closed is False:
        return _refused("What answered does not speak HTTP as it should", where)
    return _network("The connection was closed before an answer came", where)


def _truncated(received: int, expected: str, where: Where) -> TransportError:
    of = f" of {expected}" if expected.isdigit() and len(expected) < 20 else ""
    return _network(f"The answer was truncated: {received}{of} bytes came", where, kind="truncated")


def _broken(problem: Exception, where: Where) -> TransportError:
    processed = not isinstance(problem, (httpx.ConnectError, httpx.ProxyError))
    cause = problem.__cause__
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return TransportError(
            f"TLS failed: {reason(cause)}",
            kind="tls",
            processed=processed,
            where=where,
            remedy="See ca_cert, ca_path, client_cert and tls_server_name.",
        )
    if isinstance(problem, httpx.ProxyError):
        return _network("The proxy did not open a tunnel", where, processed=False)
    if isinstance(cause, socket.gaierror):
        return _network("The name of the host can't be resolved", where, processed=processed)
    number = cause.errno if isinstance(cause, OSError) else None
    why = os.strerror(number).lower() if number else "it broke off"
    return _network(f"The connection failed: {why}", where, processed=processed)


def _network(text: str, where: Where, *, kind: str = "network", processed: bool = True) -> TransportError:
    remedy = "Check that the server runs and that address, port and network are right."
    return TransportError(text, kind=kind, processed=processed, where=where, remedy=remedy)


def _refused(text: str, where: Where) -> TransportError:
    remedy = "Something else may answer at this address, such as a proxy or a login page."
    return TransportError(text, kind="response", where=where, remedy=remedy)


__all__ = ("Answer", "exchange")
