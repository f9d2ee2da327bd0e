# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways of Vault's AppRole that would make a module write what nobody wants, write it again, or stumble."""

from __future__ import annotations

import copy
import typing as t

import httpx
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ApiError,
    ConfigError,
    TransportError,
    VaultError,
)
from ansible_collections.leasehold.vault.plugins.modules import (
    vault_approle_role,
    vault_approle_role_info,
    vault_approle_secret_id,
    vault_approle_secret_id_info,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.modules.approle_method import ROLE, AppRole, Data

MARK = {"host": "web1"}
CUSTOM = {"custom_secret_id": "CANARY-secret-id"}


def perform(module: t.Any, vault: AppRole, options: Data, check: bool = False) -> Data:
    task = module.MODULE
    checked = ArgumentSpecValidator(task.argument_spec(), **task.rules).validate(options)
    assert not checked.error_messages
    result: Data = task.perform(vault, checked.validated_parameters, check)
    return result


def secret_id(vault: AppRole, **options: t.Any) -> Data:
    check = bool(options.pop("check", False))
    return perform(vault_approle_secret_id, vault, {"role_name": "r", **options}, check)


def with_role(**facts: t.Any) -> AppRole:
    return AppRole({"r": dict(ROLE)}, {"r": "role-id"}, **facts)


class Row(t.NamedTuple):
    """What a role has, what is wanted, and the body that is sent for it; none means that nothing is written."""

    stored: Data
    options: Data
    body: Data


ROWS: dict[str, Row] = {
    "q34 what was decided is not sent": Row(
        {"local_secret_ids": True}, {"local_secret_ids": True, "token_ttl": "1h"}, {"token_ttl": "1h"}
    ),
    "q35 the same role_id": Row({}, {"custom_role_id": "role-id"}, {}),
    "q35 another role_id": Row({}, {"custom_role_id": "mine"}, {"role_id": "mine"}),
    "q36 a type in another word": Row({"token_type": "service"}, {"token_type": "default-service"}, {}),
    "q36 a batch in another word": Row({"token_type": "batch"}, {"token_type": "default-batch"}, {}),
    "q36 a type that was never set": Row({}, {"token_type": "default"}, {}),
    "q36 another type": Row({}, {"token_type": "default-batch"}, {"token_type": "batch"}),
    "q37 an address without its mask": Row(
        {"token_bound_cidrs": ["10.0.0.1", "::1"]}, {"token_bound_cidrs": ["::1/128", "10.0.0.1/32"]}, {}
    ),
    "q37 an address with its mask": Row(
        {"secret_id_bound_cidrs": ["10.0.0.1/32"]}, {"secret_id_bound_cidrs": ["10.0.0.1/32"]}, {}
    ),
    "q38 null is empty": Row({}, {"secret_id_bound_cidrs": [], "token_bound_cidrs": []}, {}),
    "q39 policies in another order": Row({"token_policies": ["b", "a"]}, {"token_policies": ["a", "B"]}, {}),
    "durations in other spellings": Row(
        {"token_ttl": 3600, "secret_id_ttl": 600}, {"token_ttl": "1h", "secret_id_ttl": "600s"}, {}
    ),
    "what is empty is cleared": Row(
        {"token_policies": ["a"], "token_ttl": 60},
        {"token_policies": [], "token_ttl": ""},
        {"token_policies": [], "token_ttl": ""},
    ),
    "metadata of the alias": Row({}, {"alias_metadata": {"a": 1}}, {"alias_metadata": {"a": "1"}}),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row(row: Row) -> None:
    """Check mode writes nothing and says what the run then does, which leaves nothing to do."""
    vault = AppRole({"r": {**ROLE, **copy.deepcopy(row.stored)}}, {"r": "role-id"})
    options = {"name": "r", **row.options}
    predicted = perform(vault_approle_role, vault, options, check=True)
    assert vault.writes == []
    assert perform(vault_approle_role, vault, options) == predicted
    assert [body for _path, body in vault.writes] == ([row.body] if row.body else [])
    assert predicted["changed"] is bool(row.body)
    assert predicted["role_id"] == vault.role_ids["r"]
    assert not perform(vault_approle_role, vault, options)["changed"]


def test_a_new_role() -> None:
    vault = AppRole()
    options = {"name": "new", "local_secret_ids": True}
    assert "role_id" not in perform(vault_approle_role, vault, options, check=True)
    assert perform(vault_approle_role, vault, options)["role_id"] == "role-id-of-new"


def test_q34_what_was_decided_stays() -> None:
    with pytest.raises(ConfigError, match="Vault cannot change local_secret_ids"):
        perform(vault_approle_role, with_role(), {"name": "r", "local_secret_ids": True}, check=True)


def test_a_role_id_that_is_taken() -> None:
    vault = with_role()
    with pytest.raises(ApiError, match="Another role of this mount has this role_id"):
        perform(vault_approle_role, vault, {"name": "other", "custom_role_id": "role-id"})
    assert len(vault.writes) == 1, "Vault's 500 is no reason to try again"


@pytest.mark.parametrize("stored", [{}, {"secret_id_bound_cidrs": ["10.0.0.0/8"]}], ids=["open", "was bound"])
def test_nobody_logs_in_with_a_role_id_alone(stored: Data) -> None:
    vault = AppRole({"r": {**ROLE, **stored}}, {"r": "role-id"})
    options = {"name": "r", "bind_secret_id": False, "secret_id_bound_cidrs": []}
    with pytest.raises(ConfigError, match="A role needs secret ids, or networks"):
        perform(vault_approle_role, vault, options, check=True)
    assert perform(vault_approle_role, vault, {**options, "token_bound_cidrs": ["10.0.0.0/8"]})["changed"]


def test_a_server_that_is_too_old_for_a_field() -> None:
    with pytest.raises(ApiError, match=r"did not keep alias_metadata .*alias_metadata \(Vault 1\.21\)"):
        perform(vault_approle_role, with_role(knows_aliases=False), {"name": "r", "alias_metadata": {"a": "b"}})


def test_q35_all_roles_with_their_role_ids() -> None:
    assert perform(vault_approle_role_info, with_role(), {})["roles"] == [{**ROLE, "name": "r", "role_id": "role-id"}]


def test_q53_no_roles_and_no_mount_are_not_alike() -> None:
    assert perform(vault_approle_role_info, AppRole(), {})["roles"] == []
    with pytest.raises(ApiError, match="no engine or auth method"):
        perform(vault_approle_role_info, AppRole(), {"mount": "other"})


def test_q40_metadata_is_one_text_and_recognised() -> None:
    vault = with_role()
    options = {"metadata": {"host": "web1", "number": 1, "yes": True}}
    assert secret_id(vault, check=True, **options) == {"changed": True}
    assert vault.writes == []
    made = secret_id(vault, **options)
    assert (made["changed"], made["secret_id"]) == (True, "made-up-0")
    assert next(iter(vault.secret_ids.values()))["metadata"] == {"host": "web1", "number": "1", "yes": "true"}
    again = secret_id(vault, **options)
    assert again == {name: value for name, value in made.items() if name != "secret_id"} | {"changed": False}


@pytest.mark.parametrize("known", [{}, {"host": "web2"}, {"host": "web1", "more": "x"}])
def test_other_metadata_is_another_secret_id(known: Data) -> None:
    vault = with_role()
    vault.register("known", metadata=known)
    assert secret_id(vault, metadata=MARK)["changed"]


@pytest.mark.parametrize(
    ("seconds", "renew_before", "changed"),
    [
        (None, None, False),
        (60, None, False),
        (-60, None, True),
        (60, "30s", False),
        (60, "90s", True),
        (None, "1d", False),
    ],
)
@pytest.mark.parametrize("mark", [{"metadata": MARK}, CUSTOM], ids=["metadata", "custom"])
def test_q42_when_another_one_is_made(
    mark: Data, seconds: float | None, renew_before: str | None, changed: bool
) -> None:
    vault = with_role()
    vault.register(CUSTOM["custom_secret_id"], seconds, metadata=MARK)
    assert secret_id(vault, renew_before=renew_before, check=True, **mark)["changed"] is changed
    assert vault.writes == []
    assert secret_id(vault, renew_before=renew_before, **mark)["changed"] is changed
    assert bool(vault.writes) is changed
    assert not secret_id(vault, renew_before=renew_before, **mark)["changed"]


def test_q43_logins_that_were_made_with_it_are_no_difference() -> None:
    vault = with_role()
    vault.register(CUSTOM["custom_secret_id"], secret_id_num_uses=3)
    assert secret_id(vault, num_uses=5, **CUSTOM)["secret_id_num_uses"] == 3
    assert vault.writes == []


def test_without_a_mark_each_call_makes_one() -> None:
    vault = with_role()
    assert secret_id(vault)["secret_id"] != secret_id(vault)["secret_id"]


def test_what_is_wrapped_is_not_told() -> None:
    made = secret_id(with_role(), wrap_ttl="60s")
    assert made == {"changed": True, "wrap_info": {"token": "hvs.wrapping", "wrapped_accessor": "accessor-1"}}


def test_what_was_chosen_is_not_told() -> None:
    assert CUSTOM["custom_secret_id"] not in str(secret_id(with_role(), **CUSTOM))


GONE: dict[str, Data] = {
    "q41 accessor": {"secret_id_accessor": "x"},
    "q41 custom": CUSTOM,
    "q41 metadata": {"metadata": MARK},
}


@pytest.mark.parametrize("mark", GONE.values(), ids=GONE)
@pytest.mark.parametrize("role_name", ["r", "missing"])
def test_what_is_gone_is_no_change(mark: Data, role_name: str) -> None:
    vault = with_role()
    vault.register("other", metadata={"host": "web2"})
    vault.register("ended", -60, metadata=MARK)
    result = secret_id(vault, state="absent", **{**mark, "role_name": role_name})
    assert result == {"changed": False, "secret_id_accessors": []}
    assert vault.writes == []


def test_q41_no_role_to_make_one_for() -> None:
    vault = AppRole()
    assert secret_id(vault, metadata=MARK, check=True) == {"changed": True}
    with pytest.raises(ApiError, match="There is no such role"):
        secret_id(vault, metadata=MARK)
    assert vault.writes == []
    assert perform(vault_approle_secret_id_info, vault, {"role_name": "r"})["secret_ids"] == []


def test_who_may_not_read_the_role_can_make_one() -> None:
    assert secret_id(with_role(hides_roles=True))["changed"]


def test_all_that_are_recognised_are_destroyed() -> None:
    vault = with_role()
    known = [vault.register(f"known-{number}", metadata=MARK) for number in range(2)]
    other = vault.register("other")
    assert secret_id(vault, state="absent", metadata=MARK, check=True)["secret_id_accessors"] == known
    assert vault.writes == []
    assert secret_id(vault, state="absent", metadata=MARK)["changed"]
    assert list(vault.secret_ids) == [other]


def test_q41_somebody_else_was_faster() -> None:
    gone = httpx.Response(500, json={"errors": ['failed to find accessor entry for secret_id_accessor: "x"']})
    vault = with_role(instead=[gone])
    accessor = vault.register("known")
    assert secret_id(vault, state="absent", secret_id_accessor=accessor)["changed"]
    assert len(vault.writes) == 1


def test_q42_what_has_no_end() -> None:
    vault = with_role()
    vault.register("a", None)
    vault.register("b", 60)
    endless, ending = perform(vault_approle_secret_id_info, vault, {"role_name": "r"})["secret_ids"]
    assert (endless["expiration_time"], endless["time_left"]) == (None, None)
    assert 50 <= ending["time_left"] <= 60
    assert not {"secret_id"} & {*endless, *ending}


@pytest.mark.parametrize(
    ("ends", "has_ended"),
    [("2001-02-03T04:05:06.123456789+09:00", True), ("2001-02-03T04:05:06Z", True), ("2999-02-03T04:05:06.1Z", False)],
)
def test_an_end_as_go_writes_it(ends: str, has_ended: bool) -> None:
    vault = with_role()
    vault.register("a", expiration_time=ends)
    (found,) = perform(vault_approle_secret_id_info, vault, {"role_name": "r"})["secret_ids"]
    assert (found["time_left"] == 0) is has_ended


def test_nothing_is_made_twice() -> None:
    """Where Vault may have made one, there is no second try, and a word on what may lie around."""
    vault = with_role(instead=[httpx.ReadError("cut")])
    with pytest.raises(TransportError, match=r"Vault may have done what it was asked .* state: absent destroys it"):
        secret_id(vault, metadata=MARK)
    assert len(vault.writes) == 1
    vault.instead = [httpx.ConnectError("refused")]
    assert secret_id(vault, metadata=MARK)["changed"]
    assert len(vault.writes) == 3


WRONG: dict[str, tuple[Data, str]] = {
    "a network without mask": ({"cidr_list": ["10.0.0.1"]}, "cidr_list is not a list of networks"),
    "no duration": ({"metadata": MARK, "renew_before": "soon"}, "renew_before is not a duration"),
    "an accessor to make": ({"secret_id_accessor": "x"}, "secret_id_accessor goes with state: absent only"),
    "a role of another path": ({"role_name": "../x"}, "class=path"),
}


@pytest.mark.parametrize(("options", "said"), WRONG.values(), ids=WRONG)
def test_refusals(options: Data, said: str) -> None:
    vault = with_role()
    vault.register("known", 60, metadata=MARK)
    with pytest.raises(VaultError, match=said):
        secret_id(vault, check=True, **options)
    assert vault.writes == []


def test_a_refusal_does_not_tell_the_secret_id() -> None:
    echo = httpx.Response(400, json={"errors": [f"{CUSTOM['custom_secret_id']} is too short"]})
    with pytest.raises(ApiError, match=r"\*\*\* is too short") as caught:
        secret_id(with_role(instead=[echo]), **CUSTOM)
    assert "CANARY" not in str(caught.value)
