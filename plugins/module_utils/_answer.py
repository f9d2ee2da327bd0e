# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""What an answer says, decided without any I/O: its document, nothing, or the error to raise."""

from __future__ import annotations

import re
import typing as t
from email.utils import parsedate_to_datetime

from ansible_collections.leasehold.vault.plugins.module_utils import _document
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ELECTION, ApiError, TransportError

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.module_utils._exchange import Answer

    Where = t.Mapping[str, object]
    Document = dict[str, t.Any]

ERRORS_SHOWN = 5
ERROR_LENGTH = 300
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)?", re.DOTALL)
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,60}", re.ASCII)
_CAPABILITIES = {"GET": "read", "LIST": "list", "DELETE": "delete", "PATCH": "patch"}
# How Go's and nginx's servers answer plain http on a TLS port.
_TLS_PORT = (b"an HTTP request to an HTTPS server", b"plain HTTP request was sent to HTTPS port")


class _Refusal(t.NamedTuple):
    kind: str
    cause: str
    remedy: str


_LATER = "Try again later, or with fewer requests at once."
_NODE = "Check url: it has to lead to the active node, or to a standby that forwards requests."
_WRITES = ("POST", "PUT", "PATCH")
# With a 404: that there is no place for a thing, and not just no thing in its place.
_NO_PLACE = ("no handler for route", "unsupported path")
_REFUSALS = {
    400: _Refusal("response", "Vault refused the request", "Check the options that went into it."),
    403: _Refusal(
        "permission", "Vault denied permission", "The token needs a policy with the capability {capability} there."
    ),
    404: _Refusal(
        "absent",
        "Vault has nothing at this path that could be written",
        "Check the mount and the namespace; they may also be hidden from this token.",
    ),
    405: _Refusal("config", "Vault does not offer {method} on this path", "Check the path and the type of its mount."),
    407: _Refusal("config", "A proxy on the way asks for a login", "Check proxies."),
    412: _Refusal(
        "consistency",
        "The node has not yet seen an earlier write",
        "Turn to the active node. A Vault Agent or Proxy says the same if something drops the header X-Vault-Request.",
    ),
    413: _Refusal("response", "The request is larger than Vault allows", "Send less at once."),
    429: _Refusal("rate", "Vault takes no more requests", f"A rate limit or a lease count quota is used up. {_LATER}"),
    472: _Refusal("standby", "The node answered as a disaster recovery secondary", _NODE),
    473: _Refusal("standby", "The node answered as a performance standby", _NODE),
    500: _Refusal("response", "Vault failed to serve the request", "Look into the log of the Vault server."),
    501: _Refusal("config", "Vault is not initialised", "Initialise it with vault operator init."),
    502: _Refusal("response", "What lies behind Vault, or Vault behind a proxy, gave no proper answer", _LATER),
    503: _Refusal("standby", "The node is not ready to serve requests", _NODE),
    504: _Refusal("timeout", "A proxy waited in vain for Vault", _LATER),
}
_LEADERLESS = _Refusal("leaderless", "The cluster has no active node", ELECTION)
_NO_LEADER = ("active cluster node not found", "no active vault instance found")
_SEALED = _Refusal("sealed", "Vault is sealed", "Unseal it with vault operator unseal.")
_DEAD_TOKEN = _Refusal(
    "token", "The token is not valid, or no longer", "Log in again, or check where the token comes from."
)
_OTHER = _Refusal("response", "The answer has a status that Vault does not use", "Check that url leads to Vault.")


def read(
    answer: Answer, *, method: str, where: Where, asked: float | None = None, secrets: t.Sequence[str] = ()
) -> Document | None:
    """The document of an answer, None where there is nothing; raises where Vault, or something before it, refuses.

    ``asked`` is the wait that the answer asks for, see ``retry_after``.
    """
    status, headers, body = answer
    if status == 204 or (not body and (200 <= status < 300 or status == 404)):
        return None
    facts = {**where, "status": status}
    document, why = _parsed(body)
    facts["request_id"] = _document.request_id(document)
    if document is None and (status < 300 or status == 404):
        raise _foreign(why, headers, body, facts)
    if status == 404 and not (method in _WRITES and _has_no_place(error_words(document))):
        return None
    if 200 <= status < 300:
        return _checked(document or {}, headers, facts, secrets)
    if document is None:
        facts["content_type"] = media_type(headers)
    if status == 400 and any(text in body for text in _TLS_PORT):
        raise TransportError(
            "The port speaks TLS and the address begins with http://",
            kind="tls",
            processed=False,
            where=facts,
            remedy="Write https:// in url.",
        )
    refusal = _refused(status, error_words(document, secrets), method, asked, facts)
    refusal.server_time = _moment(headers.get("date", ""))
    raise refusal


def _has_no_place(words: tuple[str, ...]) -> bool:
    return any(text in word for text in _NO_PLACE for word in words)


def retry_after(headers: t.Mapping[str, str], now: float) -> float | None:
    """The seconds a server asks to wait; None where it does not say, or says nothing that makes sense."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,10}", text):
        return float(text)
    moment = _moment(text)
    return None if moment is None else max(0.0, moment - now)


def _moment(text: str) -> float | None:
    """An HTTP date in seconds since the epoch."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def error_words(document: Document | None, secrets: t.Sequence[str] = ()) -> tuple[str, ...]:
    """Vault's own errors, fit to be shown: a few short lines without control characters and known secrets."""
    return _words((document or {}).get("errors"), secrets)


def _words(value: t.Any, secrets: t.Sequence[str]) -> tuple[str, ...]:
    return tuple(clean(text, secrets) for text in _document.texts(value)[:ERRORS_SHOWN] if text.strip())


def clean(text: str, secrets: t.Sequence[str] = ()) -> str:
    """One printable line of bounded length, the secrets taken out before anything could hide them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    text = _ESCAPES.sub(" ", text[: 10 * ERROR_LENGTH])
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= ERROR_LENGTH else text[: ERROR_LENGTH - 3] + "..."


def media_type(headers: t.Mapping[str, str]) -> str | None:
    match = _MEDIA_TYPE.match(headers.get("content-type", ""))
    return match.group() if match else None


def _parsed(body: bytes) -> tuple[Document | None, str]:
    try:
        return _document.parse(body), ""
    except _document.Malformed as malformed:
        return None, malformed.why


def _checked(document: Document, headers: t.Mapping[str, str], facts: Where, secrets: t.Sequence[str]) -> Document:
    try:
        _document.check(document)
    except _document.Malformed as malformed:
        raise TransportError(
            f"The answer is not one of Vault's: {malformed.why}",
            kind="response",
            where=facts,
            remedy="Check that url leads to Vault, and what lies between here and there.",
        ) from None
    if document.get("warnings"):
        document["warnings"] = list(_words(document["warnings"], secrets))
    return _document.aged(document, headers.get("age", ""))


def _foreign(why: str, headers: t.Mapping[str, str], body: bytes, facts: Where) -> TransportError:
    return TransportError(
        f"The answer is not one of Vault's: {why}",
        kind="response",
        where={**facts, "content_type": media_type(headers), "bytes": len(body)},
        remedy="Something else answers at this address, such as a proxy or a login page; check url.",
    )


def _refused(status: int, words: tuple[str, ...], method: str, asked: float | None, facts: Where) -> ApiError:
    kind, cause, remedy = _refusal(status, words)
    wait = f" and asked to wait {asked:.0f} s" if asked else ""
    said = f": {'; '.join(words)}" if words else ""
    return ApiError(
        cause.format(method=method) + wait + said,
        kind=kind,
        status=status,
        errors=words,
        where=facts,
        remedy=remedy.format(capability=_CAPABILITIES.get(method, "create or update")),
    )


def _refusal(status: int, words: tuple[str, ...]) -> _Refusal:
    said = " ".join(words).lower()
    if status == 503 and "sealed" in said:
        return _SEALED
    if status in (500, 503) and any(words in said for words in _NO_LEADER):
        return _LEADERLESS
    if status == 403 and "invalid token" in said:
        return _DEAD_TOKEN
    return _REFUSALS.get(status, _OTHER)


__all__ = ("error_words", "read", "retry_after")
