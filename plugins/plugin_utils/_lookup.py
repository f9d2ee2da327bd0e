# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What all lookups share: options to a request, the request to the keeper, its errors to Ansible's."""

from __future__ import annotations

import typing as t
from abc import abstractmethod

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.leasehold.vault.plugins.module_utils import _options
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.plugin_utils import _run

display = Display()


class VaultLookup(LookupBase):
    """A lookup that asks the keeper of this run; a child says what it wants to know of each term."""

    # The option that asks for a jmespath, where a lookup has it.
    has_query = True

    @abstractmethod
    def answer(self, term: str) -> t.Any:
        """The result for one term."""

    def terms(self, terms: list[t.Any]) -> list[t.Any]:
        return terms

    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[t.Any]:
        self.set_options(var_options=self._own_variables(variables or {}), direct=kwargs)
        try:
            return [self._query(self.answer(_text(term))) for term in self.terms(terms)]
        except VaultError as problem:
            raise AnsibleLookupError(f"{self._load_name.rpartition('.')[2]}: {problem.message}") from None

    def _own_variables(self, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The variables that our options read, templated: Ansible hands them to plugins as they were written."""
        names = [entry["name"] for option in self._declared().values() for entry in option.get("vars", ())]
        return {name: self._templar.template(variables[name]) for name in names if name in variables}

    def _declared(self) -> dict[str, t.Any]:
        from ansible import constants as C

        return dict(C.config.get_configuration_definitions("lookup", self._load_name))

    def ask(self, op: str, **wanted: t.Any) -> t.Any:
        """One question to the keeper, with this lookup's connection and login."""
        get = self.get_option
        message = {
            "op": op,
            "connection": _options.connection(get),
            "auth": _options.pick(get, _options.AUTH),
            "min_ttl": get("min_ttl"),
            "fresh": get("fresh"),
            "revoke": get("revoke"),
            "log_path": get("log_path"),
            **wanted,
        }
        answer = _run.ask(_plain(message), keep=get("keeper"))
        for warning in answer.get("warnings", ()):
            display.warning(warning)
        what = wanted.get("path", "token")
        display.vvv(f"leasehold.vault: {what}: {_HOW.get(answer.get('how'), 'answered')}, {_ttl(answer)}")
        return answer

    def _query(self, result: t.Any) -> t.Any:
        query = self.get_option("query") if self.has_query else None
        if not query:
            return result
        try:
            import jmespath
        except ImportError:
            raise ConfigError("The option query needs jmespath", remedy="Install jmespath for the Python that runs Ansible.") from None
        try:
            return jmespath.search(query, result)
        except jmespath.exceptions.JMESPathError:
            raise ConfigError(f"query is not a JMESPath expression: {query}") from None


_HOW = {
    "held": "from the lease that this run holds",
    "renewed": "from the lease that this run holds, renewed just now",
    "made": "new from Vault",
}


def _ttl(answer: t.Mapping[str, t.Any]) -> str:
    return "without an end" if answer.get("ttl") is None else f"{answer['ttl']} s left"


def _text(term: t.Any) -> str:
    if not isinstance(term, str):
        raise ConfigError(f"A term must be a text, not {type(term).__name__}")
    return str(term)


def _plain(value: t.Any) -> t.Any:
    """Ansible tags the text it hands out; the keeper's message holds plain JSON values only."""
    if isinstance(value, t.Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return "".join(value)
    return value


__all__ = ("VaultLookup",)
