# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Logins as data: each method is one row, and what is to be sent follows from the row and the options.

Nothing here talks to Vault. ``identity`` says who wants to log in (two callers with equal identities may share one
token), ``secrets`` reads what lies in files, ``login_request`` is the path and body of the login.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._paths import FreeName, Mount, vault_path
from ansible_collections.leasehold.vault.plugins.module_utils._values import opaque

if t.TYPE_CHECKING:
    Options = t.Mapping[str, t.Any]

KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
LARGEST_SECRET = 64 * 1024


class Method(t.NamedTuple):
    """One way to log in: where, with which options (each entry of ``needs`` lists alternatives), sending what.

    ``proof`` is what is sent as well, and made at the moment of the login.
    """

    mount: str | None
    needs: tuple[tuple[str, ...], ...] = ()
    sends: t.Mapping[str, str] = {}
    optional: tuple[str, ...] = ()
    user_in_path: bool = False
    proof: tuple[str, ...] = ()


_STATIC_KEYS = ("aws_access_key", "aws_secret_key", "aws_session_token")
_INSTANCE = ("nonce", "pkcs7", "identity", "signature")
# Of the caller's environment, what an EC2 login depends on.
_OF_EC2 = ("AWS_EC2_METADATA_DISABLED", "XDG_STATE_HOME")
METHODS: dict[str, Method] = {
    "token": Method(None, needs=(("token", "token_file"),), optional=("token_validate",)),
    "approle": Method(
        "approle",
        needs=(("role_id",),),
        sends={"role_id": "role_id", "secret_id": "secret_id"},
        optional=("secret_id", "secret_id_file", "secret_id_wrapped_at"),
    ),
    "userpass": Method(
        "userpass", needs=(("username",), ("password",)), sends={"password": "password"}, user_in_path=True
    ),
    "ldap": Method("ldap", needs=(("username",), ("password",)), sends={"password": "password"}, user_in_path=True),
    "jwt": Method("jwt", needs=(("jwt", "jwt_file"),), sends={"role": "role", "jwt": "jwt"}, optional=("role",)),
    "kubernetes": Method("kubernetes", needs=(("role",), ("jwt", "jwt_file")), sends={"role": "role", "jwt": "jwt"}),
    "cert": Method("cert", sends={"name": "role"}, optional=("role",)),
    "aws_iam": Method(
        "aws",
        sends={"role": "role"},
        optional=("role", "header_value", *_STATIC_KEYS, "aws_profile", "aws_region", "aws_sts_endpoint", "caller"),
        proof=("iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"),
    ),
    "aws_ec2": Method(
        "aws",
        sends={"role": "role", **{field: field for field in _INSTANCE}},
        optional=("role", *_INSTANCE, "nonce_file", "metadata_url", "ec2_proof", "caller"),
    ),
    "none": Method(None),
}

# Which option may hold the path of a file instead of the value itself.
FILES = {"token": "token_file", "secret_id": "secret_id_file", "jwt": "jwt_file"}
# Passwords may hold anything; these come from Vault or an identity provider and never hold a blank.
OPAQUE = ("token", "role_id", "secret_id", "jwt", "header_value", "nonce", *_STATIC_KEYS)
# Where role_id is understood as role.
_WITH_ROLE = ("jwt", "kubernetes", "cert", "aws_iam", "aws_ec2")


def identity(options: Options) -> dict[str, t.Any]:
    """Who logs in, and with what: just the options that the method uses, checked, files by their path."""
    name = options.get("auth_method") or "token"
    method = METHODS.get(name)
    if method is None:
        raise ConfigError(f"There is no auth_method {name!r}", remedy=f"Use one of {', '.join(sorted(METHODS))}.")
    given = _completed(name, options)
    wanted = [option for needed in method.needs for option in needed] + list(method.optional)
    who = {option: given[option] for option in wanted if given.get(option) not in (None, "")}
    for needed in method.needs:
        if not any(option in who for option in needed):
            raise ConfigError(f"auth_method {name} needs {' or '.join(needed)}", remedy=_hint(name, options))
    for option in OPAQUE:
        if option in who:
            opaque(option, who[option])
    # A value beats the file that could have held it: two callers that differ in the unused file are the same.
    for option, file in FILES.items():
        if option in who:
            who.pop(file, None)
    return {
        "method": name,
        "mount": options.get("mount_point") or method.mount,
        "namespace": options.get("auth_namespace"),
        **who,
    }


def _completed(name: str, options: Options) -> dict[str, t.Any]:
    given = dict(options)
    if name in _WITH_ROLE and not given.get("role"):
        given["role"] = given.get("role_id")
    if name == "kubernetes" and not given.get("jwt") and not given.get("jwt_file"):
        given["jwt_file"] = KUBERNETES_TOKEN
    if name == "token" and given.get("token_file"):
        folder = given.get("token_path") or os.path.expanduser("~")
        given["token_file"] = os.path.join(folder, given["token_file"])
    if name == "aws_iam" and any(given.get(option) for option in _STATIC_KEYS):
        _check_keys(given)
        # Two callers who differ in what is not used are the same.
        unused = ["aws_profile"] if given.get("aws_region") == "auto" else ["aws_profile", "caller"]
        given = {option: value for option, value in given.items() if option not in unused}
    if name == "aws_ec2":
        _check_documents(given)
        environment = given.get("caller", {}).get("environment", {})
        given["caller"] = {"environment": {name: environment[name] for name in _OF_EC2 if name in environment}}
    return given


def _check_documents(given: Options) -> None:
    pkcs7, identity, signature = (bool(given.get(option)) for option in ("pkcs7", "identity", "signature"))
    if identity != signature or (pkcs7 and identity):
        raise ConfigError(
            "An instance is proved by pkcs7, or by identity and signature together",
            remedy="Give one of the two, or none: then the metadata service of the instance is asked.",
        )


def _check_keys(given: Options) -> None:
    """Keys of which one was forgotten must not be completed from somewhere else."""
    if not all(given.get(option) for option in _STATIC_KEYS[:2]):
        raise ConfigError(
            "aws_access_key and aws_secret_key belong together, and with them aws_session_token",
            remedy="Give the keys that came together, or none of them.",
        )


def _hint(name: str, options: Options) -> str:
    if name == "token" and options.get("role_id"):
        return "role_id is set: did you mean auth_method: approle?"
    return "Each can be an argument, a variable leasehold_vault_<option> or an environment variable."


def secrets(who: Options) -> dict[str, t.Any]:
    """The identity with its files read. A missing token file is the one that many users have never heard of."""
    known = dict(who)
    for option, file in FILES.items():
        if file in known:
            known[option] = _read(option, known.pop(file))
            opaque(option, known[option])
    return known


def _read(option: str, path: str) -> str:
    remedy = "Set auth_method and its options, VAULT_TOKEN, or log in with the Vault CLI." if option == "token" else ""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LARGEST_SECRET + 1)
    except FileNotFoundError:
        raise ConfigError(f"No {option} is set and there is no file {path}", remedy=remedy) from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise ConfigError(f"Cannot read {option} from {path}: {reason}") from None
    if len(text) > LARGEST_SECRET:
        raise ConfigError(f"Cannot read {option} from {path}: it is larger than {LARGEST_SECRET} bytes")
    return text.strip(" \t\r\n")


def login_request(known: Options) -> tuple[str, dict[str, t.Any]] | None:
    """Path and body of the login; None where the token is given, or none is used."""
    method = METHODS[known["method"]]
    if method.mount is None:
        return None
    user = (FreeName(known["username"]),) if method.user_in_path else ()
    sends = {**method.sends, **{field: field for field in method.proof}}
    body = {field: known[option] for field, option in sends.items() if option in known}
    return vault_path("auth", Mount(known["mount"]), "login", *user), body


__all__ = ("METHODS", "identity", "login_request", "secrets")
