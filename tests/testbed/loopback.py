# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small servers of the bench that answer by code of ours: what an AWS host would say, on a free port of 127.0.0.1."""

from __future__ import annotations

import http.server
import re
import ssl
import threading
import time
import typing as t
import urllib.error
import urllib.request
from email.message import Message

Answer = tuple[int, str, bytes]

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/sts/aws4_request")
_STAMP = "%Y%m%dT%H%M%SZ"


class Asked(t.NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes


class _Server(http.server.ThreadingHTTPServer):
    # Many may come at once.
    request_queue_size = 128


class Loopback:
    """``with`` it the server is up; ``answer`` says what it says, and ``requests`` what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def answer(self, asked: Asked) -> Answer:
        """Status, content type and body."""
        raise NotImplementedError

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        own = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, self.path, self.headers, self.rfile.read(length))
                own.requests.append(asked)
                status, kind, body = own.answer(asked)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = _serve

            def log_message(self, *_args: t.Any) -> None:
                """Tests look at ``requests``."""

        return Handler


class Canned(Loopback):
    """Gives the same answer to each path that it knows."""

    def __init__(self, answers: t.Mapping[str, Answer]) -> None:
        super().__init__()
        self._answers = answers

    def answer(self, asked: Asked) -> Answer:
        return self._answers.get(asked.path.partition("?")[0], (404, "text/plain", b""))


class RegionalSts(Loopback):
    """The STS of one host and region: refuses what AWS refuses, in its words, and leaves the signature to moto.

    ``clock`` is how many seconds it is ahead of everybody else.
    """

    def __init__(
        self, host: str, region: str, moto: str, *, clock: float = 0.0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(tls)
        self._host, self._region, self._moto, self._clock = host, region, moto, clock

    def answer(self, asked: Asked) -> Answer:
        scope = _SCOPE.search(asked.headers["Authorization"])
        if asked.headers["Host"] != self._host or not scope or scope.group(1) != self._region:
            return _refusal(f"Credential should be scoped to a valid region, not '{scope and scope.group(1)}'.")
        now, stamp = time.time() + self._clock, asked.headers["X-Amz-Date"]
        earliest = time.strftime(_STAMP, time.gmtime(now - 900))
        if stamp < earliest:
            shown = time.strftime(_STAMP, time.gmtime(now))
            return _refusal(f"Signature expired: {stamp} is now earlier than {earliest} ({shown} - 15 min.)")
        request = urllib.request.Request(self._moto + "/", asked.body, dict(asked.headers.items()))
        try:
            with _OPENER.open(request, timeout=30) as answer:
                return 200, "text/xml", answer.read()
        except urllib.error.HTTPError:
            # As AWS does, it shows what should have been signed.
            text = "The request signature we calculated does not match the signature you provided. Check your key.\n\n"
            quoted = "".join(f"{name.lower()}:{value}\n" for name, value in asked.headers.items())
            return _refusal(f"{text}The Canonical String for this request should have been\n'POST\n/\n\n{quoted}'")


def _refusal(text: str) -> Answer:
    error = f"<Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{text}</Message></Error>"
    namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    return 403, "text/xml", f'<ErrorResponse xmlns="{namespace}">{error}</ErrorResponse>'.encode()
