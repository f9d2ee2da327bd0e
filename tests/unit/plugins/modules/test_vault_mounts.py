# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of Vault's mounts that would make a module write again and again, or destroy what nobody meant."""

from __future__ import annotations

import typing as t

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError
from ansible_collections.leasehold.vault.plugins.modules import (
    vault_auth_method,
    vault_auth_method_info,
    vault_secrets_engine,
    vault_secrets_engine_info,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.system import Data, System

BOTH = {"sys/mounts": vault_secrets_engine, "sys/auth": vault_auth_method}


class Row(t.NamedTuple):
    """How a mount of type ``kv`` is, what is wanted, and what is tuned for it; none means that nothing is written."""

    stored: Data
    options: Data
    tuned: Data


ROWS: dict[str, Row] = {
    "q45 a time that is not set is zero": Row({}, {"default_lease_ttl": "", "max_lease_ttl": "0"}, {}),
    "q45 a time in other words": Row({"default_lease_ttl": "3600s"}, {"default_lease_ttl": "1h"}, {}),
    "q46 another time": Row({"max_lease_ttl": "60s"}, {"max_lease_ttl": "2h"}, {"max_lease_ttl": "7200s"}),
    "q46 no time of its own": Row({"max_lease_ttl": "60s"}, {"max_lease_ttl": 0}, {"max_lease_ttl": "system"}),
    "q11 lists that were never set": Row({}, {"audit_non_hmac_request_keys": []}, {}),
    "the order of keys": Row(
        {"audit_non_hmac_request_keys": ["b", "a"]}, {"audit_non_hmac_request_keys": ["a", "b"]}, {}
    ),
    "a cleared list": Row(
        {"allowed_response_headers": ["X"]}, {"allowed_response_headers": []}, {"allowed_response_headers": []}
    ),
    "the case of headers": Row(
        {"passthrough_request_headers": ["X-Foo"]}, {"passthrough_request_headers": ["x-foo"]}, {}
    ),
    "hidden is what holds": Row({}, {"listing_visibility": "hidden"}, {}),
    "options are texts": Row({"options": {"version": "2"}}, {"options": {"version": 2}}, {}),
    "options that are gone": Row(
        {"options": {"version": "2", "x": "y"}}, {"options": {"version": 2}}, {"options": {"version": "2", "x": ""}}
    ),
    "no options at all": Row({}, {"options": {}}, {}),
    "no description": Row({"description": "old"}, {"description": ""}, {"description": ""}),
    "q49 fixed as it is": Row({"local": True}, {"local": True, "seal_wrap": False}, {}),
    "q17 what is not given": Row({"description": "old", "max_lease_ttl": "60s"}, {}, {}),
}


@pytest.mark.parametrize("area", BOTH)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_tuned(row: Row, area: str) -> None:
    vault = System()
    vault.mount(area, "m", "kv", **row.stored)
    done = vault.perform(BOTH[area], path="m", type="kv", **row.options)
    assert vault.writes() == ([("POST", f"{area}/m/tune", row.tuned)] if row.tuned else [])
    assert (done["changed"], done["changes"]) == (bool(row.tuned), sorted(row.tuned))
    assert vault.perform(BOTH[area], path="m", type="kv", **row.options)["changed"] is False


@pytest.mark.parametrize("area", BOTH)
def test_a_new_mount_has_its_config_at_once(area: str) -> None:
    vault = System()
    options: Data = {
        "path": "/m/",
        "type": "kv",
        "description": "d",
        "options": {"version": 2},
        "default_lease_ttl": "1h",
    }
    assert vault.perform(BOTH[area], check=True, **options)["changed"]
    assert vault.writes() == []
    done = vault.perform(BOTH[area], local=True, **options)
    assert done["diff"]["before"] == {}
    assert done["diff"]["after"]["default_lease_ttl"] == 3600
    own = {"type": "kv", "description": "d", "options": {"version": "2"}, "local": True}
    assert vault.writes() == [("POST", f"{area}/m", {**own, "config": {"default_lease_ttl": "3600s"}})]
    assert vault.perform(BOTH[area], local=True, **options)["changed"] is False


def test_the_kind_of_tokens() -> None:
    vault = System()
    vault.mount("sys/auth", "m", "approle")
    auth: Data = {"path": "m", "type": "approle"}
    assert vault.perform(vault_auth_method, token_type="default-service", **auth)["changed"] is False
    assert vault.perform(vault_auth_method, token_type="batch", **auth)["changes"] == ["token_type"]
    assert vault.perform(vault_auth_method, token_type="batch", **auth)["changed"] is False


@pytest.mark.parametrize("options", [{"type": "aws"}, {"type": "kv", "local": True}, {"type": "kv", "seal_wrap": True}])
@pytest.mark.parametrize("check", [False, True])
def test_q49_what_would_take_a_new_mount_is_refused(options: Data, check: bool) -> None:
    vault = System()
    vault.mount("sys/mounts", "m", "kv")
    with pytest.raises(
        ConfigError, match=r"Vault cannot change .*state: absent and destroy_data: true, which destroys"
    ):
        vault.perform(vault_secrets_engine, check, path="m", description="new", **options)
    assert vault.writes() == []


@pytest.mark.parametrize("area", BOTH)
@pytest.mark.parametrize("check", [False, True])
def test_nothing_is_destroyed_without_consent(area: str, check: bool) -> None:
    vault = System()
    vault.mount(area, "m", "kv")
    with pytest.raises(ConfigError, match=r"There is kv at this path.*class=consent.*Set destroy_data: true"):
        vault.perform(BOTH[area], check, path="m", state="absent")
    assert vault.writes() == []


@pytest.mark.parametrize("area", BOTH)
def test_with_consent_it_is_destroyed_once(area: str) -> None:
    vault = System()
    vault.mount(area, "m", "kv", description="d")
    gone: Data = {"path": "m", "state": "absent", "destroy_data": True}
    assert vault.perform(BOTH[area], check=True, **gone)["changed"]
    done = vault.perform(BOTH[area], **gone)
    assert (done["diff"]["before"]["type"], done["diff"]["before"]["description"], done["diff"]["after"]) == (
        "kv",
        "d",
        {},
    )
    assert vault.writes() == [("DELETE", f"{area}/m", {})]
    assert vault.perform(BOTH[area], **gone)["changed"] is False


def test_what_is_not_there_needs_no_consent() -> None:
    assert System().perform(vault_secrets_engine, path="m", state="absent")["changed"] is False


def test_q47_an_engine_around_the_path_is_not_the_one() -> None:
    vault = System()
    vault.mount("sys/mounts", "m", "kv")
    assert vault.perform(vault_secrets_engine, path="m/n", state="absent", destroy_data=True)["changed"] is False
    assert vault.perform(vault_secrets_engine_info, path="m/n")["secrets_engines"] == []
    with pytest.raises(ApiError, match="path is already in use at m/"):
        vault.perform(vault_secrets_engine, path="m/n", type="kv")


def test_q47_an_engine_beside_another_one() -> None:
    vault = System()
    vault.mount("sys/mounts", "team/a", "kv")
    vault.mount("sys/mounts", "team/b", "kv")
    assert vault.perform(vault_secrets_engine, path="team/b", type="kv")["changed"] is False
    assert vault.perform(vault_secrets_engine_info, path="team/b/")["secrets_engines"][0]["accessor"] == "kv-team/b"


def test_q48_two_at_once_end_as_wanted() -> None:
    vault = System()
    vault.mount("sys/mounts", "m", "kv")
    vault.instead["sys/mounts/m"] = [(400, {"errors": ["No secret engine mount at m/"]})]
    done = vault.perform(vault_secrets_engine, path="m", type="kv", description="mine")
    assert done["changed"]
    assert vault.mounts["sys/mounts"]["m/"]["description"] == "mine"
    assert "somebody else has enabled it" in vault.warnings[0]


def test_q48_two_at_once_that_want_different_types() -> None:
    vault = System()
    vault.mount("sys/mounts", "m", "aws")
    vault.instead["sys/mounts/m"] = [(400, {"errors": ["No secret engine mount at m/"]})]
    with pytest.raises(ApiError, match="path is already in use at m/"):
        vault.perform(vault_secrets_engine, path="m", type="kv", description="mine")
    assert vault.mounts["sys/mounts"]["m/"]["description"] == ""


def test_q16_a_vault_that_is_too_old_for_a_field() -> None:
    vault = System(ignores=("identity_token_key",))
    vault.mount("sys/mounts", "m", "aws")
    with pytest.raises(ApiError, match=r"did not keep identity_token_key .*identity_token_key \(Vault 1.16\)"):
        vault.perform(vault_secrets_engine, path="m", type="aws", identity_token_key="k")


@pytest.mark.parametrize("kind", ["kv-v1", "kv-v2"])
def test_a_word_of_the_cli_is_no_type(kind: str) -> None:
    with pytest.raises(ConfigError, match=rf"Write type: kv and options: {{version: {kind[-1]}}}"):
        System().perform(vault_secrets_engine, path="m", type=kind)


@pytest.mark.parametrize("path", ["../sys", "a//b", "a/../b", "a?b", "a%2fb", "", " a"])
def test_f92_paths_that_would_leave_the_mounts(path: str) -> None:
    vault = System()
    with pytest.raises(ConfigError, match="class=path"):
        vault.perform(vault_secrets_engine, path=path, type="kv")
    assert vault.calls == []


def test_a_refusal_is_no_absence() -> None:
    vault = System(forbidden=("sys/mounts/m",))
    with pytest.raises(ApiError, match="class=permission"):
        vault.perform(vault_secrets_engine, path="m", type="kv")


def test_all_and_one() -> None:
    vault = System()
    vault.mount("sys/auth", "b", "approle")
    vault.mount("sys/auth", "a/c", "aws")
    found = vault.perform(vault_auth_method_info)["auth_methods"]
    assert [(one["path"], one["type"]) for one in found] == [("a/c", "aws"), ("b", "approle")]
    assert vault.perform(vault_auth_method_info, path="b")["auth_methods"] == [found[1]]
    assert vault.perform(vault_auth_method_info, path="c")["auth_methods"] == []


@pytest.mark.parametrize(
    ("module", "area", "returns"),
    [
        (vault_auth_method_info, "sys/auth", "auth_methods"),
        (vault_secrets_engine_info, "sys/mounts", "secrets_engines"),
    ],
)
def test_who_may_not_see_the_mounts_sees_those_he_may_use(module: t.Any, area: str, returns: str) -> None:
    vault = System(forbidden=(area, f"{area}/m", f"{area}/m/n", f"{area}/other"))
    vault.mount(area, "m", "aws")
    for path in (None, "m"):
        assert [one["path"] for one in vault.perform(module, path=path)[returns]] == ["m"]
    assert vault.perform(module, path="m/n")[returns] == []
    with pytest.raises(ApiError, match="class=permission"):
        vault.perform(module, path="other")


def test_a_server_that_fails_is_not_asked_another_way() -> None:
    vault = System()
    vault.instead["sys/mounts"] = [httpx.ReadTimeout("late")] * 9
    with pytest.raises(Exception, match="class=timeout"):
        vault.perform(vault_secrets_engine_info)
    assert {path for _method, path, _body in vault.calls} == {"sys/mounts"}
