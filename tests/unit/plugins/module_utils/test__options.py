# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.leasehold.vault.plugins.doc_fragments import _auth, _connection
from ansible_collections.leasehold.vault.plugins.module_utils import _options
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError

TABLES = {"connection": (_options.CONNECTION, _connection), "auth": (_options.AUTH, _auth)}
SECRET = {"token", "secret_id", "password", "jwt", "aws_secret_key", "aws_session_token"}
SECRET |= {"pkcs7", "identity", "signature", "nonce"}


def documented(fragment: t.Any, part: str) -> dict[str, t.Any]:
    return yaml.safe_load(getattr(fragment.ModuleDocFragment, part))["options"]


@pytest.mark.parametrize("name", TABLES)
def test_the_documentation_says_what_the_table_says(name: str) -> None:
    table, fragment = TABLES[name]
    said = documented(fragment, "DOCUMENTATION")
    assert said.keys() == table.keys()
    for option, spec in table.items():
        for fact in ("type", "default", "choices", "elements", "aliases"):
            assert said[option].get(fact) == spec.get(fact), (option, fact)


@pytest.mark.parametrize("name", TABLES)
def test_every_option_can_come_from_a_variable_the_environment_and_ini(name: str) -> None:
    table, fragment = TABLES[name]
    sources = documented(fragment, "PLUGIN")
    assert sources.keys() == table.keys()
    for option, entry in sources.items():
        assert entry["vars"][-1]["name"] == f"leasehold_vault_{option}"
        assert entry["env"][-1]["name"] == f"LEASEHOLD_VAULT_{option.upper()}"
        if option in SECRET:
            assert "ini" not in entry
        else:
            assert entry["ini"][-1] == {"section": "leasehold_vault", "key": option}


def test_secrets_are_no_log() -> None:
    assert {name for name, spec in _options.AUTH.items() if spec.get("no_log")} == SECRET


def test_the_methods_use_only_options_that_exist() -> None:
    from ansible_collections.leasehold.vault.plugins.module_utils._auth import FILES, METHODS

    for method in METHODS.values():
        used = (
            {option for needed in method.needs for option in needed} | set(method.optional) | set(method.sends.values())
        )
        # "caller" is no option: it is where the one who wants to log in has come from.
        assert used - {"caller"} | set(FILES) | set(FILES.values()) <= set(_options.AUTH)
    assert sorted(METHODS) == sorted(_options.AUTH["auth_method"]["choices"])


def test_an_address_is_needed() -> None:
    with pytest.raises(ConfigError, match="No Vault address"):
        _options.connection(lambda _name: None, {})


@pytest.mark.parametrize(
    ("word", "verify"), [("true", False), ("1", False), ("T", False), ("false", True), ("0", True)]
)
def test_f33_skip_verify_is_read_as_vault_reads_it(word: str, verify: bool) -> None:
    given: dict[str, t.Any] = {"url": "https://v:8200"}
    options = _options.connection(given.get, {"VAULT_SKIP_VERIFY": word})
    assert options["validate_certs"] is verify


@pytest.mark.parametrize("word", ["yes", "off", "tRUE", " true"])
def test_f33_another_word_is_an_error_not_an_off_switch(word: str) -> None:
    with pytest.raises(ConfigError, match="neither true nor false"):
        _options.connection({"url": "https://v:8200"}.get, {"VAULT_SKIP_VERIFY": word})


def test_f33_the_option_beats_the_environment() -> None:
    get = {"url": "https://v:8200", "validate_certs": True}.get
    assert _options.connection(get, {"VAULT_SKIP_VERIFY": "true"})["validate_certs"] is True
