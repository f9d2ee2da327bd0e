# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits and failures of one exchange, on real sockets."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _exchange
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client, send
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, TransportError
from ansible_collections.leasehold.vault.tests.testbed.faults import (
    Action,
    FaultServer,
    answer,
    black_hole,
    drop,
    raw,
    reset,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import (
    BODY_CANARY,
    OK,
    PATH,
    TARGET,
    TOKEN,
    client,
    fails,
    fails_with,
    free_port,
)


def test_f01_refused_at_first_then_up() -> None:
    late = FaultServer(port=free_port())
    late.on("POST", TARGET, answer(200, OK))
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            late.__enter__()

    try:
        patient = Client({"url": late.url}, sleep=sleep)
        assert patient.request("POST", PATH, {}, retry="unprocessed") == OK
        assert (len(waits), len(late.requests)) == (2, 1)
    finally:
        late.__exit__()


def test_f02_refused_for_good() -> None:
    port = free_port()
    error = fails(f"http://127.0.0.1:{port}", retry="unprocessed")
    assert (error.kind, error.where["tries"]) == ("network", 4)
    assert f"vault=http://127.0.0.1:{port}" in str(error)
    assert "connection refused" in str(error)


def test_f03_name_that_does_not_resolve() -> None:
    start = time.monotonic()
    error = fails("http://vault.invalid:8200", retry="unprocessed")
    assert time.monotonic() - start < 6
    assert error.kind in ("network", "timeout")
    assert "vault=http://vault.invalid:8200" in str(error)
    assert isinstance(error, TransportError)
    assert not error.processed


def test_f04_black_hole() -> None:
    start = time.monotonic()
    error, faults = fails_with(black_hole(), timeout=0.4, retry="always")
    assert 0.3 < time.monotonic() - start < 5
    assert error.kind == "timeout"
    assert "longer than 0.4 s" in str(error)
    assert isinstance(error, TransportError)
    assert error.processed
    assert len(faults.requests) == 1


def test_f04_idle_limit_leaves_time_for_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_exchange, "IDLE_SECONDS", 0.2)
    with FaultServer() as faults:
        faults.on("GET", TARGET, black_hole(), nth=[1, 2])
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH) == OK
        assert len(faults.requests) == 3


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(answer(200, OK, per_byte=0.05), id="headers"),
        pytest.param(answer(200, {"data": {"a": "x" * 500}}, headers={"X-A": "b"}, per_byte=0.002), id="body"),
        pytest.param(raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, per_byte=0.001), id="continue"),
    ],
)
def test_f05_slow_loris_ends_by_our_clock(action: Action) -> None:
    start = time.monotonic()
    error, _faults = fails_with(action, timeout=0.6)
    assert 0.5 < time.monotonic() - start < 5
    assert error.kind == "timeout"


def test_f05_server_that_does_not_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(TransportError) as caught:
            client(url, timeout=0.5).request("POST", PATH, {"a": "x" * 30_000_000}, retry="never")
    assert time.monotonic() - start < 5
    assert caught.value.kind == "timeout"


def test_f05_server_that_reads_a_little_now_and_then() -> None:
    done = threading.Event()
    drained: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drain() -> None:
            connection, _peer = listener.accept()
            with connection:
                while not done.wait(0.02):
                    drained.append(len(connection.recv(200_000)))

        reader = threading.Thread(target=drain)
        reader.start()
        with pytest.raises(TransportError) as caught:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            client(url, timeout=1).request("POST", PATH, {"a": "x" * 40_000_000}, retry="never")
        done.set()
        reader.join()
    assert caught.value.kind == "timeout"
    assert sum(drained) < 30_000_000


def test_f06_reset_in_mid_body() -> None:
    with FaultServer() as faults:
        faults.on("*", TARGET, reset(canned=answer(200, OK).canned, cut=70), nth=[1, 2])
        faults.on("*", TARGET, answer(200, OK))
        with pytest.raises(TransportError) as caught:
            client(faults.url).request("POST", PATH, {}, retry="unprocessed")
        assert caught.value.kind in ("network", "truncated")
        assert caught.value.processed
        assert client(faults.url).request("GET", PATH) == OK
        assert [seen.method for seen in faults.requests] == ["POST", "GET", "GET"]


def test_f06_lost_answer_is_ambiguous() -> None:
    with FaultServer() as vault:
        vault.on("POST", TARGET, answer(200, OK))
        with FaultServer(upstream=vault.url) as faults:
            faults.on("POST", TARGET, drop(), nth=[1])
            with pytest.raises(TransportError) as caught:
                client(faults.url).request("POST", PATH, {}, retry="unprocessed")
            assert (caught.value.kind, caught.value.processed) == ("network", True)
            assert client(faults.url).request("POST", PATH, {}, retry="unprocessed") == OK
        assert len(vault.requests) == 2


def test_f07_truncated_answer() -> None:
    headers = {"Content-Length": "500"}
    error, _faults = fails_with(answer(200, json.dumps({"data": BODY_CANARY}).encode(), headers, end="close"))
    assert error.kind == "truncated"
    assert "35 of 500 bytes" in str(error)


def test_f07_truncated_answer_is_repeated_if_safe() -> None:
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, b"{", {"Content-Length": "500"}, end="close"), nth=[1])
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH) == OK


def test_f08_login_page_instead_of_vault() -> None:
    page = f"<html>{BODY_CANARY}</html>".encode()
    error, faults = fails_with(answer(200, page, {"Content-Type": "text/html; charset=utf-8"}), retry="always")
    assert error.kind == "response"
    assert f"content_type=text/html bytes={len(page)}" in str(error)
    assert len(faults.requests) == 1


@pytest.mark.parametrize("status", [502, 503])
def test_f09_html_502_never_echoed(status: int) -> None:
    page = f"<html>{BODY_CANARY} {TOKEN}</html>".encode()
    error, faults = fails_with(answer(status, page, {"Content-Type": "text/html"}), retry="always")
    assert f"status={status}" in str(error)
    assert "content_type=text/html" in str(error)
    assert len(faults.requests) == 4


def test_f09_content_type_is_not_trusted_either() -> None:
    error, _faults = fails_with(answer(502, b"x", {"Content-Type": f"{BODY_CANARY} \x1b[31m"}))
    assert "content_type" not in str(error)


def test_f11_errors_of_10_mb() -> None:
    error, _faults = fails_with(answer(400, {"errors": [BODY_CANARY * 500_000]}))
    assert error.kind == "response"
    assert "larger than 8388608 bytes" in str(error)


MEASURE = """
import sys
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

client = Client({"url": sys.argv[1]})
client.request("GET", "warm/up")
before = peak()
try:
    client.request("GET", "aws/creds/x")
except TransportError as error:
    print(error.kind, (peak() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a peak since the start")
def test_f12_gzip_bomb_costs_little_memory() -> None:
    packer = zlib.compressobj(wbits=31)
    blocks = [packer.compress(b"0" * 1024 * 1024) + packer.flush(zlib.Z_FULL_FLUSH) for _number in range(2)]
    bomb = blocks[0] + blocks[1] * 200
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, bomb, {"Content-Encoding": "gzip"}))
        # A process of its own: the peak of this one is that of all tests before.
        tree = Path(_exchange.__file__).parents[5]
        command = [sys.executable, "-c", MEASURE, faults.url]
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(tree)}, check=True)
    kind, megabytes = done.stdout.split()
    assert kind == "response"
    assert 4 < int(megabytes) < 48


def test_f12_body_above_the_cap_without_gzip() -> None:
    error, _faults = fails_with(answer(200, b" " * (9 * 1024 * 1024)))
    assert "larger than 8388608 bytes" in str(error)


def test_f12_honest_gzip_is_read() -> None:
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, gzip.compress(json.dumps(OK).encode()), {"Content-Encoding": "gzip"}))
        assert client(faults.url).request("GET", PATH) == OK
        assert faults.requests[0].header("Accept-Encoding") == "identity"


@pytest.mark.parametrize(
    ("encoding", "body", "kind"),
    [
        ("gzip", b"{}", "response"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-4], "truncated"),
        ("br", b"{}", "response"),
        ("deflate", b"{}", "response"),
        ("gzip, gzip", b"{}", "response"),
    ],
)
def test_f12_other_encodings_are_refused(encoding: str, body: bytes, kind: str) -> None:
    error, _faults = fails_with(answer(200, body, {"Content-Encoding": encoding}))
    assert error.kind == kind


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("X-Big", BODY_CANARY * 4500)], id="100 KB"),
        pytest.param([("X-Huge", BODY_CANARY * 45000)], id="1 MB"),
        pytest.param([(f"X-{number}", BODY_CANARY) for number in range(300)], id="300"),
    ],
)
def test_f13_too_many_headers(headers: list[tuple[str, str]]) -> None:
    error, faults = fails_with(answer(200, OK, headers), retry="always")
    assert error.kind == "response"
    assert len(faults.requests) == 1


def test_f13_not_http_at_all() -> None:
    error, _faults = fails_with(raw(f"SSH-2.0-{BODY_CANARY}\r\n\r\n".encode(), end="close"))
    assert error.kind == "response"
    assert "does not speak HTTP" in str(error)


def test_f13_closed_without_a_word() -> None:
    error, _faults = fails_with(raw(b"", end="close"))
    assert error.kind == "network"


def test_f107_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FaultServer() as faults:
        faults.on("POST", TARGET, answer(200, {"data": {"secret_key": BODY_CANARY}}))
        client(faults.url).request("POST", PATH, {"secret_id": "canary-sent-0005"}, token=TOKEN)
    for canary in (TOKEN, BODY_CANARY, "canary-sent-0005"):
        assert canary not in caplog.text


def test_send_is_one_exchange_under_the_same_limits() -> None:
    with FaultServer() as faults:
        faults.on("POST", r"/\?x=1", answer(200, b"<xml/>", {"Content-Type": "text/xml"}))
        status, headers, body = send("POST", f"{faults.url}/?x=1", {"X-Amz-Date": "now"}, b"Action=Y")
        assert (status, headers["content-type"], body) == (200, "text/xml", b"<xml/>")
        assert (faults.requests[0].header("X-Amz-Date"), faults.requests[0].body) == ("now", b"Action=Y")
        faults.on("GET", r"/late", black_hole())
        with pytest.raises(TransportError) as caught:
            send("GET", f"{faults.url}/late", {}, b"", deadline=0.2)
        assert caught.value.kind == "timeout"


def test_send_refuses_addresses_with_a_password() -> None:
    with pytest.raises(ConfigError) as caught:
        send("GET", "http://user:canary-pw@127.0.0.1/", {}, b"")
    assert "canary-pw" not in str(caught.value)
