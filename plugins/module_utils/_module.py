# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""A module as Ansible runs it on a host. In the controller's own process the action does the same without this."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError, VaultError, bug
from ansible_collections.leasehold.vault.plugins.module_utils._options import AUTH, CONNECTION, connection

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    Options = dict[str, t.Any]


class Performs(t.Protocol):
    """What a module file declares as ``MODULE``: a ``Resource``, an ``Info`` or an ``Act``."""

    @property
    def rules(self) -> Options:
        """Those of an argument spec, such as ``required_if``."""

    @property
    def files(self) -> dict[str, str]:
        """Options that are files of the controller, beside the play or role, and options that get what is in them."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Keys of the result under which there may be a secret: Ansible then does not show it."""

    def argument_spec(self) -> Options:
        """The options, but for those of connection and login."""

    def perform(self, vault: t.Any, params: Options, check: bool = False) -> Options:
        """The module's result."""


class _TokenVault:
    """Vault with the token that the controller has obtained."""

    def __init__(self, module: AnsibleModule) -> None:
        from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

        params = module.params
        if params["auth_method"] != "none" and not params["token"]:
            raise AuthError(
                "A module that runs on a host needs the token of its controller",
                remedy="Call the module by its full name, leasehold.vault..., so that its action logs in.",
            )
        self._module = module
        self._client = Client(connection(params.get))

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token=self._module.params["token"], **rest)

    def warn(self, text: str) -> None:
        self._module.warn(text)


def _performed(task: Performs, module: AnsibleModule) -> tuple[Options, str]:
    """The result, or what to say of the failure: Ansible would tell all of an exception that is being handled."""
    try:
        return task.perform(_TokenVault(module), module.params, module.check_mode), ""
    except VaultError as problem:
        return {}, problem.message
    except Exception as problem:
        return {}, bug(problem, "the module")


def run(task: Performs) -> None:
    """The whole ``main`` of every module."""
    # Not at the top: an action reads a module's declaration in every forked process, and needs no HTTP for that.
    from ansible.module_utils.basic import AnsibleModule, missing_required_lib
    from ansible_collections.leasehold.vault.plugins.module_utils._transport import HAS_HTTPX, HTTPX_IMPORT_ERROR

    spec = {**CONNECTION, **AUTH, **task.argument_spec()}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, **task.rules)
    if not HAS_HTTPX:
        missing = missing_required_lib("httpx", reason="or delegate the task to localhost, where it is")
        module.fail_json(msg=missing, exception=HTTPX_IMPORT_ERROR)
    result, failure = _performed(task, module)
    if failure:
        module.fail_json(msg=failure)
    diff = result.pop("diff", None)
    module.exit_json(**({**result, "diff": diff} if module._diff and diff else result))


__all__ = ("Performs", "run")
