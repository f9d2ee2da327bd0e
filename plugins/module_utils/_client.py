# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The one HTTP client of the collection: ``Client(connection).request("GET", path)``.

It sends, waits, tries again where that is safe, follows a redirect where that is safe, and says in one sentence what
went wrong otherwise. It knows nothing of logins and leases.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
import typing as t
from urllib.parse import urljoin, urlsplit

from ansible_collections.leasehold.vault.plugins.module_utils._answer import read, retry_after
from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import (
    Endpoint,
    endpoint,
    proxy_for,
    server_name,
)
from ansible_collections.leasehold.vault.plugins.module_utils._errors import (
    ELECTION,
    ApiError,
    ConfigError,
    TransportError,
)
from ansible_collections.leasehold.vault.plugins.module_utils._exchange import Answer, exchange
from ansible_collections.leasehold.vault.plugins.module_utils._paths import check_encoded, mount_path
from ansible_collections.leasehold.vault.plugins.module_utils._retry import pause
from ansible_collections.leasehold.vault.plugins.module_utils._tls import tls_context
from ansible_collections.leasehold.vault.plugins.module_utils._transport import (
    HAS_HTTPX,
    HTTPX_IMPORT_ERROR,
    Deadline,
    Transport,
    httpx,
)
from ansible_collections.leasehold.vault.plugins.module_utils._values import is_opaque, opaque

if t.TYPE_CHECKING:
    Connection = t.Mapping[str, t.Any]
    Document = dict[str, t.Any]

SECONDS = 60.0
_SAME_METHOD = (307, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_OF_A_STANDBY = 307


class Client:
    """Requests to one Vault address; any number of threads may share it."""

    def __init__(
        self,
        connection: Connection,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        jitter: t.Callable[[], float] = random.random,
    ) -> None:
        self._target = endpoint(connection.get("url"))
        self._transport = transport or _transport(self._target, connection)
        self._namespace = _namespace(connection.get("namespace"))
        self._redirect_hosts = [host.lower() for host in connection.get("redirect_hosts") or ()]
        self._seconds = _seconds(connection.get("timeout"))
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._index = ""
        self.address = self._target.address

    def request(
        self,
        method: str,
        path: str,
        data: t.Mapping[str, t.Any] | None = None,
        *,
        token: str | None = None,
        namespace: str | None = None,
        wrap_ttl: str | None = None,
        retry: str = "always",
        must_exist: bool = False,
    ) -> Document | None:
        """Vault's whole answer, or None where it has nothing to say or there is nothing at ``path``.

        ``namespace`` replaces that of the connection, with "" for none. ``retry`` is "always", "never", or
        "unprocessed": only where Vault provably did not act, for whatever mints or consumes something. ``must_exist``
        is for reading what was just written: a node that has nothing there lags behind, and is asked again.
        """
        space = self._namespace if namespace is None else _namespace(namespace)
        request = self._build(method, path, data, _vault_headers(token, space, wrap_ttl))
        call = _Call(
            request, {"vault": self.address, "namespace": space, "path": path}, _secrets(token, data), must_exist
        )
        deadline = Deadline(self._clock, self._seconds)
        while True:
            try:
                return self._once(call, deadline)
            except (ApiError, TransportError) as error:
                wait = pause(error, retry, call.tries, call.asked, self._jitter())
                if wait is None or wait >= deadline.left():
                    raise
            self._sleep(wait)

    def close(self) -> None:
        """Close all connections that are kept alive."""
        self._transport.close()

    def _build(
        self, method: str, path: str, data: t.Mapping[str, t.Any] | None, headers: dict[str, str]
    ) -> httpx.Request:
        check_encoded(path)
        url = f"{self._target.origin}{self._target.prefix}/v1/{path}"
        if data is None:
            return httpx.Request(method, url, headers=headers)
        try:
            content = json.dumps(data, allow_nan=False).encode("utf-8")
        except (TypeError, ValueError, RecursionError):
            raise ConfigError("The request holds a value that JSON can't express", where={"path": path}) from None
        return httpx.Request(method, url, headers={"Content-Type": "application/json", **headers}, content=content)

    def _once(self, call: _Call, deadline: Deadline) -> Document | None:
        call.begin(self._index)
        answer = exchange(self._transport, call.request, deadline, call.where)
        if answer.status in _REDIRECTS:
            answer = self._follow(call, answer, deadline)
        index = answer.headers.get("x-vault-index", "")
        self._index = index if is_opaque(index) else self._index
        call.asked = retry_after(answer.headers, time.time())
        found = read(answer, method=call.request.method, where=call.where, asked=call.asked, secrets=call.secrets)
        if found is None and call.must_exist:
            raise _not_yet({**call.where, "status": answer.status})
        return found

    def _follow(self, call: _Call, answer: Answer, deadline: Deadline) -> Answer:
        """The answer of the node that a standby takes for the active one, if that is still there."""
        request = self._redirected(call, answer)
        try:
            answer = exchange(self._transport, request, deadline, call.where)
        except TransportError as problem:
            if problem.processed or problem.kind not in ("network", "timeout"):
                raise
            raise _leaderless("can't be reached", call.where) from None
        if answer.status == _OF_A_STANDBY and request.url.netloc != call.request.url.netloc:
            raise _leaderless("points to yet another one", call.where)
        if answer.status in _REDIRECTS:
            raise _no_redirect("The server redirects again and again", call.where)
        return answer

    def _redirected(self, call: _Call, answer: Answer) -> httpx.Request:
        request = call.request
        where = {**call.where, "status": answer.status}
        if answer.status not in _SAME_METHOD and (request.method != "GET" or answer.status == 303):
            raise _no_redirect("The server redirects in a way that would change the request", where)
        headers = request.headers.copy()
        del headers["Host"]
        try:
            parts = urlsplit(urljoin(str(request.url), answer.headers["location"]))
            target = endpoint(f"{parts.scheme}://{parts.netloc}")
            following = httpx.Request(request.method, parts.geturl(), headers=headers, content=request.content)
        except (ConfigError, KeyError, ValueError, httpx.InvalidURL):
            raise _no_redirect("The server redirects to an address that can't be followed", where) from None
        is_known = target.host == self._target.host or target.host in self._redirect_hosts
        if target.scheme != self._target.scheme or not is_known:
            # A standby points to the same path of the active node, and for a while after that is gone too.
            is_standby = answer.status == 307 and bool(parts.path) and request.url.path.endswith(parts.path)
            raise _no_redirect(
                "The server redirects to another host", {**where, "target": target.origin}, processed=not is_standby
            )
        return following


class _Call:
    """One request through all of its tries."""

    def __init__(self, request: httpx.Request, facts: dict[str, object], secrets: list[str], must_exist: bool) -> None:
        self.request = request
        self.where = {**facts, "status": None, "request_id": None, "tries": 0}
        self.secrets = secrets
        self.must_exist = must_exist
        self.tries = 0
        self.asked: float | None = None

    def begin(self, index: str) -> None:
        self.tries += 1
        self.asked = None
        self.where["tries"] = self.tries
        if index:
            self.request.headers["X-Vault-Index"] = index


def send(
    method: str,
    url: str,
    headers: t.Mapping[str, str],
    body: bytes,
    *,
    options: t.Mapping[str, t.Any] | None = None,
    deadline: float = SECONDS,
    transport: httpx.BaseTransport | None = None,
) -> tuple[int, t.Mapping[str, str], bytes]:
    """One exchange with a server that is not Vault, under the same limits and without a second try."""
    target = endpoint(url.partition("?")[0])
    end = Deadline(time.monotonic, deadline)
    with contextlib.closing(transport or _transport(target, options or {})) as carrier:
        request = httpx.Request(method, url, headers={"Accept-Encoding": "identity", **headers}, content=body)
        return exchange(carrier, request, end, {"server": target.origin})


def _transport(target: Endpoint, options: t.Mapping[str, t.Any]) -> Transport:
    if not HAS_HTTPX:
        raise ConfigError("The Python package httpx is missing", remedy="Install httpx for the Python that runs this.")
    proxy = proxy_for(target, options.get("proxies"))
    context = tls_context(options) if target.scheme == "https" else None
    return Transport(target, proxy, context, server_name(options.get("tls_server_name")))


def _vault_headers(token: str | None, namespace: str, wrap_ttl: str | None) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "leasehold.vault", "X-Vault-Request": "true"}
    for name, header, value in (
        ("token", "X-Vault-Token", token),
        ("namespace", "X-Vault-Namespace", namespace or None),
        ("wrap_ttl", "X-Vault-Wrap-TTL", wrap_ttl),
    ):
        if value is not None:
            headers[header] = opaque(name, value)
    return headers


def _namespace(namespace: str | None) -> str:
    if not namespace or namespace == "/":
        return ""
    mount_path(opaque("namespace", namespace), "namespace")
    return namespace.strip("/")


def _seconds(timeout: t.Any) -> float:
    if timeout is None:
        return SECONDS
    try:
        seconds = float(timeout)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigError("timeout is not a number of seconds above zero")
    return seconds


def _secrets(token: str | None, data: t.Any) -> list[str]:
    """What Vault must not be quoted with, should it repeat what it was sent; shorter texts would only maim the rest."""
    found = {text for text in [token or "", *_leaves(data)] if len(text) >= 4}
    return [*found, *(json.dumps(text, ensure_ascii=plain)[1:-1] for text in found for plain in (True, False))]


def _leaves(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _leaves(entry)


def _not_yet(where: t.Mapping[str, object]) -> ApiError:
    return ApiError(
        "Vault took a write, but tells nothing when it is read",
        kind="consistency",
        where=where,
        remedy="Turn to the active node, if this one lags behind; or this is not where Vault tells what it was given.",
    )


def _leaderless(what: str, where: t.Mapping[str, object]) -> TransportError:
    text = f"The cluster has no active node: the one that a standby points to {what}"
    return TransportError(text, kind="leaderless", processed=False, where=where, remedy=ELECTION)


def _no_redirect(text: str, where: t.Mapping[str, object], processed: bool = True) -> TransportError:
    return TransportError(
        text,
        kind="redirect",
        processed=processed,
        where=where,
        remedy="Set url to the address it points to; redirect_hosts lists other hosts that may see the token.",
    )


__all__ = ("HAS_HTTPX", "HTTPX_IMPORT_ERROR", "Client", "send")
