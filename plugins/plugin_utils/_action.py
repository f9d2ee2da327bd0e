# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The one action of all modules; each file in ``plugins/action`` only imports it under its module's name.

Where a task's connection is local there is no reason to start a Python process for it: the keeper of this run performs
the module, with the run's one login. On any other connection the module itself runs there, with the address and the
token that the keeper has.
"""

from __future__ import annotations

import importlib
import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible_collections.leasehold.vault.plugins.module_utils._options import AUTH, CONNECTION
from ansible_collections.leasehold.vault.plugins.plugin_utils import _lookup

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.module_utils._module import Performs

Options = dict[str, t.Any]

MODULES = "ansible_collections.leasehold.vault.plugins.modules."
# How Ansible's complaints end where they quote a value, which may be a secret at the wrong place.
_QUOTED = re.compile(r"(unable to convert to \w+): .*|, got( no match for)?: .*", re.DOTALL | re.IGNORECASE)
# Ansible's complaint about an option that there is not leaves it to the caller to say what is wrong with it.
_UNKNOWN = re.compile(r"\A(.+)\. Supported parameters include: (.+)\.\Z", re.DOTALL)
_NO_OPTION = r"There is no option \1. There are \2, and those of the connection and the login."


class _Refused(Exception):
    """What the task's result is going to say."""

    def __init__(self, said: str) -> None:
        self.said = said


class ActionModule(ActionBase):
    """Checks a task's options by its module's own argument spec, then has it performed."""

    TRANSFERS_FILES = False
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> Options:
        result = dict(super().run(tmp, task_vars))
        try:
            return {**result, **self._result(task_vars or {})}
        except _Refused as problem:
            # An error that Ansible's own classes carry would pass by until and failed_when.
            return {**result, "failed": True, "msg": f"{self._name}: {problem.said}"}

    @property
    def _name(self) -> str:
        return str(self._task.action).rpartition(".")[2]

    def _result(self, variables: Options) -> Options:
        task: Performs = importlib.import_module(MODULES + self._name).MODULE
        if task.secrets and self._task.async_val:
            raise _Refused("Ansible would keep the result, a secret, in a file. Leave out async.")
        arguments = _lookup.plain(self._task.args)
        login = {option: value for option, value in arguments.items() if option in _login_options()}
        own = {option: value for option, value in arguments.items() if option not in login}
        params, secrets = _checked(task, own)
        own = {option: params[option] for option in own}
        files = self._files(task, params)
        given = self._given(login, variables)
        if self._is_here():
            message = {"name": self._name, "params": {**params, **files}, "given": given}
            done = {**self._perform(message), "invocation": {"module_args": own}}
            return _unseen(task.secrets, remove_values(done, secrets))
        module_args = {**own, **files, **self._ask({"op": "connection", "given": given})["connection"]}
        wrap_async = self._task.async_val
        done = self._execute_module(module_args=module_args, task_vars=variables, wrap_async=wrap_async)
        return _unseen(task.secrets, done)

    def _is_here(self) -> bool:
        return self._connection.transport == "local" and not self._task.async_val

    def _files(self, task: Performs, params: Options) -> Options:
        """What is in a file of the controller, in place of its name."""
        found: Options = {}
        for option, meant in task.files.items():
            if params.get(option):
                path = self._find_needle("files", params[option])
                with open(self._loader.get_real_file(path), encoding="utf-8") as file:
                    found = {**found, option: None, meant: file.read()}
        return found

    def _given(self, login: Options, variables: t.Mapping[str, t.Any]) -> Options:
        given = _lookup.given(self._templar, login, variables)
        for layer in self._task.environment or ():
            values = self._templar.template(layer) or {}
            given["environment"].update(_lookup.relevant(_lookup.plain(values)))
        return given

    def _perform(self, message: Options) -> Options:
        reply = self._ask({"op": "perform", "check": self._task.check_mode, **message})
        diff = reply["result"].pop("diff", None)
        shown = {"diff": diff} if diff and self._task.diff else {}
        return {**reply["result"], **shown, "warnings": reply["warnings"]}

    def _ask(self, message: Options) -> Options:
        reply = _lookup.reply(message)
        if "error" in reply:
            raise _Refused(reply["error"])
        for warning in reply["warnings"]:
            _lookup.display.warning(warning)
        return dict(reply["ok"])


def _checked(task: Performs, given: Options) -> tuple[Options, set[str]]:
    """The options as they are meant, and the secrets among them."""
    validator = ArgumentSpecValidator(task.argument_spec(), **task.rules)
    checked = validator.validate(given)
    if checked.error_messages:
        unknown = [_UNKNOWN.sub(_NO_OPTION, text) for text in checked.error_messages]
        raise _Refused("; ".join(_QUOTED.sub(lambda found: found[1] or "", text) for text in unknown))
    # Ansible takes note of secrets before it makes a dictionary of a text, and then shows the dictionary.
    meant = validator.validate({option: checked.validated_parameters[option] for option in given})
    return meant.validated_parameters, checked._no_log_values | meant._no_log_values


def _unseen(secrets: t.Iterable[str], result: Options) -> Options:
    """A result with a secret in it is for whoever registers it, and shown to nobody."""
    return {**result, "_ansible_no_log": True} if any(result.get(key) for key in secrets) else result


def _login_options() -> set[str]:
    specs = {**CONNECTION, **AUTH}
    return {*specs, *(alias for spec in specs.values() for alias in spec.get("aliases", ()))}


__all__ = ("ActionModule",)
