# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault's AWS engine behind ``httpx.MockTransport``, with the ways of it that a module has to know."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import httpx
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

Data = dict[str, t.Any]

BUILT_IN = "{{ the template of this server }}"
ROOT: Data = {"access_key": "", "region": "", "iam_endpoint": "", "sts_endpoint": "", "max_retries": -1}
ROOT_1_19: Data = {"sts_region": "", "sts_fallback_endpoints": None, "sts_fallback_regions": None, "rotation_period": 0}
LISTS = ("role_arns", "policy_arns", "iam_groups")
ROLE: Data = {
    **dict.fromkeys(("credential_type", "policy_document", "user_path", "permissions_boundary_arn"), ""),
    **dict.fromkeys(("external_id", "mfa_serial_number"), ""),
    **dict.fromkeys((*LISTS, "iam_tags", "session_tags")),
    "default_sts_ttl": 0,
    "max_sts_ttl": 0,
}
FITS = {
    "assumed_role": ("role_arns", "session_tags", "external_id", "default_sts_ttl", "max_sts_ttl", "policy_document"),
    "federation_token": ("default_sts_ttl", "max_sts_ttl", "policy_document", "policy_arns"),
    "iam_user": ("user_path", "permissions_boundary_arn", "policy_document", "policy_arns"),
    "session_token": ("default_sts_ttl", "max_sts_ttl"),
}
CHECKED = {name for names in FITS.values() for name in names} - {"policy_arns"}


@dataclass
class Engine:
    """The engine at ``aws/``: what it stores, how old it is, and which of its requests AWS ``refuses``."""

    stored: dict[str, Data] = field(default_factory=dict)
    replaces: bool = False
    ignores: tuple[str, ...] = ()
    refuses: str = ""
    writes: list[tuple[str, str, Data]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = Client({"url": "http://127.0.0.1:8200"}, transport=httpx.MockTransport(self._handle))

    # -- what a module is given

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token="token", **{**rest, "retry": "never"})

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    # -- what answers

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        body = json.loads(request.content or "{}")
        if path.startswith("sys/internal/ui/mounts/"):
            return _data({"path": "aws/"}) if path.startswith("sys/internal/ui/mounts/aws/") else _errors(403, "no")
        if not path.startswith("aws/"):
            return _errors(404, *([f'no handler for route "{path}"'] if request.method == "POST" else []))
        path = path.removeprefix("aws/")
        if request.method == "GET":
            return self._read(path)
        if request.method == "LIST":
            names = [name.removeprefix(f"{path}/") for name in self.stored if name.startswith(f"{path}/")]
            return _data({"keys": names}) if names else _errors(404)
        self.writes.append((request.method, path, body))
        return self._write(path, body) if request.method == "POST" else self._delete(path)

    def _read(self, path: str) -> httpx.Response:
        if path not in self.stored:
            return _errors(404)
        return _data({name: value for name, value in self.stored[path].items() if name != "secret_key"})

    def _delete(self, path: str) -> httpx.Response:
        self.stored.pop(path, None)
        return httpx.Response(204)

    def _write(self, path: str, body: Data) -> httpx.Response:
        body = {name: value for name, value in body.items() if name not in self.ignores}
        kinds = {"config/root": self._root, "config/lease": self._lease, "config/rotate-root": self._rotate}
        return kinds.get(path, self._role if path.startswith("roles/") else self._static)(path, body)

    def _root(self, path: str, body: Data) -> httpx.Response:
        nothing = {**ROOT, "secret_key": "", **({} if self.replaces else ROOT_1_19)}
        before = nothing if self.replaces else self.stored.get(path, nothing)
        after = {name: body.get(name, before[name]) for name in nothing}
        self.stored[path] = {**after, "username_template": body.get("username_template") or BUILT_IN}
        return httpx.Response(204)

    def _rotate(self, path: str, body: Data) -> httpx.Response:
        """Newer servers answer with the old key; the old one may outlive an answer of failure."""
        root = self.stored["config/root"]
        old = root["access_key"]
        if self.refuses == "CreateAccessKey":
            return _errors(500, "error calling CreateAccessKey: AccessDenied")
        root.update(access_key="AKIANEW", secret_key="made by AWS")
        if self.refuses == "DeleteAccessKey":
            return _errors(500, "error deleting old access key: AccessDenied")
        return _data({"access_key": old})

    def _lease(self, path: str, body: Data) -> httpx.Response:
        if not body.get("lease") or not body.get("lease_max"):
            return _errors(400, "a required parameter")
        self.stored[path] = {name: _go(int(body[name].removesuffix("s"))) for name in ("lease", "lease_max")}
        return httpx.Response(204)

    def _role(self, path: str, body: Data) -> httpx.Response:
        after = {**self.stored.get(path, ROLE), **{name: body[name] for name in ROLE if name in body}}
        fits = FITS[after["credential_type"]]
        if left := [name for name in CHECKED if after[name] and name not in fits]:
            return _errors(400, f"{left} not valid for {after['credential_type']}")
        if after["policy_document"]:
            after["policy_document"] = json.dumps(json.loads(after["policy_document"]), separators=(",", ":"))
        self.stored[path] = after
        return httpx.Response(204)

    def _static(self, path: str, body: Data) -> httpx.Response:
        name = path.rpartition("/")[2]
        self.stored[path] = {"name": name, "id": "AIDA", **self.stored.get(path, {}), **body}
        is_done = self.refuses != "CreateAccessKey"
        return _data(self.stored[path]) if is_done else _errors(500, "failed to create new credentials")


def _go(seconds: int) -> str:
    """A duration as Go writes it."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}s" if hours else f"{minutes}m{seconds}s" if minutes else f"{seconds}s"


def _data(data: Data) -> httpx.Response:
    return httpx.Response(200, json={"data": data})


def _errors(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})
