# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a redirect may lead, on real sockets."""

from __future__ import annotations

import json

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import (
    OK,
    PATH,
    TARGET,
    TOKEN,
    client,
    fails_with,
)


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


def test_f30_prefix_is_kept() -> None:
    with FaultServer() as faults:
        faults.on("GET", r"/vault/here/v1/aws/creds/x", answer(200, OK))
        assert client(f"{faults.url}/vault/here/").request("GET", PATH) == OK
