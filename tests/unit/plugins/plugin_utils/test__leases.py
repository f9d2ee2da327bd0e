# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promises of the keeper's mind, each against a Vault whose time the test moves."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    AuthError,
    ConfigError,
    LeaseError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
from ansible_collections.leasehold.vault.tests.unit.plugins.fake_vault import ADDRESS, FakeClock, FakeVault

LOGIN = "auth/approle/login"
DEPLOY = "aws/creds/deploy"
APPROLE = {"auth_method": "approle", "role_id": "the-role-id", "secret_id": "the-secret-id"}


class Bench(t.NamedTuple):
    vault: FakeVault
    leases: Leases
    clock: FakeClock
    log: list[tuple[str, dict[str, t.Any]]]

    def read(self, path: str = DEPLOY, auth: t.Mapping[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
        return self.leases.read({"connection": {"url": ADDRESS}, "auth": auth or APPROLE, "path": path, **more})

    def token(self, auth: t.Mapping[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
        return self.leases.token({"connection": {"url": ADDRESS}, "auth": auth or APPROLE, **more})


def bench(**settings: t.Any) -> Bench:
    clock = FakeClock()
    vault = FakeVault(clock, **settings)
    log: list[tuple[str, dict[str, t.Any]]] = []
    leases = Leases(clock=clock, log=lambda event, **facts: log.append((event, facts)), connect=vault.client)
    return Bench(vault, leases, clock, log)


def live(b: Bench, seconds: float, step: float = 1.0) -> None:
    """Let time pass with the keeper's renewals in it."""
    for _number in range(int(seconds / step)):
        b.clock.sleep(step)
        b.leases.tend()


def test_one_login_and_one_lease_for_any_number_of_hosts_and_forks() -> None:
    b = bench()
    with ThreadPoolExecutor(50) as forks:
        answers = list(forks.map(lambda _: b.read(), range(200)))
    assert {answer["data"]["access_key"] for answer in answers} == {"AK2"}
    assert (b.vault.count(LOGIN), b.vault.count(DEPLOY)) == (1, 1)
    assert [answer["how"] for answer in answers].count("made") == 1


def test_a_hundred_roles_share_the_login() -> None:
    b = bench()
    with ThreadPoolExecutor(50) as forks:
        answers = list(forks.map(lambda n: b.read(f"aws/creds/role{n}"), range(100)))
    assert len({answer["data"]["access_key"] for answer in answers}) == 100
    assert (b.vault.count(LOGIN), len(b.vault.leases)) == (1, 100)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"auth": {**APPROLE, "role_id": "another"}}, id="identity"),
        pytest.param({"path": "aws/creds/other"}, id="path"),
        pytest.param({"data": {"ttl": "15m"}}, id="parameters"),
        pytest.param({"revoke": False}, id="a lease that outlives the run"),
    ],
)
def test_what_differs_is_not_shared(other: dict[str, t.Any]) -> None:
    b = bench()
    assert b.read()["lease_id"] != b.read(**other)["lease_id"]


def test_options_of_other_logins_do_not_tell_two_callers_apart() -> None:
    b = bench()
    assert (
        b.read()["lease_id"] == b.read(auth={**APPROLE, "token_file": ".vault-token", "username": "alice"})["lease_id"]
    )


def test_fresh_asks_anew_and_later_callers_get_the_new_one() -> None:
    b = bench()
    first, second, third = b.read(), b.read(fresh=True), b.read()
    assert first["lease_id"] != second["lease_id"] == third["lease_id"]
    assert b.vault.count(LOGIN) == 1


def test_a_play_of_three_hours_works_on_a_lease_of_ten_minutes() -> None:
    b = bench(lease_ttl=600, lease_max=3600)
    for _minute in range(180):
        answer = b.read()
        assert answer["lease_id"] in b.vault.open_leases()
        assert answer["ttl"] >= 300
        live(b, 60)
    assert b.vault.count(LOGIN) == 1
    # Each lease is renewed until its maximum of an hour, then replaced: three or four, and no storm.
    assert 3 <= b.vault.count(DEPLOY) <= 4
    assert b.vault.count("sys/leases/renew") <= 60


def test_a_login_token_at_its_maximum_is_replaced_with_its_leases() -> None:
    b = bench(token_ttl=600, token_max=1200, lease_ttl=3600, lease_max=7200)
    for _minute in range(60):
        assert b.read()["lease_id"] in b.vault.open_leases()
        live(b, 60)
    assert 3 <= b.vault.count(LOGIN) <= 4


def test_sts_credentials_are_replaced_before_they_end() -> None:
    b = bench(sts=True, renewable=False, lease_ttl=900)
    first = b.read()
    b.clock.sleep(590)
    assert b.read()["lease_id"] == first["lease_id"]
    b.clock.sleep(20)
    second = b.read()
    assert second["lease_id"] != first["lease_id"]
    assert second["ttl"] >= 300
    assert b.vault.count("sys/leases/renew") == 0
    # Tasks may still hold the old one: it lives on.
    assert first["lease_id"] in b.vault.open_leases()


def test_min_ttl_replaces_what_has_less_left() -> None:
    b = bench(sts=True, renewable=False, lease_ttl=3600)
    first = b.read()
    b.clock.sleep(1000)
    assert b.read(min_ttl=2000)["lease_id"] == first["lease_id"]
    assert b.read(min_ttl=3000)["lease_id"] != first["lease_id"]


def test_f59_more_than_vault_grants_is_an_error_and_no_storm() -> None:
    b = bench(sts=True, renewable=False, lease_ttl=900)
    for _number in range(5):
        with pytest.raises(LeaseError, match="900 s at aws/creds/deploy, less than the min_ttl of 3600 s"):
            b.read(min_ttl=3600)
    assert b.vault.count(DEPLOY) == 1


def test_min_ttl_may_be_all_that_vault_grants() -> None:
    b = bench(sts=True, renewable=False, lease_ttl=899)
    assert b.read(min_ttl=900)["ttl"] == 899


def test_f55_a_failed_renewal_keeps_the_lease() -> None:
    b = bench(lease_ttl=600)
    first = b.read()
    b.vault.instead["sys/leases/renew"] = [(500, {"errors": ["internal error"]})] * 8
    live(b, 450)
    assert b.read()["lease_id"] == first["lease_id"]
    assert b.vault.count(DEPLOY) == 1


def test_f56_renewals_that_fail_for_ever_do_not_become_a_storm() -> None:
    b = bench(lease_ttl=60, lease_max=60)
    b.vault.instead["sys/leases/renew"] = [(500, {"errors": ["internal error"]})] * 10_000
    for _number in range(600):
        assert b.read()["lease_id"] in b.vault.open_leases()
        live(b, 1)
    assert b.vault.count(DEPLOY) <= 20
    assert b.vault.count("sys/leases/renew") <= 400


def test_f57_a_lease_that_vault_has_forgotten_is_replaced_once() -> None:
    b = bench(lease_ttl=600)
    first = b.read()
    b.vault.leases.clear()
    live(b, 401)
    second = b.read()
    assert second["lease_id"] != first["lease_id"]
    assert b.read()["lease_id"] == second["lease_id"]
    assert b.vault.count(DEPLOY) == 2


def test_f58_a_renewal_cut_short_is_the_last() -> None:
    b = bench(lease_ttl=600, lease_max=700)
    b.read()
    live(b, 500)
    assert b.vault.count("sys/leases/renew") == 1


def test_f36_a_token_that_ends_in_mid_run_costs_one_login() -> None:
    b = bench()
    first = b.read()
    for token in b.vault.tokens.values():
        token.revoked = True
    with ThreadPoolExecutor(20) as forks:
        answers = list(forks.map(lambda _: b.read(fresh=False, path="aws/creds/other"), range(40)))
    assert len({answer["lease_id"] for answer in answers}) == 1
    assert b.vault.count(LOGIN) == 2
    # F37: the leases of the dead token died with it.
    assert b.read()["lease_id"] != first["lease_id"]


def test_f38_a_refusal_by_policy_gets_one_new_login_a_minute() -> None:
    b = bench()
    b.token()
    b.clock.sleep(120)
    refusal = (403, {"errors": ["permission denied"]})
    b.vault.instead[DEPLOY] = [refusal] * 20
    for _number in range(5):
        with pytest.raises(ApiError) as caught:
            b.read()
        assert caught.value.kind == "permission"
        b.clock.sleep(1)
    assert b.vault.count(LOGIN) == 2


def test_f38_a_new_login_sees_the_new_policy() -> None:
    b = bench()
    b.token()
    b.clock.sleep(120)
    b.vault.instead[DEPLOY] = [(403, {"errors": ["permission denied"]})]
    assert b.read()["data"]["access_key"]
    assert b.vault.count(LOGIN) == 2


def test_f39_a_wrong_secret_id_is_tried_once_in_thirty_seconds() -> None:
    b = bench()
    wrong = {**APPROLE, "secret_id": "a-wrong-secret-id"}

    def attempt(_number: int) -> str:
        with pytest.raises(AuthError) as caught:
            b.read(auth=wrong)
        return caught.value.message

    with ThreadPoolExecutor(50) as forks:
        messages = set(forks.map(attempt, range(100)))
    assert b.vault.count(LOGIN) == 1
    assert len(messages) == 1
    assert "invalid role or secret ID" in messages.pop()
    b.clock.sleep(31)
    attempt(0)
    assert b.vault.count(LOGIN) == 2


def test_f02_an_address_that_is_down_is_not_hammered() -> None:
    b = bench()
    b.vault.instead[LOGIN] = [httpx.ConnectError("refused")] * 1000
    started = b.clock.steady

    def attempt(_number: int) -> None:
        with pytest.raises(TransportError):
            b.read()

    with ThreadPoolExecutor(50) as forks:
        list(forks.map(attempt, range(50)))
    assert b.vault.count(LOGIN) == 4
    assert b.clock.steady - started < 60


def test_l07_what_is_held_is_served_while_vault_is_down() -> None:
    b = bench(lease_ttl=600)
    first = b.read()
    b.vault.instead["sys/leases/renew"] = [httpx.ConnectError("refused")] * 1000
    for _number in range(250):
        live(b, 1)
        assert b.read()["lease_id"] == first["lease_id"]


def test_f20_a_sealed_vault_fails_all_waiting_callers_at_once() -> None:
    b = bench()
    b.vault.instead[LOGIN] = [(503, {"errors": ["Vault is sealed"]})] * 1000

    def attempt(_number: int) -> str:
        with pytest.raises(VaultError) as caught:
            b.read()
        return caught.value.kind

    with ThreadPoolExecutor(50) as forks:
        kinds = set(forks.map(attempt, range(50)))
    assert kinds == {"sealed"}
    assert b.vault.count(LOGIN) <= 8


@pytest.mark.parametrize("path", [LOGIN, DEPLOY])
def test_f21_a_cluster_without_a_leader_for_good_is_waited_for_once(path: str) -> None:
    b = bench()
    b.vault.instead[path] = [(500, {"errors": ["local node not active but active cluster node not found"]})] * 1000
    started = b.clock.steady
    for role in ("deploy", "deploy", "other", "third"):
        with pytest.raises(VaultError) as caught:
            b.read(f"aws/creds/{role}")
        assert caught.value.kind == "leaderless"
    assert b.vault.count(path) == 9
    assert 20 < b.clock.steady - started < 60
    b.clock.sleep(11)
    b.vault.instead.clear()
    assert b.read()["how"] == "made"


@pytest.mark.parametrize(
    "answer",
    [(500, {"errors": ["local node not active but active cluster node not found"]}), httpx.ConnectError("refused")],
)
def test_f21_a_renewal_that_met_no_leader_keeps_nobody_from_waiting_for_one(answer: t.Any) -> None:
    b = bench(lease_ttl=600)
    b.read()
    b.vault.instead["sys/leases/renew"] = [answer]
    live(b, 401)
    assert b.vault.count("sys/leases/renew") == 1
    b.vault.instead["aws/creds/other"] = [answer]
    assert b.read("aws/creds/other")["how"] == "made"
    assert b.vault.count("aws/creds/other") == 2


def test_f06_a_lost_answer_is_asked_for_once_more_and_logged() -> None:
    b = bench()
    b.vault.instead[DEPLOY] = [httpx.ReadError("reset")]
    assert b.read()["data"]["access_key"]
    assert b.vault.count(DEPLOY) == 2
    assert "mint-again" in [event for event, _facts in b.log]


def test_f06_a_lost_login_is_tried_once_more_and_logged() -> None:
    b = bench()
    b.vault.instead[LOGIN] = [httpx.ReadError("reset")]
    assert b.read()["data"]["access_key"]
    assert b.vault.count(LOGIN) == 2
    assert "login-again" in [event for event, _facts in b.log]


def test_f06_with_a_given_token_a_lost_answer_is_not_repeated() -> None:
    b = bench()
    b.vault.add_token("hvs.given")
    b.vault.instead[DEPLOY] = [httpx.ReadError("reset")]
    with pytest.raises(TransportError):
        b.read(auth={"auth_method": "token", "token": "hvs.given"})
    assert b.vault.count(DEPLOY) == 1


def test_f40_a_secret_id_for_one_login_is_enough() -> None:
    b = bench()
    b.vault.instead[LOGIN] = [None, *[(400, {"errors": ["invalid role or secret ID"]})] * 5]
    for number in range(10):
        b.read(f"aws/creds/role{number}")
    assert b.vault.count(LOGIN) == 1


WRAPPED = {**APPROLE, "secret_id": "hvs.wrapping", "secret_id_wrapped_at": "auth/approle/role/ansible/secret-id"}


def wrapping(b: Bench, created_at: str) -> None:
    b.vault.instead["sys/wrapping/lookup"] = [(200, {"data": {"creation_path": created_at}})]
    b.vault.instead["sys/wrapping/unwrap"] = [(200, {"data": {"secret_id": "the-secret-id"}})]


def test_f42_a_wrapped_secret_id_is_looked_at_then_unwrapped_once() -> None:
    b = bench(token_ttl=100, token_max=100)
    wrapping(b, "auth/approle/role/ansible/secret-id")
    b.read(auth=WRAPPED)
    b.clock.sleep(200)
    b.read(auth=WRAPPED)
    assert [path for _m, path, _b in b.vault.calls if path.startswith("sys/wrapping")] == [
        "sys/wrapping/lookup",
        "sys/wrapping/unwrap",
    ]
    assert b.vault.count(LOGIN) == 2


def test_f42_a_token_made_elsewhere_is_not_unwrapped() -> None:
    b = bench()
    wrapping(b, "auth/approle/role/ansible2/secret-id")
    with pytest.raises(AuthError, match="possible interception"):
        b.read(auth=WRAPPED)
    assert b.vault.count("sys/wrapping/unwrap") == 0


def test_f42_a_used_wrapping_token_says_so() -> None:
    b = bench()
    b.vault.instead["sys/wrapping/lookup"] = [(400, {"errors": ["wrapping token is not valid or does not exist"]})]
    with pytest.raises(AuthError, match="used before, or has expired"):
        b.read(auth=WRAPPED)


def test_f43_batch_tokens_are_not_renewed_and_their_leases_end_one_by_one() -> None:
    b = bench(token_type="batch")
    b.read()
    assert any("batch tokens" in warning for warning in b.leases.take_warnings())
    live(b, 3000, step=50)
    b.read()
    b.leases.finish()
    assert (b.vault.count("auth/token/renew-self"), b.vault.count("auth/token/revoke-self")) == (0, 0)
    assert b.vault.open_leases() == []


def test_f67_f44_a_given_token_is_never_revoked_but_its_leases_are() -> None:
    """One by one, and what Vault says to that is only that it will."""
    b = bench()
    given = b.vault.add_token("hvs.given")
    b.read(auth={"auth_method": "token", "token": "hvs.given"})
    report = b.leases.finish()
    assert b.vault.alive(given)
    assert b.vault.open_leases() == []
    assert [row["state"] for row in report] == ["queued"]


@pytest.mark.parametrize(
    ("ttl", "renewable", "warned"), [(600, False, 1), (600, True, 0), (7200, False, 0), (float("inf"), False, 0)]
)
def test_f44_a_given_token_that_ends_before_its_leases_is_warned_about_once(
    ttl: float, renewable: bool, warned: int
) -> None:
    b = bench()
    b.vault.add_token("hvs.given", ttl=ttl, renewable=renewable)
    for role in ("deploy", "other"):
        b.read(f"aws/creds/{role}", auth={"auth_method": "token", "token": "hvs.given"})
    warnings = [text for text in b.leases.take_warnings() if "ends before" in text]
    assert len(warnings) == warned
    b.read("aws/creds/third", auth={"auth_method": "token", "token": "hvs.given"})
    assert b.leases.take_warnings() == []


def test_f44_a_given_token_that_ends_early_bounds_its_leases_and_is_renewed() -> None:
    b = bench(token_ttl=900, lease_ttl=3600)
    b.vault.add_token("hvs.given", ttl=900, renewable=True)
    who = {"auth_method": "token", "token": "hvs.given"}
    assert b.read(auth=who)["ttl"] <= 900
    live(b, 1200, step=10)
    assert b.read(auth=who)["lease_id"] in b.vault.open_leases()
    assert b.vault.count("auth/token/renew-self") >= 1


def test_f44_limited_uses_are_counted_and_one_is_kept_for_the_revocation() -> None:
    b = bench(num_uses=3)
    for number in range(6):
        b.read(f"aws/creds/role{number}")
    assert b.vault.count(LOGIN) == 3
    b.leases.finish()
    assert b.vault.count("auth/token/revoke-self") == 3


def test_f54_a_nonce_is_stripped_from_what_a_login_says() -> None:
    assert bench().token()["metadata"] == {}


def test_f61_credentials_without_a_ttl_are_not_kept() -> None:
    b = bench()
    body = {"lease_id": "", "lease_duration": 0, "data": {"access_key": "A", "secret_key": "S", "session_token": "T"}}
    b.vault.instead[DEPLOY] = [(200, body)] * 2
    b.read()
    b.read()
    assert b.vault.count(DEPLOY) == 2
    assert len(b.leases.take_warnings()) == 1


def test_f61_sts_with_a_ttl_but_no_lease_is_kept_until_it_ends() -> None:
    b = bench()
    data = {"access_key": "A", "secret_key": "S", "session_token": "T", "ttl": 900}
    b.vault.instead[DEPLOY] = [(200, {"lease_id": "", "lease_duration": 0, "data": data})] * 2
    assert b.read()["ttl"] == 900
    b.clock.sleep(500)
    assert b.read()["ttl"] == 400
    b.clock.sleep(200)
    assert b.read()["ttl"] == 900


def test_a_key_value_secret_is_read_once_for_the_run() -> None:
    b = bench(kv={"kv/app": {"password": "p"}})
    for _number in range(3):
        assert b.read("kv/app")["data"] == {"password": "p"}
        b.clock.sleep(600)
    assert b.vault.count("kv/app") == 1
    assert b.read("kv/app", fresh=True)["how"] == "made"


def test_f25_nothing_there_is_an_error_that_names_the_path() -> None:
    with pytest.raises(ApiError, match="nothing at nowhere/creds/x") as caught:
        bench().read("nowhere/creds/x")
    assert caught.value.kind == "absent"


def test_f65_the_end_revokes_every_login_and_nothing_is_left() -> None:
    b = bench()
    b.read()
    b.read("aws/creds/other", auth={**APPROLE, "role_id": "another"})
    report = b.leases.finish()
    assert b.vault.open_leases() == []
    assert not any(b.vault.alive(token) for token in b.vault.tokens.values())
    assert [row["state"] for row in report] == ["revoked", "revoked"]


def test_what_was_told_to_outlive_the_run_does() -> None:
    b = bench()
    kept, gone = b.read(revoke=False), b.read()
    b.leases.finish()
    assert b.vault.open_leases() == [kept["lease_id"]]
    assert kept["lease_id"] != gone["lease_id"]
    assert b.vault.count(LOGIN) == 2


def test_f66_revocation_is_tried_again_for_a_minute_and_then_given_up() -> None:
    b = bench()
    b.read()
    b.vault.instead["auth/token/revoke-self"] = [(503, {"errors": ["Vault is sealed"]})] * 1000
    started = b.clock.steady
    report = b.leases.finish()
    assert b.clock.steady - started <= 90
    assert "left" in [event for event, _facts in b.log]
    assert [row["state"] for row in report] == ["live"]


def test_f66_an_unseal_in_that_minute_is_enough() -> None:
    b = bench()
    b.read()
    b.vault.instead["auth/token/revoke-self"] = [(503, {"errors": ["Vault is sealed"]})] * 6
    b.leases.finish()
    assert b.vault.open_leases() == []


def test_nothing_is_made_after_the_end() -> None:
    b = bench()
    b.leases.finish()
    with pytest.raises(AuthError):
        b.read()
    with pytest.raises(AuthError):
        b.token()
    assert b.vault.calls == []


def test_a_login_that_is_answered_after_the_end_is_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    b = bench()
    answer = b.vault.handle

    def answer_late(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        b.leases.sessions.close()
        return response

    monkeypatch.setattr(b.vault, "handle", answer_late)
    with pytest.raises(AuthError):
        b.token()
    assert b.vault.tokens
    assert not any(b.vault.alive(token) for token in b.vault.tokens.values())


def test_the_log_and_the_report_hold_no_secret() -> None:
    b = bench()
    b.read()
    b.clock.sleep(450)
    b.leases.tend()
    told = repr((b.log, b.leases.finish()))
    assert "aws/creds/deploy/2" in told
    for secret in ("the-secret-id", "hvs.token-1", "SK2", "AK2"):
        assert secret not in told


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"auth_method": "approle"}, "approle needs role_id"),
        ({"auth_method": "userpass", "username": "alice"}, "userpass needs password"),
        ({"auth_method": "token", "role_id": "x"}, "did you mean auth_method: approle"),
        ({"auth_method": "nonsense"}, "There is no auth_method"),
        ({**APPROLE, "role_id": "line\nbreak"}, "role_id is empty or contains blanks"),
    ],
)
def test_bad_options_are_refused_before_any_request(auth: dict[str, t.Any], said: str) -> None:
    b = bench()
    with pytest.raises(ConfigError, match=said):
        b.read(auth=auth)
    assert b.vault.calls == []


def test_a_token_that_lives_shorter_than_its_leases_sets_the_pace() -> None:
    b = bench(token_ttl=20, token_max=40, lease_ttl=3600)
    for _second in range(60):
        answer = b.read()
        assert answer["lease_id"] in b.vault.open_leases()
        assert answer["ttl"] >= 10
        live(b, 1)
    # A token serves for 30 of its 40 seconds.
    assert b.vault.count(LOGIN) == b.vault.count(DEPLOY) == 2
    assert b.vault.count("auth/token/renew-self") <= 6
    assert b.vault.count("sys/leases/renew") == 0


def test_a_given_token_near_its_end_is_no_reason_to_make_new_leases() -> None:
    b = bench(lease_ttl=3600)
    b.vault.add_token("hvs.given", ttl=600)
    leases = set()
    for _number in range(59):
        leases.add(b.read(auth={"auth_method": "token", "token": "hvs.given"})["lease_id"])
        live(b, 10)
    assert len(leases) == 1
    assert b.vault.count("sys/leases/renew") == 0
