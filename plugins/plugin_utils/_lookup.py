# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What all lookups share: what they were given goes to the keeper as it is, and its reply becomes the result."""

from __future__ import annotations

import os
import typing as t

from ansible import constants as C
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.leasehold.vault.plugins.plugin_utils import _place

# Only questions to AWS go through these, as they do for every AWS SDK.
PROXIES = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
VARIABLES = ("leasehold_vault_", "ansible_hashi_vault_")
# auth_method: aws_iam finds its credentials where every AWS SDK does, aws_ec2 the nonce where it was left.
AWS = ("AWS_", "BOTO_CONFIG", "XDG_STATE_HOME", "WP_VAULT_TOKEN_NONCE_PATH")
ENVIRONMENT = ("VAULT_", "LEASEHOLD_VAULT_", "ANSIBLE_HASHI_VAULT_", *PROXIES, *AWS)

display = Display()


class VaultLookup(LookupBase):
    """A lookup of the file's name: the keeper knows its options, its documentation is for people."""

    def __init_subclass__(cls) -> None:
        """Spare each forked process the parsing of documentation whose options nobody asks Ansible for.

        Without this, or on an Ansible that no longer knows it, everything works as well, some 20 ms a process slower.
        """
        register = getattr(C.config, "initialize_plugin_configuration_definitions", None)
        if register is not None:
            register("lookup", cls.__module__, {})

    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[t.Any]:
        name = type(self).__module__.rpartition(".")[2]
        found = given(self._templar, kwargs, variables or {})
        answer = reply({"op": name, "terms": self.checked(plain(terms)), "given": found})
        if "error" in answer:
            raise AnsibleLookupError(f"{name}: {answer['error']}")
        for warning in answer["warnings"]:
            display.warning(warning)
        for note in answer["ok"]["notes"]:
            display.vvv(f"leasehold.vault: {note}")
        return list(answer["ok"]["results"])

    def checked(self, terms: list[t.Any]) -> list[str]:
        if not all(isinstance(term, str) for term in terms):
            raise AnsibleLookupError("Terms are texts")
        return terms


def given(templar: t.Any, arguments: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Everything an option may come from; variables come as they were written, and are templated here."""
    ours = [name for name in variables if name.startswith(VARIABLES)]
    return {
        "arguments": plain(arguments),
        "variables": {name: plain(templar.template(variables[name])) for name in ours},
        "environment": relevant(os.environ),
        "ini": C.CONFIG_FILE and str(C.CONFIG_FILE),
        "folder": os.getcwd(),
    }


def relevant(environment: t.Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(ENVIRONMENT)}


def reply(message: _place.Message) -> dict[str, t.Any]:
    """From the keeper of this run, where nobody said anything about a keeper; what is rare is only loaded then."""
    if not any(name in message["given"][source] for source, name in _place.SWITCH.items()):
        answer = _place.ask(str(C.DEFAULT_LOCAL_TMP), message)
        if answer:
            return answer
    from ansible_collections.leasehold.vault.plugins.plugin_utils._run import ask

    return ask(message)


def plain(value: t.Any) -> t.Any:
    """Ansible tags, wraps and encrypts what it hands out; a message holds plain JSON values only."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, t.Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)


__all__ = ("VaultLookup", "display", "given", "plain", "relevant", "reply")
