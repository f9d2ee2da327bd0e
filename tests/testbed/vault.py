# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Vault of the bench: a real server on a free port, with the AWS engine, the AWS auth method and a ledger."""

from __future__ import annotations

import functools
import hashlib
import json
import ssl
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

from .build import find
from .child import BenchError, Child, clean_environ
from .ledger import BENCH_TOKEN, Ledger

Answer = dict[str, t.Any]


class Refused(BenchError):
    """Vault's answer is a refusal."""

    def __init__(self, method: str, path: str, status: int, errors: t.Sequence[str]) -> None:
        self.status = status
        self.errors = tuple(errors)
        super().__init__(f"Vault refuses {method} {path}: {status} {'; '.join(errors)}")


class Vault:
    """``with Vault() as vault`` has a new, unsealed Vault to itself."""

    address: str
    token: str
    ledger: Ledger

    def __init__(
        self, *, certificate: Path | None = None, key: Path | None = None, environ: t.Mapping[str, str] | None = None
    ) -> None:
        """With a certificate (PEM, its own authority or followed by it) and a key the server speaks TLS."""
        self._environ = {"AWS_REGION": "us-east-1", **(environ or {})}
        self._tls = [f"-tls-cert={certificate}", f"-tls-key={key}"] if certificate else []
        context = ssl.create_default_context(cafile=certificate) if certificate else None
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def __enter__(self) -> Vault:
        binaries = find()
        self._child = Child([*binaries.command, *self._tls], clean_environ() | self._environ)
        try:
            self.address = self._child.facts["address"]
            self._prepare(self._child.facts["token"], binaries.plugin)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._child.process.pid

    @property
    def folder(self) -> Path:
        """A private folder that goes when the server goes."""
        return self._child.folder

    def stop(self) -> None:
        self._child.stop()

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._child.kill()

    def seal(self) -> None:
        self.api("PUT", "sys/seal")

    def unseal(self) -> None:
        self.api("PUT", "sys/unseal", {"key": self._child.facts["unseal_key"]}, token="")

    def api(
        self, method: str, path: str, data: Answer | None = None, token: str | None = None, wrap_ttl: str = ""
    ) -> Answer | None:
        """One request with the bench's own token, or with ``token``; None where Vault has nothing to say or show."""
        body = None if data is None else json.dumps(data).encode()
        token = self._own_token if token is None else token
        headers = {"X-Vault-Request": "true", "X-Vault-Token": token, "X-Vault-Wrap-TTL": wrap_ttl}
        sent = {name: value for name, value in headers.items() if value}
        request = urllib.request.Request(f"{self.address}/v1/{path}", body, sent, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            errors = json.loads(error.read() or "{}").get("errors", [])
            if error.code == 404 and method in ("GET", "LIST") and not errors:
                return None
            raise Refused(method, path, error.code, errors) from None

    def names(self, path: str) -> list[str]:
        """The names under a path."""
        listed = self.api("LIST", path)
        return listed["data"]["keys"] if listed else []

    def leases(self, prefix: str) -> list[str]:
        """Every lease that lives under a prefix such as ``aws/``."""
        return list(self._walk(prefix))

    def tokens(self) -> list[Answer]:
        """Every token that lives, without the bench's own and the one it hands out."""
        others = set(self.names("auth/token/accessors")) - self._own_accessors
        return [token for token in map(self._token, sorted(others)) if token]

    def _walk(self, prefix: str) -> t.Iterator[str]:
        for name in self.names(f"sys/leases/lookup/{prefix}"):
            if name.endswith("/"):
                yield from self._walk(prefix + name)
            else:
                yield prefix + name

    def _token(self, accessor: str) -> Answer | None:
        try:
            found = self.api("POST", "auth/token/lookup-accessor", {"accessor": accessor})
        except Refused:  # it has ended since it was listed
            return None
        return found["data"] if found else None

    @functools.cached_property
    def _own_accessors(self) -> set[str]:
        answers = (self.api("GET", "auth/token/lookup-self", token=token) for token in (self.token, self._own_token))
        return {answer["data"]["accessor"] for answer in answers if answer}

    def _prepare(self, token: str, plugin: Path | None) -> None:
        name = BENCH_TOKEN.removeprefix("token-")
        self.token = token
        made = self.api("POST", "auth/token/create", {"display_name": name, "no_parent": True}, token=token)
        assert made
        self._own_token = made["auth"]["client_token"]
        assert self._own_accessors
        if plugin:
            self._register(plugin)
        self.ledger = Ledger(self.folder / "audit.log")
        options = {"file_path": str(self.ledger.path), "log_raw": "true"}
        self.api("PUT", "sys/audit/ledger", {"type": "file", "options": options})

    def _register(self, plugin: Path) -> None:
        with plugin.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        for kind, args in (("secret", []), ("auth", ["-auth"])):
            entry = {"sha256": digest, "command": plugin.name, "args": args}
            self.api("PUT", f"sys/plugins/catalog/{kind}/aws", entry)
