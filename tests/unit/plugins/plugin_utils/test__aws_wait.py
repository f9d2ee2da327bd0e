# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait until AWS knows a new key, against a scripted STS on a real socket; only the clock is ours."""

from __future__ import annotations

import http.server
import threading
import typing as t
from contextlib import contextmanager

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import LeaseError
from ansible_collections.leasehold.vault.plugins.plugin_utils import _aws
from ansible_collections.leasehold.vault.tests.unit.plugins.fake_vault import FakeClock

KEYS = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "hidden-secret-key", "session_token": None}
KNOWN = (200, "<GetCallerIdentityResponse/>")
UNKNOWN = (403, "<Code>InvalidClientTokenId</Code>")
DENIED = (403, "<Code>AccessDenied</Code>")
THROTTLED = (400, "<Code>Throttling</Code>")


@contextmanager
def sts(script: list[tuple[int, str]], always: tuple[int, str]) -> t.Iterator[tuple[str, list[str]]]:
    """An STS that goes through a script of answers, then gives always the same one."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["Authorization"])
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = script.pop(0) if script else always
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: t.Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        pytest.param([], 5, id="known at once"),
        pytest.param([UNKNOWN] * 3, 8, id="f84 known after a while"),
        pytest.param([UNKNOWN, KNOWN, KNOWN, UNKNOWN], 9, id="f84 known here and there starts anew"),
        pytest.param([KNOWN, THROTTLED, KNOWN, THROTTLED], 7, id="f86 throttling counts neither way"),
        pytest.param([DENIED] * 5, 5, id="f87 who is denied has been recognised"),
    ],
)
def test_five_successes_in_a_row(script: list[tuple[int, str]], asked: int) -> None:
    with sts(list(script), KNOWN) as (endpoint, seen):
        assert _aws.wait_until_accepted(KEYS, {"sts_endpoint": endpoint}, FakeClock()) == asked
    assert len(seen) == asked
    assert all("AKIAIOSFODNN7EXAMPLE" in header and "hidden" not in header for header in seen)


def test_f85_a_key_that_is_never_known_ends_the_wait_with_numbers() -> None:
    clock = FakeClock()
    started = clock.steady
    with sts([], UNKNOWN) as (endpoint, seen), pytest.raises(LeaseError) as caught:
        _aws.wait_until_accepted(KEYS, {"sts_endpoint": endpoint}, clock)
    assert 60 <= clock.steady - started < 62
    assert "within 60 s" in caught.value.message
    assert "InvalidClientTokenId" in caught.value.message
    assert caught.value.kind == "aws-wait"
    assert "hidden" not in caught.value.message
    assert len(seen) > 50


def test_an_sts_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(LeaseError, match=r"last answer .*connection refused"):
        _aws.wait_until_accepted(KEYS, {"sts_endpoint": "http://127.0.0.1:1"}, FakeClock())


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, "http://q:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "amazonaws.com"}, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "example.com"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, None),
    ],
)
def test_the_proxy_is_the_one_an_sdk_would_take(environment: dict[str, str], proxy: str | None) -> None:
    assert _aws._proxy({"environment": environment}) == proxy
