# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What a lookup can ask the keeper: for each lookup its options, and how its result is made from what is leased."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _options
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError, bug
from ansible_collections.leasehold.vault.plugins.module_utils._paths import Mount, free_path, vault_path
from ansible_collections.leasehold.vault.plugins.plugin_utils import _aws
from ansible_collections.leasehold.vault.plugins.plugin_utils._leases import Leases
from ansible_collections.leasehold.vault.plugins.plugin_utils._proofs import caller
from ansible_collections.leasehold.vault.plugins.plugin_utils._sources import Given, resolve, source_of
from ansible_collections.leasehold.vault.plugins.plugin_utils._tasks import TASKS

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Message = t.Mapping[str, t.Any]

# ``call_only`` marks what belongs to one call and comes from its arguments only; ``known_as`` is the name elsewhere.
LEASE: Options = {
    "min_ttl": {"type": "duration", "call_only": True},
    "fresh": {"type": "bool", "default": False, "call_only": True},
    "revoke": {"type": "bool", "default": True, "call_only": True},
    # The lookup itself decides on this one, before there is a keeper.
    "keeper": {"type": "bool", "default": True, "no_ini": True},
    "log_path": {"type": "path"},
    "query": {"type": "str", "call_only": True},
}
AWS_CREDS: Options = {
    "mount": {"type": "str", "default": "aws", "known_as": "aws_mount"},
    "endpoint": {"type": "str", "default": "creds", "choices": ["creds", "sts"], "call_only": True},
    "static": {"type": "bool", "default": False, "call_only": True},
    "role_arn": {"type": "str", "call_only": True},
    "role_session_name": {"type": "str", "call_only": True},
    "ttl": {"type": "str", "call_only": True},
    "mfa_code": {"type": "str", "call_only": True},
    "region": {"type": "str"},
    "wait": {"type": "bool", "call_only": True},
    "sts_endpoint": {"type": "str"},
}
READ: Options = {
    "data": {"type": "dict", "call_only": True},
    "kv2": {"type": "bool", "default": False, "call_only": True},
}
UNWRAP: Options = {
    "creation_path": {"type": "str", "call_only": True},
    **{name: LEASE[name] for name in ("keeper", "log_path", "query")},
}
LEASING: Options = {**_options.AUTH, **LEASE}
PARAMETERS = ("role_arn", "role_session_name", "ttl", "mfa_code")
OF_A_LOGIN = ("token", "accessor", "ttl", "policies", "renewable", "metadata")

_HOW = {
    "held": "from the lease that this run holds",
    "renewed": "from the lease that this run holds, renewed just now",
    "made": "new from Vault",
}


class Asker:
    """One lookup's connection, login and wishes, with which its terms are looked up; and what is to be said of them."""

    def __init__(self, leases: Leases, options: Options, login: Options, environment: t.Mapping[str, str]) -> None:
        self._leases = leases
        self._shared = {**login, **{name: options.get(name) for name in ("min_ttl", "fresh", "revoke")}}
        self.environment = environment
        self.notes: list[str] = []

    def read(self, path: str, data: Message, **wishes: t.Any) -> dict[str, t.Any]:
        found = self._leases.read({**self._shared, "path": path, "data": data, **wishes})
        self.notes.append(f"{path}: {_HOW[found['how']]}, {_left(found)}")
        return found

    def token(self) -> dict[str, t.Any]:
        found = self._leases.token(self._shared)
        self.notes.append(f"token: {_left(found)}")
        return found

    def unwrap(self, token: str, path: str) -> dict[str, t.Any]:
        return self._leases.unwrap(self._shared, token, path)


class Question(t.NamedTuple):
    """The options of a lookup beside those of the connection, its answer to one term, and options that are fixed."""

    options: t.Mapping[str, t.Any]
    answer: t.Callable[[Asker, str, t.Mapping[str, t.Any]], t.Any]
    fixed: t.Mapping[str, t.Any] = {}


def reply(leases: Leases, message: Message, open_log: t.Callable[[str], None]) -> dict[str, t.Any]:
    """One message answered: the results, or an error in words with its class, never a trace."""
    try:
        return {"ok": _answer(leases, message, open_log), "warnings": leases.take_warnings()}
    except VaultError as problem:
        return {"error": problem.message + _whose_namespace(problem, Given(**message["given"]))}
    except Exception as problem:
        return {"error": bug(problem, "the keeper")}


def _whose_namespace(problem: VaultError, given: Given) -> str:
    """A namespace that is in the way was often set elsewhere, and long ago."""
    if not problem.where.get("namespace") or problem.kind not in ("permission", "absent", "auth"):
        return ""
    names = ["namespace"]
    if str(problem.where.get("path")).startswith("auth/"):
        names.insert(0, "auth_namespace")
    sources = [source_of(name, given) for name in names]
    return next((f" The namespace comes from {source}." for source in sources if source), "")


def _answer(leases: Leases, message: Message, open_log: t.Callable[[str], None]) -> dict[str, t.Any]:
    if message["op"] in TASKS:
        options = _resolved(message, {**_options.AUTH, "log_path": LEASE["log_path"]}, open_log)
        return TASKS[message["op"]](leases, message, _login_of(options, message["given"]))
    question = QUESTIONS[message["op"]]
    options = {**_resolved(message, question.options, open_log), **question.fixed}
    asker = Asker(leases, options, _login_of(options, message["given"]), message["given"]["environment"])
    results = [_queried(question.answer(asker, term, options), options.get("query")) for term in message["terms"]]
    return {"results": results, "notes": asker.notes}


def _resolved(message: Message, table: Message, open_log: t.Callable[[str], None]) -> Options:
    """The options from all their sources; the log begins as soon as it is known where."""
    options = resolve({**_options.CONNECTION, **table}, Given(**message["given"]))
    if options.get("log_path"):
        try:
            open_log(options["log_path"])
        except OSError as problem:
            raise ConfigError(f"Cannot write log_path {options['log_path']}: {problem.strerror}") from None
    return options


def _login_of(options: Options, given: Message) -> Options:
    """Which Vault, and as whom."""
    auth = _options.pick(options.get, _options.AUTH)
    return {
        "connection": _options.connection(options.get, given["environment"]),
        "auth": {**auth, "caller": caller(given["environment"], given["folder"])},
    }


def _aws_creds(asker: Asker, term: str, options: Message) -> dict[str, t.Any]:
    endpoint = "static-creds" if options["static"] else options["endpoint"]
    path = vault_path(Mount(options["mount"]), endpoint, term)
    data = {name: options[name] for name in PARAMETERS if options.get(name)}
    where = {**{name: options.get(name) for name in ("region", "sts_endpoint")}, "environment": asker.environment}
    wait = None if options.get("wait") is False else {"always": bool(options.get("wait")), **where}
    found = asker.read(path, data, wait=wait, static=options["static"])
    if not _aws.is_credential(found["data"]):
        raise ApiError(
            "Vault's answer holds no AWS credentials",
            where={"path": path},
            remedy="Check that mount names an AWS secrets engine.",
        )
    return _aws.credentials(found, options.get("region"))


def _read(asker: Asker, term: str, options: Message) -> t.Any:
    path = free_path(term)
    data = asker.read(path, options.get("data") or {})["data"]
    if not options["kv2"]:
        return data
    if isinstance(data.get("metadata"), dict) and isinstance(data.get("data"), dict):
        return data["data"]
    raise ApiError(
        "The answer is not a secret of a key-value engine of version 2",
        where={"path": path},
        remedy="Leave kv2 off, or check that the path is <mount>/data/<name> and the version was not deleted.",
    )


def _login(asker: Asker, term: str, options: Message) -> dict[str, t.Any]:
    found = asker.token()
    result = {name: found[name] for name in OF_A_LOGIN}
    if found["expires_at"]:
        result["expiration"] = _aws.utc(found["expires_at"])
    return result


def _unwrap(asker: Asker, term: str, options: Message) -> t.Any:
    if not options.get("creation_path"):
        raise ConfigError(
            "The option creation_path is missing",
            remedy="Say where the token has to have been made, such as auth/approle/role/app/secret-id.",
        )
    answer = asker.unwrap(term, options["creation_path"])
    return answer.get("auth") or answer.get("data") or {}


QUESTIONS = {
    "vault_aws_creds": Question({**LEASING, **AWS_CREDS}, _aws_creds),
    "vault_read": Question({**LEASING, **READ}, _read),
    "vault_login": Question(LEASING, _login),
    "vault_unwrap": Question(UNWRAP, _unwrap),
    "vault_ec2_auth": Question(LEASING, _login, {"auth_method": "aws_ec2"}),
}


def _left(found: Message) -> str:
    return "without an end" if found["ttl"] is None else f"{found['ttl']} s left"


def _queried(result: t.Any, query: str | None) -> t.Any:
    if not query:
        return result
    try:
        import jmespath
    except ImportError:
        raise ConfigError(
            "The option query needs jmespath", remedy="Install jmespath for the Python that runs Ansible."
        ) from None
    try:
        return jmespath.search(query, result)
    except jmespath.exceptions.JMESPathError:
        raise ConfigError(f"query is not a JMESPath expression: {query}") from None


__all__ = ("QUESTIONS", "reply")
