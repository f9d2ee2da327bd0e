# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault's mounts, and a place that stores what is written to it, behind ``httpx.MockTransport``."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import httpx
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client

Data = dict[str, t.Any]

LISTS = ("passthrough_request_headers", "allowed_response_headers", "audit_non_hmac_request_keys")
NO_MOUNT = {"sys/mounts": "No secret engine mount at", "sys/auth": "No auth engine at"}


@dataclass
class System:
    """``mounts`` are entries by area and path, as in ``sys/auth`` and ``approle/``; ``stored`` is by its path."""

    mounts: dict[str, dict[str, Data]] = field(default_factory=lambda: {"sys/mounts": {}, "sys/auth": {}})
    stored: dict[str, Data] = field(default_factory=dict)
    # Fields that this Vault is too old for, or keeps in a way of its own.
    ignores: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    # What to answer to the next requests of a path instead, or an exception to raise.
    instead: dict[str, list[t.Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, Data]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        carrier = httpx.MockTransport(self._handle)
        self._client = Client({"url": "http://127.0.0.1:8200"}, transport=carrier, sleep=lambda seconds: None)

    # -- what a module is given

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self._client.request(method, path, data, token="token", **rest)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    # -- what a test does

    def perform(self, module: t.Any, check: bool = False, **options: t.Any) -> Data:
        task = module.MODULE
        checked = ArgumentSpecValidator(task.argument_spec(), **task.rules).validate(options)
        assert not checked.error_messages, checked.error_messages
        result: Data = task.perform(self, checked.validated_parameters, check)
        return result

    def mount(self, area: str, path: str, kind: str, options: Data | None = None, **facts: t.Any) -> None:
        config: Data = {"default_lease_ttl": 0, "max_lease_ttl": 0, "force_no_cache": False}
        if area == "sys/auth":
            config["token_type"] = "default-service"
        own = {name: facts.pop(name, False) for name in ("local", "seal_wrap", "external_entropy_access")}
        entry = {"type": kind, "accessor": f"{kind}-{path}", "description": facts.pop("description", ""), **own}
        self.mounts[area][path + "/"] = {**entry, "plugin_version": "", "options": options, "config": config}
        self._tune(self.mounts[area][path + "/"], facts)

    def writes(self) -> list[tuple[str, str, Data]]:
        return [call for call in self.calls if call[0] != "GET" and not call[1].endswith("/lookup")]

    # -- what answers

    def _handle(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path.removeprefix("/v1/")
        body = json.loads(request.content or "{}")
        self.calls.append((method, path, body))
        answer = self.instead[path].pop(0) if self.instead.get(path) else None
        if isinstance(answer, Exception):
            raise answer
        if answer:
            return httpx.Response(answer[0], json=answer[1])
        if path in self.forbidden:
            return _refuse(403, "permission denied")
        if path.startswith("sys/internal/ui/mounts"):
            return self._shown(path.removeprefix("sys/internal/ui/mounts").strip("/"))
        area = next((area for area in self.mounts if (path + "/").startswith(area + "/")), None)
        if area:
            return self._mounted(method, area, path.removeprefix(area).strip("/") + "/", body)
        return self._kept(method, path, body)

    def _mounted(self, method: str, area: str, path: str, body: Data) -> httpx.Response:
        entries = self.mounts[area]
        if path == "/":
            return _data(entries)
        if method == "POST" and path.endswith("/tune/"):
            return self._tune(entries[path.removesuffix("tune/")], body)
        around = max((at for at in entries if path.startswith(at)), key=len, default="")
        if method == "GET":
            found = entries.get(path if area == "sys/auth" else around)
            return _data(found) if found else _refuse(400, f"{NO_MOUNT[area]} {path}")
        if method == "DELETE":
            entries.pop(path, None)
            return httpx.Response(204)
        if around:
            return _refuse(400, f"path is already in use at {around}")
        facts = {**body, **body["config"]}
        del facts["config"]
        self.mount(area, path.rstrip("/"), facts.pop("type"), facts.pop("options", None), **facts)
        return httpx.Response(204)

    def _tune(self, entry: Data, body: Data) -> httpx.Response:
        """What is empty stays as it is, a list without items and an option without text go."""
        for name, value in body.items():
            if name.endswith("_ttl"):
                entry["config"][name] = (
                    0 if value == "system" else int(value.removesuffix("s") or entry["config"][name])
                )
            elif name == "options":
                merged = {**(entry["options"] or {}), **value}
                entry["options"] = {option: text for option, text in merged.items() if text}
            elif name in ("description", "plugin_version"):
                entry[name] = value
            elif name in LISTS and not value:
                entry["config"].pop(name, None)
            elif name not in self.ignores:
                entry["config"][name] = value
        return httpx.Response(204)

    def _shown(self, path: str) -> httpx.Response:
        """To anybody: what he may use, which is all of it here, with times that hold instead of times that are set."""
        kinds = {"secret": self.mounts["sys/mounts"], "auth": self.mounts["sys/auth"]}
        if not path:
            return _data(kinds)
        kind, _slash, rest = path.partition("/") if path.startswith("auth/") else ("secret", "", path)
        around = next((at for at in kinds[kind] if (rest + "/").startswith(at)), None)
        return _data({**kinds[kind][around], "path": around}) if around else _refuse(403, "preflight check: 403")

    def _kept(self, method: str, path: str, body: Data) -> httpx.Response:
        if method == "GET":
            return _data(self.stored[path]) if path in self.stored else _refuse(404)
        if method == "DELETE":
            self.stored.pop(path, None)
        else:
            kept = {name: value for name, value in body.items() if name not in self.ignores}
            self.stored[path] = {**self.stored.get(path, {}), **kept}
        return httpx.Response(204)


def _data(data: t.Any) -> httpx.Response:
    return httpx.Response(200, json={"data": data})


def _refuse(status: int, *errors: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": list(errors)})
