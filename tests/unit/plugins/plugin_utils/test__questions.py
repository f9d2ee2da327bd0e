# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml
from ansible_collections.leasehold.vault.plugins.module_utils import _options
from ansible_collections.leasehold.vault.plugins.plugin_utils import _sources
from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
from ansible_collections.leasehold.vault.plugins.plugin_utils._questions import QUESTIONS, reply
from ansible_collections.leasehold.vault.tests.unit.plugins.fake_vault import ADDRESS, FakeClock, FakeVault

PLUGINS = "ansible_collections.leasehold.vault.plugins"
ENVIRONMENT = {"VAULT_ADDR": ADDRESS, "LEASEHOLD_VAULT_AUTH_METHOD": "approle", "VAULT_ROLE_ID": "r"}
ENVIRONMENT["VAULT_SECRET_ID"] = "the-secret-id"


def documented(name: str) -> dict[str, t.Any]:
    """All options a lookup documents, its fragments merged as Ansible merges them."""
    doc = yaml.safe_load(importlib.import_module(f"{PLUGINS}.lookup.{name}").DOCUMENTATION)
    options: dict[str, t.Any] = {}
    for reference in [*doc["extends_documentation_fragment"], None]:
        part = doc
        if reference:
            fragment, _dot, section = reference.removeprefix("leasehold.vault.").partition(".")
            module = importlib.import_module(f"{PLUGINS}.doc_fragments.{fragment}").ModuleDocFragment
            part = yaml.safe_load(getattr(module, section.upper() or "DOCUMENTATION"))
        for option, facts in part.get("options", {}).items():
            options.setdefault(option, {}).update(facts)
    del options["_terms"]
    return options


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_documentation_of_a_lookup_says_what_the_keeper_does(name: str) -> None:
    table = {**_options.CONNECTION, **QUESTIONS[name].options}
    said = documented(name)
    assert said.keys() == table.keys()
    for option, spec in table.items():
        for fact in ("type", "default", "choices", "aliases"):
            known = spec.get(fact)
            assert said[option].get(fact) == ("str" if known == "duration" else known), (option, fact)
        known_as = spec.get("known_as", option)
        sources = {
            "vars": list(_sources.variables_of(known_as)),
            "env": list(_sources.environment_of(known_as)),
            "ini": [] if spec.get("no_log") or spec.get("no_ini") else list(_sources.ini_of(known_as)),
        }
        for kind, names in sources.items():
            entries = said[option].get(kind, [])
            found = [(e["section"], e["key"]) if kind == "ini" else e["name"] for e in entries]
            assert found == ([] if spec.get("call_only") else names), (option, kind)


class Desk:
    """The keeper's desk: messages in, replies out, with a Vault behind it."""

    def __init__(self) -> None:
        self.vault = FakeVault(FakeClock(), sts=True)
        self.leases = Leases(clock=self.vault.clock, connect=self.vault.client)
        self.logs: list[str] = []

    def ask(self, op: str, *terms: str, **arguments: t.Any) -> dict[str, t.Any]:
        given = {"arguments": arguments, "variables": {}, "environment": ENVIRONMENT, "ini": None, "folder": "/play"}
        return reply(self.leases, {"op": op, "terms": list(terms), "given": given}, self.logs.append)


def test_credentials() -> None:
    desk = Desk()
    told = desk.ask("vault_aws_creds", "deploy", region="eu-central-1")
    assert told["ok"]["results"] == [
        {
            "access_key": "AK2",
            "secret_key": "SK2",
            "session_token": "ST2",
            "region": "eu-central-1",
            "expiration": "2027-01-15T08:10:00Z",
            "lease_id": "aws/creds/deploy/2",
        }
    ]
    assert told["ok"]["notes"] == ["aws/creds/deploy: new from Vault, 600 s left"]
    assert desk.ask("vault_aws_creds", "deploy")["ok"]["notes"] == [
        "aws/creds/deploy: from the lease that this run holds, 600 s left"
    ]


@pytest.mark.parametrize(
    ("arguments", "method", "path", "body"),
    [
        ({}, "GET", "aws/creds/deploy", {}),
        ({"endpoint": "sts"}, "GET", "aws/sts/deploy", {}),
        ({"static": "yes"}, "GET", "aws/static-creds/deploy", {}),
        ({"mount": "team/aws", "static": False}, "GET", "team/aws/creds/deploy", {}),
        (
            {"role_arn": "arn:aws:iam::1:role/x", "ttl": "15m", "role_session_name": "ci", "mfa_code": "123456"},
            "POST",
            "aws/creds/deploy",
            {"role_arn": "arn:aws:iam::1:role/x", "ttl": "15m", "role_session_name": "ci", "mfa_code": "123456"},
        ),
    ],
)
def test_what_vault_is_asked_for_credentials(
    arguments: dict[str, t.Any], method: str, path: str, body: dict[str, t.Any]
) -> None:
    desk = Desk()
    desk.ask("vault_aws_creds", "deploy", **arguments)
    assert desk.vault.calls[-1] == (method, path, body)


@pytest.mark.parametrize(
    ("op", "term", "arguments", "said"),
    [
        ("vault_aws_creds", "../sys", {}, "class=path"),
        ("vault_aws_creds", "deploy", {"mont": "aws"}, "There is no option mont"),
        ("vault_aws_creds", "deploy", {"endpoint": "credz"}, "endpoint is none of creds, sts"),
        ("vault_aws_creds", "deploy", {"min_ttl": "soon"}, "min_ttl is not of type duration"),
        ("vault_aws_creds", "deploy", {"fresh": "perhaps"}, "fresh is not of type bool"),
        ("vault_read", "kv/app", {"query": "a["}, "not a JMESPath expression"),
        ("vault_read", "kv/app", {"kv2": True}, "not a secret of a key-value engine of version 2"),
        ("vault_aws_creds", "kv", {"mount": "kv", "endpoint": "creds"}, "nothing at kv/creds/kv"),
    ],
)
def test_what_cannot_be_is_said_plainly(op: str, term: str, arguments: dict[str, t.Any], said: str) -> None:
    desk = Desk()
    desk.vault.kv = {"kv/app": {"password": "p"}}
    told = desk.ask(op, term, **arguments)
    assert said in told["error"]
    assert "the-secret-id" not in told["error"]


def test_an_answer_without_credentials_is_an_error() -> None:
    desk = Desk()
    desk.vault.kv = {"aws/creds/deploy": {"password": "p"}}
    assert "holds no AWS credentials" in desk.ask("vault_aws_creds", "deploy")["error"]


def test_key_value_secrets_and_queries() -> None:
    desk = Desk()
    desk.vault.kv = {"secret/data/app": {"data": {"password": "p"}, "metadata": {"version": 3}}}
    assert desk.ask("vault_read", "secret/data/app", kv2=True)["ok"]["results"] == [{"password": "p"}]
    assert desk.ask("vault_read", "secret/data/app", query="metadata.version")["ok"]["results"] == [3]


def test_a_login_for_other_tools() -> None:
    desk = Desk()
    (found,) = desk.ask("vault_login", "")["ok"]["results"]
    assert found == {
        "token": "hvs.token-1",
        "accessor": "accessor-1",
        "ttl": 3600,
        "expiration": "2027-01-15T09:00:00Z",
        "policies": ["default"],
        "renewable": True,
        "metadata": {},
    }


def test_a_bug_of_ours_is_told_by_type_and_place_only() -> None:
    desk = Desk()
    desk.leases.read = lambda ask: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    told = desk.ask("vault_aws_creds", "deploy")["error"]
    assert told.startswith("ZeroDivisionError in the keeper at test__questions.py:")


def test_the_log_is_opened_where_the_caller_stands() -> None:
    desk = Desk()
    desk.ask("vault_aws_creds", "deploy", log_path="lease.log")
    assert desk.logs == ["/play/lease.log"]
