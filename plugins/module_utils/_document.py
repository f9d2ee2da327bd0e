# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Vault's JSON, read strictly: who takes a login page for Vault hands out nonsense as credentials."""

from __future__ import annotations

import json
import math
import re
import typing as t

if t.TYPE_CHECKING:
    Document = dict[str, t.Any]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Malformed(Exception):
    """``why`` names a field and what is wrong with it; it holds nothing of the answer's values."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class _Kind(t.NamedTuple):
    name: str
    fits: t.Callable[[t.Any], bool]


_TEXT = _Kind("a text", lambda value: isinstance(value, str))
_BOOL = _Kind("true or false", lambda value: isinstance(value, bool))
_SECONDS = _Kind("a whole number of seconds", lambda value: _is_whole(value) and 0 <= value < 2**63)
_OBJECT = _Kind("an object or null", lambda value: value is None or isinstance(value, dict))
_TEXTS = _Kind("a list of texts or null", lambda value: value is None or _is_texts(value))

_FIELDS = {
    "request_id": _TEXT,
    "lease_id": _TEXT,
    "lease_duration": _SECONDS,
    "renewable": _BOOL,
    "data": _OBJECT,
    "auth": _OBJECT,
    "wrap_info": _OBJECT,
    "warnings": _TEXTS,
    "errors": _TEXTS,
}
_AUTH_FIELDS = {
    "client_token": _TEXT,
    "accessor": _TEXT,
    "lease_duration": _SECONDS,
    "renewable": _BOOL,
    "policies": _TEXTS,
    "metadata": _OBJECT,
}


def parse(body: bytes) -> Document:
    """The object that a body holds; anything else is Malformed."""
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite
        )
    except Malformed:
        raise
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError:
        raise Malformed("it is not JSON") from None
    if not isinstance(document, dict):
        raise Malformed("it is not a JSON object")
    return document


def check(document: Document) -> None:
    """Raise Malformed if a field that Vault always writes in one way is written in another."""
    _check_fields(document, _FIELDS, "")
    auth = document.get("auth")
    if auth is None:
        return
    _check_fields(auth, _AUTH_FIELDS, "auth.")
    # A login that still waits for a second factor has no token yet, and one renewed by its accessor is not told again.
    is_told = auth.get("client_token") or auth.get("accessor")
    if not is_told and not isinstance(auth.get("mfa_requirement"), dict):
        raise Malformed("auth.client_token is missing")


def aged(document: Document, age: str) -> Document:
    """Take off the durations what a cache on the way (Vault Agent, Vault Proxy) has already used up."""
    seconds = int(age) if re.fullmatch(r"[0-9]{1,10}", age) else 0
    for part in (document, document.get("auth")):
        if seconds and part and part.get("lease_duration"):
            part["lease_duration"] = max(0, part["lease_duration"] - seconds)
    return document


def texts(value: t.Any) -> list[str]:
    """A list of texts as it is; nothing for everything else."""
    return value if _is_texts(value) else []


def request_id(document: Document | None) -> str | None:
    """The id under which Vault's audit log has the request."""
    found = (document or {}).get("request_id")
    return found if isinstance(found, str) and _UUID.fullmatch(found) else None


def _check_fields(document: Document, fields: t.Mapping[str, _Kind], prefix: str) -> None:
    for name, kind in fields.items():
        if name in document and not kind.fits(document[name]):
            raise Malformed(f"{prefix}{name} is not {kind.name}")


def _is_whole(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _object(pairs: list[tuple[str, t.Any]]) -> Document:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise Malformed("a name occurs twice in one object")
    return document


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("a number is out of range")
    return number


def _no_constant(text: str) -> float:
    raise Malformed("a number is not finite")


__all__ = ("Malformed", "aged", "check", "parse", "request_id", "texts")
