# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is compared, what is written, and what a diff shows."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Field, Resource, make_plan

THING = Resource(
    path="{mount:mount}/things/{name}",
    keys={"mount": {"type": "str", "default": "aws"}, "name": {"type": "str", "required": True}},
    fields={
        "ttl": Field({"type": "str"}, normal=_normal.duration),
        "arns": Field({"type": "list", "elements": "str"}, normal=_normal.names),
        "document": Field({"type": "json"}, normal=_normal.document),
        "kind": Field({"type": "str"}, create_only=True),
        "secret": Field({"type": "str", "no_log": True}, write_only=True),
    },
)

EQUAL: list[tuple[t.Callable[[t.Any], t.Any], t.Any, t.Any]] = [
    (_normal.duration, "1h", 3600),
    (_normal.duration, "30m0s", "1800"),
    (_normal.duration, 3600.0, "3600s"),
    (_normal.duration, "1d", "24h"),
    (_normal.duration, None, "0"),
    (_normal.duration, "1.1h", 3960),
    (_normal.duration, "90.5s", 90),
    (_normal.names, ["b", "a"], ["a", "b", "b"]),
    (_normal.names, None, []),
    (_normal.document, '{"a": [1, 2]}', {"a": [1, 2]}),
    (_normal.document, "", None),
    (_normal.document, "{}", ""),
    (_normal.cidrs, ["10.0.0.1/32", "::1/128"], ["::1", "10.0.0.1"]),
    (_normal.cidrs, None, []),
    (_normal.mapping, {"a": True, "b": 1}, {"b": "1", "a": "true"}),
    (_normal.policy, 'path "a" { capabilities = ["read",] } # why', 'path "a" {\n  capabilities = ["read"]\n}\n'),
    (_normal.policy, '{"path": {"a": {"capabilities": ["read"]}}}', '{ "path":{"a":{"capabilities":["read"]}} }\n'),
]

DIFFERENT: list[tuple[t.Callable[[t.Any], t.Any], t.Any, t.Any]] = [
    (_normal.duration, "1h", "1m"),
    (_normal.sequence, ["a", "b"], ["b", "a"]),
    (_normal.cidrs, ["10.0.0.1/24"], ["10.0.0.0/24"]),
    (_normal.policy, 'path "a" { capabilities = ["read"] }', 'path "a" { capabilities = ["list"] }'),
    (_normal.policy, 'path "a#b" {}', 'path "a#c" {}'),
    (_normal.text, "a\n\nb", "a\nb"),
]


@pytest.mark.parametrize(("normal", "one", "other"), EQUAL)
def test_one_value_in_two_spellings(normal: t.Callable[[t.Any], t.Any], one: t.Any, other: t.Any) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("normal", "one", "other"), DIFFERENT)
def test_two_values(normal: t.Callable[[t.Any], t.Any], one: t.Any, other: t.Any) -> None:
    assert normal(one) != normal(other)


def test_nothing_there_means_create_with_all_that_is_wanted() -> None:
    plan = make_plan(THING, None, {"ttl": "1h", "secret": "s3cret"}, {})
    assert (plan.action, plan.body) == ("create", {"ttl": "1h", "secret": "s3cret"})
    assert plan.after == {"ttl": 3600.0, "secret": "(hidden)"}


def test_only_what_differs_is_written() -> None:
    plan = make_plan(THING, {"ttl": 60, "arns": ["a"]}, {"ttl": "1h", "arns": ["a"]}, {})
    assert (plan.action, plan.body, plan.changes) == ("update", {"ttl": "1h"}, ["ttl"])
    assert (plan.before, plan.after) == ({"ttl": 60.0, "arns": ["a"]}, {"ttl": 3600.0, "arns": ["a"]})


def test_what_is_equal_is_not_written() -> None:
    assert make_plan(THING, {"ttl": 3600, "arns": None}, {"ttl": "1h", "arns": []}, {}).action == ""


def test_an_empty_list_clears() -> None:
    assert make_plan(THING, {"arns": ["a"]}, {"arns": []}, {}).body == {"arns": []}


@pytest.mark.parametrize(("update_secret", "changes"), [("on_create", []), ("always", ["secret"])])
def test_a_secret_that_cannot_be_read_is_written_as_told(update_secret: str, changes: list[str]) -> None:
    plan = make_plan(THING, {}, {"secret": "s3cret"}, {"update_secret": update_secret})
    assert plan.changes == changes
    assert "s3cret" not in str((plan.before, plan.after))


def test_a_field_that_never_changes_says_so() -> None:
    with pytest.raises(ConfigError, match=r"Vault cannot change kind .*keep what it has: kind is a\."):
        make_plan(THING, {"kind": "a"}, {"kind": "b"}, {})


def test_a_value_that_cannot_be_read_names_its_option() -> None:
    with pytest.raises(ConfigError, match=r"ttl is not a duration such as 3600"):
        make_plan(THING, None, {"ttl": "soon"}, {})


def test_absent_removes_what_is_there_only() -> None:
    assert make_plan(THING, None, {}, {"state": "absent"}).action == ""
    assert make_plan(THING, {"ttl": 60}, {}, {"state": "absent"}).action == "delete"
