# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The options that every plugin and module shares, one table for the connection and one for the login.

The tables are argument specs. The doc fragments ``_connection`` and ``_auth`` describe the same options, and their
``PLUGIN`` parts name the variables, environment and ini entries of each; a unit test holds the two together.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]

CONNECTION: Options = {
    "url": {"type": "str", "aliases": ["addr"]},
    "namespace": {"type": "str"},
    "validate_certs": {"type": "bool"},
    "ca_cert": {"type": "path", "aliases": ["cacert"]},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "tls_server_name": {"type": "str"},
    "proxies": {"type": "raw"},
    "redirect_hosts": {"type": "list", "elements": "str"},
    "timeout": {"type": "float", "default": 60},
}

AUTH: Options = {
    "auth_method": {
        "type": "str",
        "default": "token",
        "choices": ["token", "approle", "userpass", "ldap", "jwt", "kubernetes", "cert", "aws_iam", "aws_ec2", "none"],
    },
    "mount_point": {"type": "str"},
    "auth_namespace": {"type": "str"},
    "token": {"type": "str", "no_log": True},
    "token_path": {"type": "path", "no_log": False},
    "token_file": {"type": "str", "default": ".vault-token", "no_log": False},
    "token_validate": {"type": "bool", "default": False, "no_log": False},
    "role_id": {"type": "str"},
    "secret_id": {"type": "str", "no_log": True},
    "secret_id_file": {"type": "path", "no_log": False},
    "secret_id_wrapped_at": {"type": "str", "no_log": False},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "role": {"type": "str"},
    "jwt": {"type": "str", "no_log": True},
    "jwt_file": {"type": "path", "no_log": False},
    "aws_access_key": {"type": "str", "aliases": ["aws_access_key_id"], "no_log": False},
    "aws_secret_key": {"type": "str", "aliases": ["aws_secret_access_key"], "no_log": True},
    "aws_session_token": {"type": "str", "aliases": ["aws_security_token"], "no_log": True},
    "aws_profile": {"type": "str", "aliases": ["boto_profile"]},
    "aws_region": {"type": "str"},
    "aws_sts_endpoint": {"type": "str"},
    "header_value": {"type": "str", "aliases": ["aws_iam_server_id"]},
    "metadata_url": {"type": "str"},
    "ec2_proof": {"type": "str", "choices": ["pkcs7", "signature"], "default": "pkcs7"},
    "pkcs7": {"type": "str", "no_log": True},
    "identity": {"type": "str", "no_log": True},
    "signature": {"type": "str", "no_log": True},
    "nonce": {"type": "str", "no_log": True},
    "nonce_file": {"type": "path", "no_log": False},
}

# Go's strconv.ParseBool, which the Vault CLI uses for this variable.
_GO_BOOLS = {
    word: word in ("1", "t", "T", "TRUE", "true", "True")
    for word in ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"]
}


def pick(get: t.Callable[[str], t.Any], table: Options) -> Options:
    """The options of one table that are set; ``get`` is ``module.params.get`` or a plugin's ``get_option``."""
    values = {name: get(name) for name in table}
    return {name: value for name, value in values.items() if value is not None}


def connection(get: t.Callable[[str], t.Any], environ: t.Mapping[str, str] | None = None) -> Options:
    """The connection options, complete: an address there must be, and VAULT_SKIP_VERIFY is read as Vault reads it."""
    environ = os.environ if environ is None else environ
    options = pick(get, CONNECTION)
    if not options.get("url"):
        raise ConfigError(
            "No Vault address is set",
            remedy="Set the option url, the variable leasehold_vault_url or the environment variable VAULT_ADDR.",
        )
    if "validate_certs" not in options and environ.get("VAULT_SKIP_VERIFY"):
        skip = _GO_BOOLS.get(environ["VAULT_SKIP_VERIFY"])
        if skip is None:
            raise ConfigError(
                "VAULT_SKIP_VERIFY is neither true nor false", remedy="Use true, false, 1 or 0, or leave it unset."
            )
        options["validate_certs"] = not skip
    return options


__all__ = ("AUTH", "CONNECTION", "connection", "pick")
