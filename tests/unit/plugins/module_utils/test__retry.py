# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import email.utils
import time

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import TransportError
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.scripted import OK, TOKEN, Script, ok, refuse


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
def test_safe_requests_are_tried_four_times(status: int) -> None:
    script = Script(refuse(status), refuse(status), refuse(status), ok())
    assert script.client.request("GET", "aws/roles/x", token=TOKEN) == OK
    assert script.waits == [1.0, 2.0, 4.0]
    script = Script(refuse(status))
    error = script.fails("GET", "aws/roles/x", token=TOKEN)
    assert len(script.requests) == 4
    assert (error.where["tries"], error.where["status"]) == (4, status)


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (refuse(412), 4),
        (refuse(429), 4),
        (refuse(503), 4),
        (refuse(502, "ThrottlingException"), 4),
        (httpx.Response(502, html="bad gateway"), 1),
        (refuse(500), 1),
        (refuse(504), 1),
        (refuse(400), 1),
        (refuse(473), 1),
        (httpx.ConnectError("refused"), 4),
        (httpx.ConnectTimeout("late"), 4),
        (httpx.ReadError("reset"), 1),
        (httpx.ReadTimeout("late"), 1),
        (httpx.RemoteProtocolError("cut"), 1),
    ],
)
def test_minting_is_repeated_only_if_it_did_not_happen(answer: httpx.Response | Exception, tries: int) -> None:
    script = Script(answer)
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert len(script.requests) == tries
    if isinstance(error, TransportError):
        assert error.processed is (tries == 1)


@pytest.mark.parametrize("answer", [refuse(503), refuse(429, Retry_After="1"), httpx.ConnectError("refused")])
def test_never_is_never(answer: httpx.Response | Exception) -> None:
    script = Script(answer)
    script.fails("POST", "sys/wrapping/unwrap", retry="never")
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("2", [2.0]),
        ("0", [1.0]),
        ("30", [30.0]),
        ("-5", [1.0]),
        ("soon", [1.0]),
        ("", [1.0]),
        ("9" * 50, [1.0]),
        ("Wed, 21 Oct 2015 07:28:00 GMT", [1.0]),
    ],
)
def test_f14_retry_after(asked: str, waits: list[float]) -> None:
    script = Script(refuse(429, Retry_After=asked), ok())
    assert script.client.request("GET", "aws/roles/x") == OK
    assert script.waits == waits


def test_f14_retry_after_as_a_date() -> None:
    script = Script(refuse(429, Retry_After=email.utils.formatdate(time.time() + 10, usegmt=True)), ok())
    script.client.request("GET", "aws/roles/x")
    assert 8 < script.waits[0] <= 10


@pytest.mark.parametrize(("asked", "timeout"), [("99999", 60), ("31", 60), ("20", 15)])
def test_f14_retry_after_that_does_not_fit(asked: str, timeout: int) -> None:
    script = Script(refuse(429, Retry_After=asked), timeout=timeout)
    error = script.fails("GET", "aws/roles/x")
    assert f"asked to wait {asked} s" in str(error)
    assert (error.kind, script.waits) == ("rate", [])


def test_f14_the_smallest_jitter_is_no_hot_loop() -> None:
    script = Script(refuse(429, Retry_After="0"))
    script.client._jitter = lambda: 0.0
    script.fails("GET", "aws/roles/x")
    assert script.waits == [0.5, 1.0, 2.0]


def test_f15_lease_count_quota() -> None:
    error = Script(refuse(429, "lease count quota exceeded")).fails("POST", "aws/creds/x", {}, retry="unprocessed")
    assert error.kind == "rate"
    assert "lease count quota" in error.remedy


def test_f16_index_is_remembered() -> None:
    script = Script(ok(X_Vault_Index="v1:abc"), refuse(412), refuse(412, X_Vault_Index="v1:def"), refuse(412), ok())
    script.client.request("POST", "aws/roles/x", {})
    assert script.client.request("GET", "aws/roles/x") == OK
    assert [request.headers.get("x-vault-index") for request in script.requests] == [
        *(None, "v1:abc", "v1:abc", "v1:def", "v1:def")
    ]


def test_f16_index_exhausted() -> None:
    error = Script(refuse(412)).fails("GET", "aws/roles/x")
    assert (error.kind, error.where["tries"]) == ("consistency", 4)


def test_f111_what_was_just_written_is_waited_for() -> None:
    script = Script(refuse(404), refuse(404), ok())
    assert script.client.request("GET", "aws/roles/x", must_exist=True) == OK
    assert script.waits == [1.0, 2.0]


def test_f111_what_was_just_written_is_not_waited_for_forever() -> None:
    error = Script(refuse(404)).fails("GET", "aws/roles/x", must_exist=True)
    assert (error.kind, error.where["tries"], error.where["status"]) == ("consistency", 4, 404)


def test_f16_index_that_is_no_header_is_forgotten() -> None:
    script = Script(ok(X_Vault_Index="a b"), ok())
    script.client.request("GET", "aws/roles/x")
    script.client.request("GET", "aws/roles/x")
    assert "x-vault-index" not in script.requests[1].headers


@pytest.mark.parametrize("status", [472, 473])
def test_f17_standby_on_a_data_path(status: int) -> None:
    script = Script(refuse(status))
    error = script.fails("GET", "aws/roles/x")
    assert (error.kind, len(script.requests)) == ("standby", 2)
    assert "check url" in str(error).lower()


def test_f20_sealed() -> None:
    script = Script(refuse(503, "Vault is sealed"))
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert (error.kind, len(script.requests)) == ("sealed", 4)
    assert str(error).startswith("Vault is sealed")
    script = Script(refuse(503, "Vault is sealed"), ok())
    assert script.client.request("GET", "aws/roles/x") == OK


NOT_FOUND = refuse(500, "local node not active but active cluster node not found")
NOBODY = refuse(503, "no active Vault instance found")


def test_f21_no_active_node_is_waited_for() -> None:
    script = Script(NOT_FOUND, refuse(503), httpx.ConnectError("refused"), ok())
    assert script.client.request("GET", "aws/roles/x") == OK


@pytest.mark.parametrize("answer", [NOT_FOUND, NOBODY])
def test_f21_an_election_may_take_twenty_seconds_for_a_mint_too(answer: httpx.Response) -> None:
    script = Script(answer)
    script.client._jitter = lambda: 0.0
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert (error.kind, len(script.requests)) == ("leaderless", 9)
    assert 20 < sum(script.waits) < 60
    assert str(error).startswith("The cluster has no active node")


def test_f21_an_active_node_that_is_gone_is_waited_for() -> None:
    """For some seconds a standby still points to it."""
    pointing = httpx.Response(307, headers={"Location": "https://vault.example:8201/v1/aws/creds/x"})
    in_vain: list[httpx.Response | Exception] = [pointing, httpx.ConnectError("refused")]
    script = Script(*in_vain * 5, NOT_FOUND, ok())
    assert script.client.request("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed") == OK
    assert len(script.requests) == 12
    assert script.waits == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_f21_a_standby_that_points_to_another_host_may_soon_learn_of_a_leader() -> None:
    """The token goes nowhere else, whoever leads the cluster."""
    pointing = httpx.Response(307, headers={"Location": "https://vault-2.example:8200/v1/aws/creds/x"})
    script = Script(pointing, pointing, ok())
    assert script.client.request("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed") == OK
    assert {request.url.host for request in script.requests} == {"vault.example"}
    script = Script(pointing)
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert (error.kind, len(script.requests)) == ("redirect", 9)
    assert "redirect_hosts" in error.remedy


def test_f21_two_nodes_that_point_to_each_other_soon_learn_of_a_leader() -> None:
    there = httpx.Response(307, headers={"Location": "https://vault.example:8201/v1/aws/creds/x"})
    back = httpx.Response(307, headers={"Location": "https://vault.example/v1/aws/creds/x"})
    script = Script(there, back, ok())
    assert script.client.request("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed") == OK


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (301, "https://other.example/v1/aws/creds/x"),
        (307, "https://other.example/login"),
        (307, "http://a.example/v1/x"),
    ],
)
def test_f19_a_redirect_that_is_not_of_a_standby_is_final(status: int, location: str) -> None:
    script = Script(httpx.Response(status, headers={"Location": location}))
    assert script.fails("GET", "aws/creds/x").kind == "redirect"
    assert len(script.requests) == 1


def test_f21_an_active_node_that_may_have_acted_is_not_asked_again() -> None:
    pointing = httpx.Response(307, headers={"Location": "https://vault.example:8201/v1/aws/creds/x"})
    script = Script(pointing, httpx.ReadError("reset"))
    error = script.fails("POST", "aws/creds/x", {}, token=TOKEN, retry="unprocessed")
    assert (error.kind, len(script.requests)) == ("network", 2)


def test_whole_call_ends_by_the_clock() -> None:
    script = Script(refuse(503, Retry_After="30"))
    script.fails("GET", "aws/roles/x")
    assert script.waits == [30.0]
