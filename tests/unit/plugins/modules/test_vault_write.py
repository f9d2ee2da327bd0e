# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes that are a state, by rules that a task gives; what wrapping tokens and policies are asked for."""

from __future__ import annotations

import typing as t

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, TransportError
from ansible_collections.leasehold.vault.plugins.modules import vault_policy_info, vault_wrap_info, vault_write
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.system import Data, System

AT = "auth/userpass/users/alice"
LOOKUP = "sys/wrapping/lookup"


class Row(t.NamedTuple):
    """What Vault has, what is given and how to compare it, and which fields differ."""

    stored: Data
    data: Data
    compare: Data
    changes: list[str]


ROWS: dict[str, Row] = {
    "equal": Row({"a": "x"}, {"a": "x"}, {}, []),
    "another value": Row({"a": "x", "b": "y"}, {"a": "x", "b": "z"}, {}, ["b"]),
    "what is not given": Row({"a": "x", "b": "y"}, {"a": "x"}, {}, []),
    "a number as text": Row({"a": 5, "b": True}, {"a": "5", "b": "true"}, {}, []),
    "q11 null and empty": Row({"a": None, "b": [], "c": {}}, {"a": [], "b": "", "c": None}, {}, []),
    "a missing field is empty": Row({}, {"a": ""}, {}, []),
    "an order that counts": Row({"a": [1, 2]}, {"a": [2, 1]}, {}, ["a"]),
    "depth": Row({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": "1"}]}}, {}, []),
    "another depth": Row({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}, {}, ["a"]),
    "f97 a duration": Row({"a": 600}, {"a": "10m"}, {"a": "duration"}, []),
    "f97 a set": Row({"a": ["x", "y"]}, {"a": ["y", "x"]}, {"a": "set"}, []),
    "q37 cidrs": Row({"a": ["10.0.0.1"]}, {"a": ["10.0.0.1/32"]}, {"a": "cidrs"}, []),
    "q10 json": Row({"a": '{"x":[1]}'}, {"a": {"x": [1]}}, {"a": "json"}, []),
    "a policy": Row({"a": 'path "x" {}'}, {"a": '# why\npath "x" { }\n'}, {"a": "policy"}, []),
    "line ends": Row({"a": "x\ny\n"}, {"a": "x\r\ny"}, {"a": "text"}, []),
    "q1 what is never told": Row({}, {"a": "x"}, {"a": "never"}, []),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_differs(row: Row) -> None:
    vault = System(stored={AT: row.stored})
    wanted: Data = {"path": AT, "data": row.data, "compare": row.compare}
    assert vault.perform(vault_write, check=True, **wanted)["changes"] == row.changes
    assert vault.writes() == []
    done = vault.perform(vault_write, **wanted)
    assert (done["changed"], done["changes"]) == (bool(row.changes), row.changes)
    assert vault.writes() == ([("POST", AT, row.data)] if row.changes else [])
    assert vault.perform(vault_write, **wanted)["changed"] is False


def test_what_is_not_there_is_made_and_removed() -> None:
    vault = System()
    wanted: Data = {"path": f"/v1/{AT}", "data": {"a": "x"}}
    assert vault.perform(vault_write, **wanted)["diff"]["after"] == {"a": "x"}
    assert vault.perform(vault_write, check=True, state="absent", **wanted)["changed"]
    assert vault.perform(vault_write, state="absent", **wanted)["diff"]["before"] == {"a": "x"}
    assert vault.perform(vault_write, state="absent", **wanted)["changed"] is False
    assert [method for method, _path, _body in vault.writes()] == ["POST", "DELETE"]


def test_it_is_read_where_it_is_told() -> None:
    vault = System(stored={"elsewhere": {"a": "x"}})
    assert vault.perform(vault_write, path=AT, read_path="elsewhere", data={"a": "x"})["changed"] is False


@pytest.mark.parametrize(("update_secret", "changes"), [("on_create", []), ("always", ["password"])])
def test_f98_a_secret_that_is_never_told(update_secret: str, changes: list[str]) -> None:
    vault = System(stored={AT: {"ttl": 60}}, ignores=("password",))
    secret: Data = {"secret_data": {"password": "CANARY"}, "compare": {"password": "never"}}
    done = vault.perform(vault_write, path=AT, data={"ttl": 60}, update_secret=update_secret, **secret)
    assert done["changes"] == changes
    assert "CANARY" not in str(done)


def test_a_secret_that_is_told_is_compared_and_not_shown() -> None:
    vault = System(stored={AT: {"a": "CANARY-1"}})
    done = vault.perform(vault_write, path=AT, secret_data={"a": "CANARY-2"})
    assert done["changes"] == ["a"]
    assert done["diff"]["before"] != done["diff"]["after"]
    assert "CANARY" not in str(done)


def test_a_write_sends_all_of_the_data() -> None:
    vault = System(stored={AT: {"a": "x", "b": "old"}}, ignores=("password",))
    vault.perform(
        vault_write,
        path=AT,
        data={"a": "x", "b": "new"},
        secret_data={"password": "p"},
        compare={"password": "never"},
    )
    assert vault.writes() == [("POST", AT, {"a": "x", "b": "new", "password": "p"})]


def test_q16_what_vault_does_not_keep_is_an_error_and_no_change_for_ever() -> None:
    vault = System(ignores=("tll",))
    with pytest.raises(ApiError, match=r"tells another tll when it is read .*class=ignored.*say so in compare"):
        vault.perform(vault_write, path=AT, data={"tll": "CANARY", "a": "x"})


def test_what_cannot_be_read_is_an_error() -> None:
    vault = System()
    with pytest.raises(ApiError, match=r"tells nothing when it is read .*path=elsewhere .*class=consistency"):
        vault.perform(vault_write, path=AT, read_path="elsewhere", data={"a": "x"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"compare": {"b": "set"}}, "compare speaks of b, which is not in data"),
        ({"compare": {"a": "roughly"}}, "compare for a is none of value, duration"),
        ({"compare": {"a": "duration"}}, "a is not a duration"),
        ({"path": "../sys/x"}, "class=path"),
        ({"read_path": "a?list=true"}, "class=path"),
    ],
)
def test_f91_what_cannot_be_is_said_plainly(options: Data, said: str) -> None:
    vault = System(stored={AT: {}})
    with pytest.raises(ConfigError, match=said.replace("?", r"\?")):
        vault.perform(vault_write, **{"path": AT, "data": {"a": "x"}, **options})
    assert vault.writes() == []


def test_written_reads_nothing_and_tells_only_what_was_asked_for() -> None:
    vault = System()
    vault.instead[AT] = [(200, {"data": {"secret_id": "CANARY"}, "warnings": ["mind"]})] * 2
    wanted: Data = {"path": AT, "data": {"a": "x"}, "state": "written"}
    assert vault.perform(vault_write, check=True, **wanted)["changed"]
    assert vault.calls == []
    quiet = vault.perform(vault_write, **wanted)
    assert quiet["changed"] and "CANARY" not in str(quiet)
    assert vault.perform(vault_write, return_data=True, **wanted)["data"] == {"secret_id": "CANARY"}
    assert [method for method, _path, _body in vault.calls] == ["POST", "POST"]
    assert vault.warnings == [f"Vault says of {AT}: mind"] * 2


def test_written_is_not_sent_twice_where_it_may_have_been_done() -> None:
    vault = System()
    vault.instead[AT] = [httpx.ReadTimeout("late")] * 9
    with pytest.raises(TransportError, match=r"Look at what there is before you write again"):
        vault.perform(vault_write, path=AT, state="written")
    assert vault.calls == [("POST", AT, {})]


def test_an_answer_that_is_wrapped() -> None:
    vault = System()
    vault.instead[AT] = [(200, {"data": None, "wrap_info": {"token": "hvs.wrapping"}})]
    done = vault.perform(vault_write, path=AT, state="written", wrap_ttl="60s")
    assert done["wrap_info"] == {"token": "hvs.wrapping"}


def test_results_with_secrets_are_marked() -> None:
    assert vault_write.MODULE.secrets == ("data", "wrap_info")


@pytest.mark.parametrize(
    "made", ["2026-11-21T07:00:00.123456789Z", "2026-11-21T08:00:00.5+01:00", "2026-11-21T07:00:00Z"]
)
def test_the_time_that_a_wrapping_token_has_left(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1795244400.0 + 10)
    vault = System()
    facts = {"creation_path": "sys/wrapping/wrap", "creation_time": made, "creation_ttl": 60}
    vault.instead[LOOKUP] = [(200, {"data": facts})]
    found = vault.perform(vault_wrap_info, wrapping_token="hvs.wrapping")
    assert found == {"changed": False, "valid": True, "ttl": 50, **facts}
    assert vault.writes() == []


def test_a_wrapping_token_that_was_used() -> None:
    vault = System()
    vault.instead[LOOKUP] = [(400, {"errors": ["wrapping token is not valid or does not exist"]})]
    found = vault.perform(vault_wrap_info, wrapping_token="hvs.wrapping")
    assert found == {"changed": False, "valid": False}


def test_whether_a_wrapping_token_is_valid_can_be_refused() -> None:
    vault = System(forbidden=(LOOKUP,))
    with pytest.raises(ApiError, match="class=permission"):
        vault.perform(vault_wrap_info, wrapping_token="hvs.wrapping")


def test_q50_a_policy_by_its_name_in_any_case() -> None:
    vault = System(stored={"sys/policies/acl/deploy": {"name": "deploy", "policy": "# none"}})
    found = vault.perform(vault_policy_info, name="Deploy")["policies"]
    assert [one["policy"] for one in found] == ["# none"]
    assert vault.perform(vault_policy_info, name="other")["policies"] == []
