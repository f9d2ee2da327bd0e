# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrapping tokens: looked at before they are unwrapped, unwrapped once, and forgotten in time."""

from __future__ import annotations

import threading
import typing as t

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    AuthError,
    ConfigError,
    TransportError,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
from ansible_collections.leasehold.vault.plugins.plugin_utils._wrappings import Expected, check
from ansible_collections.leasehold.vault.tests.unit.plugins.fake_vault import ADDRESS, FakeClock, FakeVault

WHERE = "auth/approle/role/app/secret-id"
LOOKUP, UNWRAP = "sys/wrapping/lookup", "sys/wrapping/unwrap"
USED = (400, {"errors": ["wrapping token is not valid or does not exist"]})


class Bench:
    """A keeper's leases and a Vault with one wrapping token."""

    def __init__(self, *, made_at: str = WHERE, unwrapped: t.Any = None) -> None:
        self.clock = FakeClock()
        self.vault = FakeVault(self.clock)
        info = {"creation_path": made_at, "creation_time": "2027-01-15T08:00:00.123456789Z", "creation_ttl": 120}
        self.vault.instead[LOOKUP] = [(200, {"data": info}), USED]
        self.vault.instead[UNWRAP] = [unwrapped or (200, {"data": {"secret_id": "s3cret"}}), USED]
        self.leases = Leases(clock=self.clock, connect=self.vault.client)

    def open(self, path: str = WHERE, token: str = "hvs.wrapping") -> t.Any:
        return self.leases.unwrap({"connection": {"url": ADDRESS}}, token, path).get("data")

    def asked(self) -> list[str]:
        return [path for _method, path, _body in self.vault.calls]


def test_it_is_looked_at_then_unwrapped_once_for_all_who_ask() -> None:
    bench = Bench()
    found: list[t.Any] = []
    forks = [threading.Thread(target=lambda: found.append(bench.open())) for _number in range(20)]
    for fork in forks:
        fork.start()
    for fork in forks:
        fork.join()
    assert found == [{"secret_id": "s3cret"}] * 20
    assert bench.asked() == [LOOKUP, UNWRAP]


def test_nobody_logs_in_for_it() -> None:
    bench = Bench()
    bench.open()
    assert bench.leases.sessions.all == []


def test_it_is_forgotten_when_the_time_of_the_token_is_over() -> None:
    bench = Bench()
    bench.open()
    bench.clock.sleep(119)
    assert bench.open() == {"secret_id": "s3cret"}
    bench.clock.sleep(1)
    bench.leases.tend()
    assert "s3cret" not in str(vars(bench.leases._wrappings))
    with pytest.raises(AuthError, match=r"has unwrapped the token, and forgotten .* TTL of 120 s .*set_fact"):
        bench.open()
    assert bench.asked() == [LOOKUP, UNWRAP]


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_token_made_elsewhere_is_refused(asked_before: bool) -> None:
    bench = Bench()
    if asked_before:
        bench.open()
    with pytest.raises(AuthError, match=r"made elsewhere than creation_path says.*possible interception"):
        bench.open("auth/approle/role/other/secret-id")
    assert bench.asked().count(UNWRAP) == int(asked_before)


@pytest.mark.parametrize("found", [f"{WHERE}2", f"{WHERE}/", "", None, "cubbyhole/x"])
def test_f42_the_creation_path_is_compared_exactly(found: str | None) -> None:
    with pytest.raises(AuthError, match="possible interception"):
        check(found, Expected(WHERE, "", "creation_path"))


def test_f42_the_right_creation_path_passes() -> None:
    check(WHERE, Expected(f"/{WHERE}", "", "creation_path"))


def test_a_used_token_says_so_and_is_not_unwrapped() -> None:
    bench = Bench()
    bench.vault.instead[LOOKUP] = [USED]
    with pytest.raises(AuthError, match="used before, or has expired") as caught:
        bench.open()
    assert "hvs.wrapping" not in caught.value.message
    assert bench.asked() == [LOOKUP]


def test_a_sealed_vault_is_no_interception() -> None:
    bench = Bench(unwrapped=(503, {"errors": ["Vault is sealed"]}))
    with pytest.raises(ApiError, match="class=sealed"):
        bench.open()


def test_a_lost_answer_is_never_asked_for_again() -> None:
    bench = Bench(unwrapped=httpx.ReadTimeout("late"))
    for _number in range(2):
        with pytest.raises(TransportError, match=r"may be lost.*Have a new token made"):
            bench.open()
    assert bench.asked() == [LOOKUP, UNWRAP]


def test_what_never_reached_vault_leaves_the_token_good() -> None:
    bench = Bench(unwrapped=httpx.ConnectError("refused"))
    bench.vault.instead[LOOKUP] = [bench.vault.instead[LOOKUP][0]] * 2
    bench.vault.instead[UNWRAP][1] = (200, {"data": {"secret_id": "s3cret"}})
    with pytest.raises(TransportError, match="class=network"):
        bench.open()
    assert bench.open() == {"secret_id": "s3cret"}


def test_what_cannot_be_a_token_is_not_sent_nor_echoed() -> None:
    bench = Bench()
    with pytest.raises(ConfigError, match="the wrapping token is empty or contains") as caught:
        bench.open(token="hvs.w1 w2")
    assert "w1" not in caught.value.message
    assert bench.asked() == []
