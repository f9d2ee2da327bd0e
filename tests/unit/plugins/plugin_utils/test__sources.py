# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._options import AUTH, CONNECTION
from ansible_collections.leasehold.vault.plugins.plugin_utils._sources import Given, resolve, source_of

TABLE = {**CONNECTION, **AUTH}

# Every source of one option, the strongest first.
URLS: list[tuple[str, str]] = [
    ("arguments", "url"),
    ("variables", "leasehold_vault_url"),
    ("variables", "ansible_hashi_vault_addr"),
    ("variables", "ansible_hashi_vault_url"),
    ("environment", "LEASEHOLD_VAULT_URL"),
    ("environment", "ANSIBLE_HASHI_VAULT_ADDR"),
    ("environment", "VAULT_ADDR"),
    ("ini", "leasehold_vault"),
    ("ini", "hashi_vault_collection"),
]


def given(tmp_path: Path, sources: t.Iterable[tuple[str, str]]) -> Given:
    found: dict[str, dict[str, str]] = {"arguments": {}, "variables": {}, "environment": {}}
    lines = []
    for kind, name in sources:
        value = f"https://{kind}-{name.replace('_', '-')}"
        if kind == "ini":
            lines += [f"[{name}]", f"url = {value}  ; a comment"]
        else:
            found[kind][name] = value
    ini = tmp_path / "ansible.cfg"
    ini.write_text("\n".join(["[defaults]", "forks = 5", *lines]))
    return Given(**found, ini=str(ini), folder=str(tmp_path))


@pytest.mark.parametrize("first", range(len(URLS)), ids=[name for _kind, name in URLS])
def test_each_source_is_read_and_beaten_by_those_before_it(tmp_path: Path, first: int) -> None:
    kind, name = URLS[first]
    assert resolve(TABLE, given(tmp_path, URLS[first:]))["url"] == f"https://{kind}-{name.replace('_', '-')}"


@pytest.mark.parametrize("first", range(len(URLS)), ids=[name for _kind, name in URLS])
def test_f24_the_source_that_counts_is_named(tmp_path: Path, first: int) -> None:
    kind, name = URLS[first]
    said = {"arguments": "the option url", "ini": f"url in section {name} of ansible.cfg"}.get(kind, name)
    assert source_of("url", given(tmp_path, URLS[first:])) == said


def test_f24_an_empty_variable_is_no_source() -> None:
    assert source_of("namespace", Given({}, {}, {"VAULT_NAMESPACE": ""}, None, "/")) == ""


def test_without_any_source_there_are_only_defaults() -> None:
    assert resolve(TABLE, Given({}, {}, {}, None, "/")) == {
        "timeout": 60.0,
        "auth_method": "token",
        "token_file": ".vault-token",
        "token_validate": False,
        "ec2_proof": "pkcs7",
    }


@pytest.mark.parametrize(
    "secret", ["token", "secret_id", "password", "jwt", "aws_secret_key", "aws_session_token", "nonce"]
)
def test_secrets_are_not_read_from_ansible_cfg(tmp_path: Path, secret: str) -> None:
    (tmp_path / "ansible.cfg").write_text(f"[leasehold_vault]\n{secret} = from-a-shared-file\n")
    assert secret not in resolve(TABLE, Given({}, {}, {}, str(tmp_path / "ansible.cfg"), "/"))


def test_aliases_and_empty_values() -> None:
    assert resolve(TABLE, Given({"addr": "https://a"}, {}, {}, None, "/"))["url"] == "https://a"
    assert "token" not in resolve(TABLE, Given({"token": None}, {}, {"VAULT_TOKEN": ""}, None, "/"))


@pytest.mark.parametrize(
    ("option", "value", "typed"),
    [
        ("timeout", "30", 30.0),
        ("validate_certs", "no", False),
        ("validate_certs", True, True),
        ("ca_cert", "ca.pem", "/play/ca.pem"),
        ("ca_cert", "/etc/../ca.pem", "/ca.pem"),
        ("redirect_hosts", "a, b,", ["a", "b"]),
        ("redirect_hosts", ["a"], ["a"]),
        ("proxies", {"https": "http://p"}, {"https": "http://p"}),
    ],
)
def test_types(option: str, value: t.Any, typed: t.Any) -> None:
    assert resolve(TABLE, Given({option: value}, {}, {}, None, "/play"))[option] == typed


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", "soon"),
        ("validate_certs", "perhaps"),
        ("url", ["x"]),
        ("auth_method", "magic"),
        ("token", {"a": "hidden"}),
    ],
)
def test_wrong_types_are_named_and_not_echoed(option: str, value: t.Any) -> None:
    with pytest.raises(ConfigError, match=option) as caught:
        resolve(TABLE, Given({option: value}, {}, {}, None, "/"))
    assert "hidden" not in caught.value.message


def test_an_ini_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    broken = tmp_path / "ansible.cfg"
    broken.write_text("no section\n")
    for path in (broken, tmp_path / "absent"):
        assert resolve(TABLE, Given({}, {}, {}, str(path), "/"))["timeout"] == 60.0
