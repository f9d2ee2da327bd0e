# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits and failures of the network, on real sockets."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import typing as t
import zlib
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _exchange
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client, send
from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import Endpoint
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, TransportError, VaultError
from ansible_collections.leasehold.vault.tests.testbed.faults import (
    Action,
    FaultServer,
    answer,
    black_hole,
    drop,
    passing,
    raw,
    reset,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

TOKEN = "hvs.CANARY-token-0003"
BODY_CANARY = "canary-in-the-body-0004"
OK = {"data": {"a": 1}}
PATH = "aws/creds/x"
TARGET = r"/v1/aws/creds/x"


def client(url: str, **connection: t.Any) -> Client:
    """A client that does not wait between its tries."""
    return Client({"url": url, "timeout": 3, **connection}, sleep=lambda _seconds: None)


def fails(url: str, *, retry: str = "never", **connection: t.Any) -> VaultError:
    with pytest.raises(VaultError) as caught:
        client(url, **connection).request("GET", PATH, token=TOKEN, retry=retry)
    text = str(caught.value)
    assert text.isprintable()
    assert TOKEN not in text
    assert BODY_CANARY not in text
    assert caught.value.__cause__ is None
    return caught.value


def fails_with(action: Action, **options: t.Any) -> tuple[VaultError, FaultServer]:
    with FaultServer() as faults:
        faults.on("GET", TARGET, action)
        return fails(faults.url, **options), faults


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
import resource, sys
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError
client = Client({"url": sys.argv[1]})
client.request("GET", "warm/up")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    client.request("GET", "aws/creds/x")
except TransportError as error:
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(error.kind, (after - before) // (1024 if sys.platform == "linux" else 1024 * 1024))
"""


def test_f12_gzip_bomb_costs_little_memory() -> None:
    packer = zlib.compressobj(wbits=31)
    blocks = [packer.compress(b"0" * 1024 * 1024) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    bomb = blocks[0] + blocks[1] * 200
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, bomb, {"Content-Encoding": "gzip"}))
        # A process of its own: the peak of this one is that of all tests before.
        tree = Path(_exchange.__file__).parents[5]
        command = [sys.executable, "-c", MEASURE, faults.url]
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(tree)}, check=True)
    kind, megabytes = done.stdout.split()
    assert kind == "response"
    assert int(megabytes) < 64


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
        ("gzip", gzip.compress(b"{}")[:-4], "truncated"),
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


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_f19_redirect_to_another_host_reaches_nobody(status: int) -> None:
    with FaultServer() as other:
        target = f"http://localhost:{other.port}"
        error, _faults = fails_with(answer(status, b"", {"Location": f"{target}/v1/{PATH}"}), retry="always")
        assert error.kind == "redirect"
        assert f"target={target}" in str(error)
        assert (other.connections, other.requests) == (0, [])


def test_f19_redirect_host_that_is_listed() -> None:
    with FaultServer() as other, FaultServer() as faults:
        other.on("POST", TARGET, answer(200, OK))
        faults.on("POST", TARGET, answer(307, b"", {"Location": f"http://localhost:{other.port}/v1/{PATH}"}))
        known = client(faults.url, redirect_hosts=["LocalHost"])
        assert known.request("POST", PATH, {"a": "b"}, token=TOKEN) == OK
        assert other.requests[0].header("X-Vault-Token") == TOKEN
        assert other.requests[0].header("Host") == f"localhost:{other.port}"
        assert json.loads(other.requests[0].body) == {"a": "b"}


def test_f18_redirect_to_another_port_of_the_same_host() -> None:
    with FaultServer() as leader, FaultServer() as standby:
        leader.on("POST", TARGET, answer(200, OK))
        standby.on("POST", TARGET, answer(307, b"", {"Location": f"{leader.url}/v1/{PATH}"}))
        assert client(standby.url).request("POST", PATH, {}, token=TOKEN, retry="unprocessed") == OK
        assert [seen.header("X-Vault-Token") for seen in leader.requests] == [TOKEN]
        assert leader.requests[0].header("Host") == f"127.0.0.1:{leader.port}"


def test_f19_redirect_loop() -> None:
    error, faults = fails_with(answer(307, b"", {"Location": f"/v1/{PATH}"}), retry="always")
    assert error.kind == "redirect"
    assert len(faults.requests) == 2


@pytest.mark.parametrize(
    "location",
    [
        *("https://127.0.0.1:1/x", "unix:///x", "file:///etc/passwd", "http://u:canary-pw@127.0.0.1/x"),
        *("//evil.example/x", "http://127.0.0.1.evil.example/x", "http://[::1/x"),
    ],
)
def test_f19_redirect_that_can_not_be_followed(location: str) -> None:
    error, faults = fails_with(answer(307, b"", {"Location": location}))
    assert error.kind == "redirect"
    assert "canary-pw" not in str(error)
    assert len(faults.requests) == 1


def test_f19_redirect_to_nowhere() -> None:
    error, faults = fails_with(answer(307))
    assert error.kind == "redirect"
    assert len(faults.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_f19_redirect_that_would_change_the_request(status: int) -> None:
    with FaultServer() as faults:
        faults.on("POST", TARGET, answer(status, b"", {"Location": "/v1/other"}))
        with pytest.raises(TransportError) as caught:
            client(faults.url).request("POST", PATH, {})
        assert caught.value.kind == "redirect"
        assert len(faults.requests) == 1


PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def test_f26_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as proxy, FaultServer() as faults:
        for name in PROXY_VARIABLES:
            monkeypatch.setenv(name, proxy.url)
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH) == OK
        assert proxy.connections == 0


def test_f26_tls_goes_through_a_tunnel(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with FaultServer() as proxy, FaultServer(tls=authority.server()) as faults:
        proxy.on("CONNECT", r".*", passing())
        faults.on("GET", TARGET, answer(200, OK))
        through = {"https": proxy.url.replace("://", "://user:p%40ss@")}
        with pytest.MonkeyPatch.context() as patch:
            # This machine is never asked through a proxy; for this test it counts as far away.
            patch.setattr(Endpoint, "is_local", property(lambda self: False))
            reached = client(faults.url, ca_cert=authority.ca_cert, proxies=through)
        assert reached.request("GET", PATH, token=TOKEN) == OK
        (connect,) = proxy.requests
        assert (connect.method, connect.target) == ("CONNECT", f"127.0.0.1:{faults.port}")
        assert connect.header("X-Vault-Token") is None
        assert connect.header("Proxy-Authorization") == "Basic " + base64.b64encode(b"user:p@ss").decode()


def test_f26_tunnel_refused(tmp_path: Path) -> None:
    with FaultServer() as proxy:
        proxy.on("CONNECT", r".*", answer(403, BODY_CANARY.encode()))
        error = fails("https://vault.example:8200", proxies=proxy.url)
        assert error.kind == "network"
        assert "proxy" in str(error)


def test_f27_netrc_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password canary-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, OK))
        client(faults.url).request("GET", PATH, token=TOKEN)
        assert faults.requests[0].header("Authorization") is None


def test_f28_ipv6_literal() -> None:
    with FaultServer(host="::1") as faults:
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH) == OK
        assert faults.requests[0].header("Host") == f"[::1]:{faults.port}"
    error = fails(f"http://[::1]:{free_port()}")
    assert "vault=http://[::1]:" in str(error)


def test_f28_scoped_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def create_connection(address: tuple[str, int], *args: t.Any, **kwargs: t.Any) -> socket.socket:
        asked.append(address[0])
        return connect(("::1", address[1]), *args, **kwargs)

    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with FaultServer(host="::1") as faults:
        faults.on("GET", TARGET, answer(200, OK))
        assert client(f"http://[fe80::1%25eth0]:{faults.port}").request("GET", PATH) == OK
        assert faults.requests[0].header("Host") == f"[fe80::1]:{faults.port}"
    assert asked == ["fe80::1%eth0"]


def test_f28_dead_ipv6_falls_to_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_exchange, "CONNECT_SECONDS", 0.3)
    # A listener whose queue is full drops further connections, as a dead address does.
    with socket.socket(socket.AF_INET6) as dead, FaultServer() as faults:
        dead.bind(("::1", faults.port))
        dead.listen(0)
        queued = [_begin_connection(("::1", faults.port)) for _ in range(4)]
        faults.on("GET", TARGET, answer(200, OK))
        addresses = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", faults.port, 0, 0))]
        addresses += [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", faults.port))]  # type: ignore[list-item]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: addresses if host == "two.example" else real(host, *a, **k)
        )
        start = time.monotonic()
        assert client(f"http://two.example:{faults.port}").request("GET", PATH, retry="never") == OK
        assert 0.2 < time.monotonic() - start < 5
        for connection in queued:
            connection.close()


def _begin_connection(address: tuple[str, int]) -> socket.socket:
    connection = socket.socket(socket.AF_INET6)
    connection.setblocking(False)
    connection.connect_ex(address)
    return connection


def test_f03_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [] if release.wait(20) else None)
    start = time.monotonic()
    error = fails("http://vault.example:8200", timeout=0.3)
    release.set()
    assert time.monotonic() - start < 5
    assert error.kind == "timeout"


def test_f29_unix_socket(tmp_path: Path) -> None:
    with FaultServer(path=str(tmp_path / "agent.sock")) as faults:
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH, token=TOKEN) == OK
        assert faults.requests[0].header("Host") == "localhost"
    error = fails(f"unix://{tmp_path}/none.sock")
    assert f"vault=unix://{tmp_path}/none.sock" in str(error)
    assert "no such file" in str(error)


def test_f30_prefix_is_kept() -> None:
    with FaultServer() as faults:
        faults.on("GET", r"/vault/here/v1/aws/creds/x", answer(200, OK))
        assert client(f"{faults.url}/vault/here/").request("GET", PATH) == OK


def test_threads_share_a_client() -> None:
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, OK))
        faults.on("GET", r"/v1/slow", black_hole())
        shared = client(faults.url, timeout=1)
        found: list[object] = []

        def ask(path: str) -> None:
            try:
                found.append(shared.request("GET", path))
            except VaultError as error:
                found.append(error.kind)

        threads = [threading.Thread(target=ask, args=[path]) for path in ["slow", *[PATH] * 30]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found.count(OK) == 30
        assert found.count("timeout") == 1
        before = faults.connections
        for _round in range(20):
            shared.request("GET", PATH)
        assert faults.connections == before
        shared.close()


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


def test_nothing_stays_open() -> None:
    def descriptors() -> int:
        return len(os.listdir("/dev/fd"))

    before = descriptors()
    with FaultServer() as faults:
        faults.on("GET", TARGET, answer(200, OK))
        done = client(faults.url)
        done.request("GET", PATH)
        done.close()
    assert descriptors() <= before
