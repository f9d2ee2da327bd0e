# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How connections come about, and what they ignore, on real sockets."""

from __future__ import annotations

import base64
import os
import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _exchange
from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import Endpoint
from ansible_collections.leasehold.vault.plugins.module_utils._errors import VaultError
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, black_hole, passing
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import (
    BODY_CANARY,
    OK,
    PATH,
    TARGET,
    TOKEN,
    client,
    fails,
    free_port,
)

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def test_f03_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [] if release.wait(20) else None)
    start = time.monotonic()
    error = fails("http://vault.example:8200", timeout=0.3)
    release.set()
    assert time.monotonic() - start < 5
    assert error.kind == "timeout"


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
        queued = [_begin_connection(("::1", faults.port)) for _number in range(4)]
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


def test_f29_unix_socket(tmp_path: Path) -> None:
    with FaultServer(path=str(tmp_path / "agent.sock")) as faults:
        faults.on("GET", TARGET, answer(200, OK))
        assert client(faults.url).request("GET", PATH, token=TOKEN) == OK
        assert faults.requests[0].header("Host") == "localhost"
    error = fails(f"unix://{tmp_path}/none.sock")
    assert f"vault=unix://{tmp_path}/none.sock" in str(error)
    assert "no such file" in str(error)


def _begin_connection(address: tuple[str, int]) -> socket.socket:
    connection = socket.socket(socket.AF_INET6)
    connection.setblocking(False)
    connection.connect_ex(address)
    return connection


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
