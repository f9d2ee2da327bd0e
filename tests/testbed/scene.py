# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests, the demo and the benchmarks find on the bench.

AWS engine at ``aws/``: roles ``deploy`` (assumed_role), ``uploader`` (iam_user, leases of an hour), ``federated``
(federation_token), ``session`` (session_token) and the static role ``legacy``; at ``aws-short/``: role ``short``
(iam_user, leases of 20 s that can be stretched to 40 s). KV at ``secret/`` (version 2) and ``kv/`` (version 1), each
with a sample ``app/config``. AppRoles ``ansible``, ``short-token`` (tokens of 20 s, at most 40 s) and ``batch``; the
userpass user ``alice``. All of them log in to the policy ``deployer``; the AppRole ``provisioner`` may do everything.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import secrets
import time
import typing as t

from .aws import REGION, Key, Moto
from .child import clean_environ
from .vault import Answer, Refused, Vault

ENGINES = ("aws", "aws-short")
POLICY = """
path "aws/creds/*"         { capabilities = ["read", "update"] }
path "aws/sts/*"           { capabilities = ["read", "update"] }
path "aws/static-creds/*"  { capabilities = ["read"] }
path "aws-short/creds/*"   { capabilities = ["read", "update"] }
path "secret/data/*"       { capabilities = ["read"] }
path "kv/*"                { capabilities = ["read"] }
path "sys/leases/revoke"   { capabilities = ["update"] }
"""
PROVISIONER = 'path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"] }'
APPROLES: dict[str, Answer] = {
    "ansible": {"token_ttl": "1h", "token_max_ttl": "4h"},
    "short-token": {"token_ttl": "20s", "token_max_ttl": "40s"},
    "batch": {"token_ttl": "1h", "token_type": "batch"},
    "provisioner": {"token_ttl": "1h", "token_policies": ["provisioner"]},
}
_ALLOWED = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
_DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [_ALLOWED]})


@dataclasses.dataclass(frozen=True)
class Scene:
    """A prepared bench: its facts, and what it can make more of."""

    vault: Vault
    aws: Moto
    password: str = dataclasses.field(repr=False)
    sample: str = dataclasses.field(repr=False)
    username: str = "alice"

    @functools.cached_property
    def role_id(self) -> str:
        return self.approle("ansible")

    @functools.cached_property
    def secret_id(self) -> str:
        return self.new_secret_id("ansible")

    def approle(self, name: str) -> str:
        """The role_id of an AppRole."""
        return _data(self.vault, "GET", f"auth/approle/role/{name}/role-id")["role_id"]

    def new_secret_id(self, name: str = "ansible", **options: t.Any) -> str:
        """Another secret_id of an AppRole; ``num_uses=1`` makes it good for one login."""
        return _data(self.vault, "POST", f"auth/approle/role/{name}/secret-id", options)["secret_id"]

    def wrapped_secret_id(self, name: str = "ansible", ttl: str = "120s") -> str:
        """A wrapping token with another secret_id inside."""
        made = self.vault.api("POST", f"auth/approle/role/{name}/secret-id", {}, wrap_ttl=ttl)
        assert made
        return made["wrap_info"]["token"]

    def login(self, name: str = "ansible") -> str:
        """A token of an AppRole, by a login that the ledger sees."""
        who = {"role_id": self.approle(name), "secret_id": self.new_secret_id(name)}
        made = self.vault.api("POST", "auth/approle/login", who, token="")
        assert made
        return made["auth"]["client_token"]

    def leftovers(self, within: float = 0.0) -> list[str]:
        """The leases, tokens and IAM users that live; waits so many seconds for there to be none.

        Vault answers the revocation of a token before it has ended the token's leases.
        """
        deadline = time.monotonic() + within
        while (left := self._leftovers()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _leftovers(self) -> list[str]:
        leases = [f"lease {lease}" for engine in ENGINES for lease in self.vault.leases(f"{engine}/")]
        tokens = [f"token {token['display_name']} {token['accessor']}" for token in self.vault.tokens()]
        return leases + tokens + [f"IAM user {name}" for name in self.aws.iam_users()]

    def environ(self) -> dict[str, str]:
        """The environment of a program that is to find this Vault and this AWS, and nobody's else."""
        nowhere = str(self.vault.folder / "absent")
        return clean_environ() | {
            "VAULT_ADDR": self.vault.address,
            **self.who(),
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def who(self) -> dict[str, str]:
        """The login of such a program."""
        return {
            "ANSIBLE_HASHI_VAULT_AUTH_METHOD": "approle",
            "ANSIBLE_HASHI_VAULT_ROLE_ID": self.role_id,
            "ANSIBLE_HASHI_VAULT_SECRET_ID": self.secret_id,
        }

    def facts(self) -> Answer:
        """All of it as plain data, with the secrets."""
        approles = {name: {"role_id": self.approle(name), "secret_id": self.new_secret_id(name)} for name in APPROLES}
        return {
            "vault": {"address": self.vault.address, "token": self.vault.token, "ledger": str(self.vault.ledger.path)},
            "aws": {"endpoint": self.aws.endpoint, "region": REGION},
            "approle": approles,
            "userpass": {"username": self.username, "password": self.password},
            "sample": self.sample,
        }


class Bare(Scene):
    """A bench on which nothing is prepared. Who has it has a token that may do everything, and IAM user ``engine``."""

    @functools.cached_property
    def token(self) -> str:
        made = self.vault.api("POST", "auth/token/create-orphan", {"policies": ["root"], "display_name": "owner"})
        assert made
        return made["auth"]["client_token"]

    @functools.cached_property
    def key(self) -> Key:
        return self.aws.create_user("engine")

    def who(self) -> dict[str, str]:
        return {"VAULT_TOKEN": self.token}

    def _leftovers(self) -> list[str]:
        return [left for left in super()._leftovers() if not left.startswith("token token-owner ")]


@contextlib.contextmanager
def bare() -> t.Iterator[Bare]:
    """A Vault that knows nothing yet, and an AWS."""
    with Moto() as aws, Vault() as vault:
        yield Bare(vault, aws, "", "")


@contextlib.contextmanager
def bench(environ: t.Mapping[str, str] | None = None) -> t.Iterator[Scene]:
    """A Vault, with some more in its environment, and an AWS of one's own, ready for use."""
    with Moto() as aws, Vault(environ=environ) as vault:
        yield prepare(vault, aws)


def prepare(vault: Vault, aws: Moto) -> Scene:
    """Set all of it up; wants a new Vault and a new AWS account."""
    password, sample = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    vault.api("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    vault.api("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
    _engines(vault, aws)
    _logins(vault, password)
    vault.api("PUT", "kv/app/config", {"password": sample})
    _patiently(vault, "secret/data/app/config", {"data": {"password": sample}})
    return Scene(vault, aws, password, sample)


def _engines(vault: Vault, aws: Moto) -> None:
    key = aws.create_user("engine")
    aws.create_user("legacy")
    for mount, lease, longest in (("aws", "1h", "4h"), ("aws-short", "20s", "40s")):
        vault.api("POST", f"sys/mounts/{mount}", {"type": "aws"})
        vault.api("PUT", f"{mount}/config/root", _root(key, aws.endpoint))
        vault.api("PUT", f"{mount}/config/lease", {"lease": lease, "lease_max": longest})
    user = {"credential_type": "iam_user", "policy_document": _DOCUMENT}
    deploy = {"credential_type": "assumed_role", "role_arns": [aws.create_role("deploy")]}
    vault.api("PUT", "aws/roles/deploy", deploy)
    vault.api("PUT", "aws/roles/uploader", user)
    vault.api("PUT", "aws/roles/federated", {"credential_type": "federation_token", "policy_document": _DOCUMENT})
    vault.api("PUT", "aws/roles/session", {"credential_type": "session_token"})
    vault.api("PUT", "aws-short/roles/short", user)
    vault.api("PUT", "aws/static-roles/legacy", {"username": "legacy", "rotation_period": "24h"})


def _root(key: Key, endpoint: str) -> Answer:
    endpoints = {"iam_endpoint": endpoint, "sts_endpoint": endpoint}
    return {**key._asdict(), **endpoints, "region": REGION, "sts_region": REGION}


def _logins(vault: Vault, password: str) -> None:
    for name, policy in (("deployer", POLICY), ("provisioner", PROVISIONER)):
        vault.api("PUT", f"sys/policies/acl/{name}", {"policy": policy})
    vault.api("POST", "sys/auth/approle", {"type": "approle"})
    for name, role in APPROLES.items():
        vault.api("PUT", f"auth/approle/role/{name}", {"token_policies": ["deployer"], **role})
    vault.api("POST", "sys/auth/userpass", {"type": "userpass"})
    vault.api("PUT", "auth/userpass/users/alice", {"password": password, "token_policies": ["deployer"]})


def _patiently(vault: Vault, path: str, data: Answer, *, within: float = 10.0) -> None:
    """A new KV version 2 refuses writes for a moment, until it has prepared itself."""
    deadline = time.monotonic() + within
    while True:
        try:
            vault.api("PUT", path, data)
            return
        except Refused:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _data(vault: Vault, method: str, path: str, body: Answer | None = None) -> Answer:
    answer = vault.api(method, path, body)
    assert answer
    return answer["data"]
