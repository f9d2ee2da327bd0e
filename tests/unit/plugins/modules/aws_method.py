# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault's AWS auth method behind ``httpx.MockTransport``, with the ways of it that a module has to know."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import typing as t
from dataclasses import dataclass, field

import httpx
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

Data = dict[str, t.Any]

BINDS = (
    "bound_account_id",
    "bound_ami_id",
    "bound_ec2_instance_id",
    "bound_iam_instance_profile_arn",
    "bound_iam_principal_arn",
    "bound_iam_role_arn",
    "bound_region",
    "bound_subnet_id",
    "bound_vpc_id",
)
CLIENT: Data = {
    **dict.fromkeys(("access_key", "secret_key", "endpoint", "iam_endpoint", "sts_endpoint", "sts_region"), ""),
    **dict.fromkeys(("iam_server_id_header_value", "role_arn", "identity_token_audience", "rotation_schedule"), ""),
    **dict.fromkeys(("use_sts_region_from_client", "disable_automated_rotation"), False),
    **dict.fromkeys(("identity_token_ttl", "rotation_period", "rotation_window"), 0),
    "allowed_sts_header_values": None,
    "max_retries": -1,
}
# A change of these alone is not stored.
UNTRACKED = {name for name in CLIENT if name.startswith(("rotation_", "identity_token_", "disable_automated"))}
USUAL = ["account_id", "auth_type"]
IDENTITY: Data = {"iam_alias": "role_id", "ec2_alias": "role_id", "iam_metadata": USUAL, "ec2_metadata": USUAL}
ROLE: Data = {
    "auth_type": "iam",
    **{name: [] for name in BINDS},
    "bound_ec2_instance_id": None,
    "bound_iam_principal_id": [],
    **dict.fromkeys(("inferred_entity_type", "inferred_aws_region", "role_tag"), ""),
    "resolve_aws_unique_ids": True,
    **dict.fromkeys(("allow_instance_migration", "disallow_reauthentication", "token_no_default_policy"), False),
    "token_bound_cidrs": [],
    "token_policies": [],
    "token_type": "default",
    **dict.fromkeys(("token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period", "token_num_uses"), 0),
}
OF_EC2 = ("bound_region", "role_tag", "allow_instance_migration", "disallow_reauthentication")

# Roles as they are stored.
USER = "arn:aws:iam::123456789012:user/a"
PRINCIPAL: Data = {"bound_iam_principal_arn": [USER]}
IAM = {**ROLE, **PRINCIPAL, "role_id": "id", "bound_iam_principal_id": ["AIDAOLD"]}
BY_NAME = {**IAM, "resolve_aws_unique_ids": False, "bound_iam_principal_id": []}
INFERRED = {**IAM, "inferred_entity_type": "ec2_instance", "inferred_aws_region": "r", "bound_ami_id": ["ami-1"]}
EC2 = {**ROLE, "role_id": "id", "auth_type": "ec2", "bound_account_id": ["1"], "role_tag": "web"}


@dataclass
class Method:
    """The method at ``auth/aws/``: what it stores, by path, and how old its server is."""

    stored: dict[str, Data] = field(default_factory=dict)
    version: str = "1.21.4"
    ignores: tuple[str, ...] = ()
    writes: list[tuple[str, str, Data]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _numbers: t.Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        carrier = httpx.MockTransport(self._handle)
        self._client = Client({"url": "http://127.0.0.1:8200"}, transport=carrier, sleep=lambda seconds: None)

    # -- what a module is given

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token="token", **rest)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    # -- what a test does

    def perform(self, module: t.Any, options: Data, check: bool = False) -> Data:
        task = module.MODULE
        checked = ArgumentSpecValidator(task.argument_spec(), **task.rules).validate(options)
        assert not checked.error_messages, checked.error_messages
        result: Data = task.perform(self, checked.validated_parameters, check)
        return result

    # -- what answers

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        if path == "sys/seal-status":
            return httpx.Response(200, json={"version": self.version}) if self.version else _errors(403, "no")
        if path.startswith("sys/internal/ui/mounts/"):
            there = path.startswith("sys/internal/ui/mounts/auth/aws/")
            return _data({"path": "auth/aws/"}) if there else _errors(403, "no")
        if not path.startswith("auth/aws/"):
            return _errors(404)
        path = path.removeprefix("auth/aws/")
        if request.method == "GET":
            return self._read(path)
        if request.method == "LIST":
            listed = {"roles": "role", "config/certificates": "config/certificate"}.get(path, path) + "/"
            names = [name.removeprefix(listed) for name in self.stored if name.startswith(listed)]
            return _data({"keys": names}) if names else _errors(404)
        body = json.loads(request.content or "{}")
        self.writes.append((request.method, path, body))
        if request.method == "DELETE":
            self.stored.pop(path, None)
            return httpx.Response(204)
        return self._write(path, {name: value for name, value in body.items() if name not in self.ignores})

    def _read(self, path: str) -> httpx.Response:
        if path == "config/identity":
            return _data(self.stored.get(path, IDENTITY))
        if path not in self.stored:
            return _errors(404)
        return _data({name: value for name, value in self.stored[path].items() if name != "secret_key"})

    def _write(self, path: str, body: Data) -> httpx.Response:
        if path.endswith("/tag"):
            return _data({"tag_key": "web", "tag_value": f"v1:{next(self._numbers)}:{body.get('policies')}"})
        if path == "config/rotate-root":
            self.stored["config/client"].update(access_key="AKIANEW", secret_key="made by AWS")
            return _data({"access_key": "AKIANEW"})
        kinds = {"config/client": self._client_config, "config/identity": self._identity}
        kind = path.rpartition("/")[0]
        return kinds.get(path, {"role": self._role, "config/certificate": self._certificate}.get(kind, self._plain))(
            path, body
        )

    def _plain(self, path: str, body: Data) -> httpx.Response:
        self.stored[path] = {**self.stored.get(path, {}), **body}
        return httpx.Response(204)

    def _client_config(self, path: str, body: Data) -> httpx.Response:
        if "allowed_sts_header_values" in body:
            body["allowed_sts_header_values"] = [name.title() for name in body["allowed_sts_header_values"]]
        before = self.stored.get(path, {**CLIENT, "new": True})
        tracked = {name for name, value in body.items() if before[name] != value} - UNTRACKED
        if tracked or "new" in before or "max_retries" in body:
            self.stored[path] = {name: body.get(name, before[name]) for name in CLIENT}
        return httpx.Response(204)

    def _identity(self, path: str, body: Data) -> httpx.Response:
        for name in {"iam_metadata", "ec2_metadata"} & set(body):
            given = sorted({item.lower() for item in body[name]})
            body[name] = USUAL if given == ["default"] else given
        self.stored[path] = {**self.stored.get(path, IDENTITY), **body}
        return httpx.Response(204)

    def _certificate(self, path: str, body: Data) -> httpx.Response:
        given = body.get("aws_public_cert")
        if not given:
            return _errors(400, "missing aws_public_cert")
        with contextlib.suppress(ValueError):
            given = base64.b64decode(given, validate=True).decode()
        if not given.endswith("-----END CERTIFICATE-----\n") or given.count("BEGIN") != 1:
            return _errors(500, "1 error occurred:\n\t* invalid certificate; should be one PEM block only\n\n")
        kind = body.get("type", self.stored.get(path, {}).get("type", "pkcs7"))
        self.stored[path] = {"aws_public_cert": given, "type": kind}
        return httpx.Response(204)

    def _role(self, path: str, body: Data) -> httpx.Response:
        assert path == path.lower(), "Vault would go on to answer from its cache after it is deleted"
        before = self.stored.get(path)
        after = {**(before or {**ROLE, "role_id": f"id-{next(self._numbers)}"}), **body}
        if before and after["auth_type"] != before["auth_type"]:
            return _errors(400, "changing auth_type on a role is not allowed")
        if before and before["resolve_aws_unique_ids"] and not after["resolve_aws_unique_ids"]:
            return _errors(400, "changing resolve_aws_unique_ids from true to false is not allowed")
        if after["auth_type"] == "iam" and set(OF_EC2[1:]) & set(body):
            return _errors(400, "specified what is of ec2 when not using ec2 auth type")
        if not any(after[name] for name in BINDS):
            return _errors(400, "at least one bound parameter should be specified on the role")
        useless = [name for name in _useless(after) if after[name]]
        if useless:
            return _errors(400, f"specified {useless} without its use")
        if "bound_iam_principal_arn" in body and after["resolve_aws_unique_ids"]:
            named = [arn for arn in body["bound_iam_principal_arn"] if not arn.endswith("*")]
            after["bound_iam_principal_id"] = [f"AIDA{next(self._numbers)}" for _arn in named]
        self.stored[path] = after
        return httpx.Response(204)


def _useless(role: Data) -> list[str]:
    if role["auth_type"] == "ec2":
        return ["bound_iam_principal_arn", "inferred_entity_type", "inferred_aws_region"]
    binds = [name for name in BINDS if name not in ("bound_iam_principal_arn", "bound_region")]
    return [*OF_EC2, *([] if role["inferred_entity_type"] else [*binds, "inferred_aws_region"])]


def _data(data: Data) -> httpx.Response:
    return httpx.Response(200, json={"data": data})


def _errors(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})
