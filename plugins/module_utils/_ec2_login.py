# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The token file of an EC2 instance: kept while it is good, renewed where that is enough, else logged in anew."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _auth, _ec2
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, AuthError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._normal import duration
from ansible_collections.leasehold.vault.plugins.module_utils._refused import login_refused
from ansible_collections.leasehold.vault.plugins.module_utils._resource import normal_form
from ansible_collections.leasehold.vault.plugins.module_utils._values import is_opaque

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

    Options = t.Mapping[str, t.Any]
    Result = dict[str, t.Any]

# Vault refuses these to a token that is dead or knows too little of itself.
_DEAD = ("token", "permission")


class TokenFile:
    """One file on one instance, and the Vault that its token is for."""

    def __init__(self, client: Client, options: Options, warn: t.Callable[[str], None]) -> None:
        self._client, self._options, self._warn = client, options, warn
        self._path = options["token_file"]

    def ensure(self, check: bool) -> Result:
        """A good token in the file; in check mode only what would have to be done for that."""
        token = self._read()
        data = self._about(token) if token else {}
        wanted = normal_form("min_ttl", self._options["min_ttl"], duration)
        if data and data.get("ttl", 0) >= wanted:
            return {"changed": False, "action": "kept", **_facts(data)}
        if data and data.get("renewable") and check:
            return {"changed": True, "action": "renewed"}
        renewed = self._renewed(token) if data.get("renewable") else {}
        if renewed and renewed["lease_duration"] >= wanted:
            return {"changed": True, "action": "renewed", **_facts({**data, "ttl": renewed["lease_duration"]})}
        if check:
            return {"changed": True, "action": "logged in"}
        auth = self._log_in()
        if auth.get("lease_duration", 0) < wanted:
            self._warn(f"Vault grants {auth.get('lease_duration')} s, less than min_ttl: each run will log in anew.")
        self._write(auth["client_token"])
        return {"changed": True, "action": "logged in", **_facts({**auth, "ttl": auth.get("lease_duration")})}

    def _about(self, token: str) -> Result:
        """What Vault says of the token; nothing if it is dead, or that of another role."""
        try:
            data = (self._client.request("GET", "auth/token/lookup-self", token=token) or {}).get("data") or {}
        except ApiError as problem:
            if problem.kind not in _DEAD:
                raise
            return {}
        role = self._options.get("role")
        return data if not role or (data.get("meta") or {}).get("role") == role.lower() else {}

    def _renewed(self, token: str) -> Result:
        try:
            answer = self._client.request("POST", "auth/token/renew-self", {}, token=token, retry="never")
        except ApiError:
            return {}
        return (answer or {}).get("auth") or {}

    def _log_in(self) -> Result:
        caller = {"environment": dict(os.environ)}
        options = {**self._options, "auth_method": "aws_ec2", "auth_namespace": self._options.get("namespace")}
        known = _auth.identity({**options, "caller": caller})
        known.update(_ec2.prove(known, self._client.address, self._warn))
        path, proof = t.cast("tuple[str, Options]", _auth.login_request(known))
        try:
            answer = self._client.request("POST", path, proof, retry="unprocessed")
        except ApiError as problem:
            raise login_refused(known, problem, time.time()) from None
        auth = (answer or {}).get("auth")
        if not auth:
            raise AuthError("Vault knows no such login", remedy="Check mount_point and the namespace.")
        return auth

    def _read(self) -> str:
        """The token that is there; a file without one is as good as none, and will be replaced."""
        try:
            with open(self._path, encoding="ascii") as file:
                token = file.read(4096).strip()
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
            raise ConfigError(f"Cannot read token_file {self._path}: {reason}") from None
        return token if is_opaque(token) else ""

    def _write(self, token: str) -> None:
        new = f"{self._path}.{secrets.token_hex(8)}.new"
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(token)
                file.flush()
                os.fsync(descriptor)
            os.rename(new, self._path)
        except OSError as problem:
            with contextlib.suppress(OSError):
                os.unlink(new)
            raise ConfigError(f"Cannot write token_file {self._path}: {problem.strerror}") from None


def _facts(data: Options) -> Result:
    """What may be shown of a token."""
    metadata = data.get("meta") or data.get("metadata") or {}
    return {
        "accessor": data.get("accessor"),
        "ttl": data.get("ttl"),
        "policies": data.get("policies") or [],
        "metadata": {name: value for name, value in metadata.items() if name != "nonce"},
    }


__all__ = ("TokenFile",)
