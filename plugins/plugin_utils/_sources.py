# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Where the value of an option comes from: the arguments, else a variable, else the environment, else ansible.cfg.

Ansible can do this for a plugin as well. But it then reads the plugin's documentation in each of the processes that
it forks, one per host and task: some 30 ms each, many times what a lookup takes. So plugins send what they were given,
and the keeper, which lives for the whole run, looks it up here. The doc fragments say the same to people; a unit test
holds the two together.
"""

from __future__ import annotations

import configparser
import functools
import os
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._normal import duration

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]

OURS, THEIRS = "leasehold_vault", "hashi_vault_collection"


class Names(t.NamedTuple):
    """The names of one option elsewhere, beside our own: those of Vault's tools and of community.hashi_vault."""

    vault: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    environment: str = ""


NAMES: dict[str, Names] = {
    "url": Names(("VAULT_ADDR",), ("url", "addr"), "ADDR"),
    "namespace": Names(("VAULT_NAMESPACE",), ("namespace",), "NAMESPACE"),
    "validate_certs": Names((), ("validate_certs",)),
    "ca_cert": Names(("VAULT_CACERT",), ("ca_cert",), "CA_CERT"),
    "ca_path": Names(("VAULT_CAPATH",)),
    "client_cert": Names(("VAULT_CLIENT_CERT",), ("cert_auth_public_key",), "CERT_AUTH_PUBLIC_KEY"),
    "client_key": Names(("VAULT_CLIENT_KEY",), ("cert_auth_private_key",), "CERT_AUTH_PRIVATE_KEY"),
    "tls_server_name": Names(("VAULT_TLS_SERVER_NAME",)),
    "proxies": Names(("VAULT_HTTP_PROXY", "VAULT_PROXY_ADDR"), ("proxies",), "PROXIES"),
    "timeout": Names(("VAULT_CLIENT_TIMEOUT",), ("timeout",), "TIMEOUT"),
    "auth_method": Names((), ("auth_method",), "AUTH_METHOD"),
    "mount_point": Names((), ("mount_point",), "MOUNT_POINT"),
    "token": Names(("VAULT_TOKEN",), ("token",), "TOKEN"),
    "token_path": Names((), ("token_path",), "TOKEN_PATH"),
    "token_file": Names((), ("token_file",), "TOKEN_FILE"),
    "token_validate": Names((), ("token_validate",), "TOKEN_VALIDATE"),
    "role_id": Names(("VAULT_ROLE_ID", "VAULT_APPROLE_ROLE_ID"), ("role_id",), "ROLE_ID"),
    "secret_id": Names(("VAULT_SECRET_ID", "VAULT_APPROLE_SECRET_ID"), ("secret_id",), "SECRET_ID"),
    "username": Names((), ("username",), "USERNAME"),
    "password": Names((), ("password",), "PASSWORD"),
    "role": Names(("VAULT_AWS_ROLE",)),
    "jwt": Names((), ("jwt",), "JWT"),
    "header_value": Names(
        ("VAULT_HEADER_VALUE", "VAULT_AWS_IAM_SERVER_ID"), ("aws_iam_server_id",), "AWS_IAM_SERVER_ID"
    ),
    "metadata_url": Names(("AWS_EC2_METADATA_SERVICE_ENDPOINT",)),
    "nonce_file": Names(("WP_VAULT_TOKEN_NONCE_PATH",)),
}

_TRUE, _FALSE = ("true", "yes", "on", "1", "t", "y"), ("false", "no", "off", "0", "f", "n")


class Given(t.NamedTuple):
    """What a plugin was given, unresolved. ``ini`` is the path of ansible.cfg."""

    arguments: t.Mapping[str, t.Any]
    variables: t.Mapping[str, t.Any]
    environment: t.Mapping[str, str]
    ini: str | None
    folder: str


@functools.cache
def variables_of(name: str) -> tuple[str, ...]:
    """The variables an option may come from; of several that are set, the last one counts."""
    return (*(f"ansible_hashi_vault_{n}" for n in NAMES.get(name, Names()).variables), f"{OURS}_{name}")


@functools.cache
def environment_of(name: str) -> tuple[str, ...]:
    names = NAMES.get(name, Names())
    theirs = [f"ANSIBLE_HASHI_VAULT_{names.environment}"] if names.environment else []
    return (*names.vault, *theirs, f"{OURS}_{name}".upper())


@functools.cache
def ini_of(name: str) -> tuple[tuple[str, str], ...]:
    theirs = NAMES.get(name, Names()).variables[:1]
    return (*((THEIRS, key) for key in theirs), (OURS, name))


def resolve(table: Options, given: Given) -> Options:
    """Every option of a table that has a value, in its type."""
    aliases = {alias: name for name, spec in table.items() for alias in spec.get("aliases", ())}
    arguments = {aliases.get(name, name): value for name, value in given.arguments.items() if value is not None}
    unknown = sorted(set(arguments) - set(table))
    if unknown:
        raise ConfigError(f"There is no option {', '.join(unknown)}", remedy=f"There are {', '.join(sorted(table))}.")
    ini = _ini(given.ini)
    found = {name: _find(name, spec, arguments, given, ini) for name, spec in table.items()}
    return {name: _typed(name, table[name], value, given.folder) for name, value in found.items() if value is not None}


def _find(name: str, spec: Options, arguments: Options, given: Given, ini: t.Mapping[tuple[str, str], str]) -> t.Any:
    """The value from the first source that has one; an empty variable of the environment is as good as none."""
    if name in arguments:
        return arguments[name]
    if spec.get("call_only"):
        return spec.get("default")
    name = spec.get("known_as", name)
    values = [given.variables.get(variable) for variable in variables_of(name)]
    environment = [given.environment.get(variable) or None for variable in environment_of(name)]
    entries = [] if spec.get("no_log") or spec.get("no_ini") else [ini.get(entry) for entry in ini_of(name)]
    for source in (values, environment, entries):
        known = [value for value in source if value is not None]
        if known:
            return known[-1]
    return spec.get("default")


def source_of(name: str, given: Given) -> str:
    """Where an option has its value from, in the order of ``_find``; empty if that is nowhere."""
    ini = _ini(given.ini)
    places = [
        *((f"{key} in section {section} of ansible.cfg", ini.get((section, key))) for section, key in ini_of(name)),
        *((variable, given.environment.get(variable) or None) for variable in environment_of(name)),
        *((variable, given.variables.get(variable)) for variable in variables_of(name)),
        (f"the option {name}", given.arguments.get(name)),
    ]
    return next((place for place, value in reversed(places) if value is not None), "")


_known_ini: dict[tuple[str, float], dict[tuple[str, str], str]] = {}


def _ini(path: str | None) -> t.Mapping[tuple[str, str], str]:
    if not path:
        return {}
    try:
        key = (path, os.stat(path).st_mtime)
        if key not in _known_ini:
            parser = configparser.RawConfigParser(inline_comment_prefixes=(";",), strict=False)
            parser.read(path, encoding="utf-8")
            sections = [section for section in (THEIRS, OURS) if parser.has_section(section)]
            _known_ini[key] = {(section, name): value for section in sections for name, value in parser.items(section)}
        return _known_ini[key]
    except (OSError, ValueError, configparser.Error):
        # Ansible has read this file itself, and complains where there is something to complain about.
        return {}


def _typed(name: str, spec: Options, value: t.Any, folder: str) -> t.Any:
    kind = spec.get("type", "str")
    try:
        value = _CONVERT[kind](value, folder)
    except (TypeError, ValueError):
        raise ConfigError(f"{name} is not of type {kind}") from None
    if spec.get("choices") and value not in spec["choices"]:
        raise ConfigError(f"{name} is none of {', '.join(spec['choices'])}")
    return value


def _bool(value: t.Any, _folder: str) -> bool:
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError
    return word in _TRUE


def _path(value: t.Any, folder: str) -> str:
    return os.path.normpath(os.path.join(folder, os.path.expanduser(os.path.expandvars(_text(value, folder)))))


def _list(value: t.Any, folder: str) -> list[str]:
    items = value.split(",") if isinstance(value, str) else list(value)
    return [text for text in (_text(item, folder).strip() for item in items) if text]


def _dict(value: t.Any, _folder: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _text(value: t.Any, _folder: str) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError
    return str(value)


_CONVERT: dict[str, t.Callable[[t.Any, str], t.Any]] = {
    "str": _text,
    "bool": _bool,
    "float": lambda value, folder: float(value),
    "duration": lambda value, folder: float(duration(value)),
    "path": _path,
    "list": _list,
    "dict": _dict,
    "raw": lambda value, folder: value,
}


__all__ = ("Given", "environment_of", "ini_of", "resolve", "source_of", "variables_of")
