# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Normal forms: two spellings that mean the same to Vault become one value, so that only a true difference is written.

Each takes what a person wrote or what Vault answers. Null, an empty text, an empty list and an empty map are alike,
because Vault itself answers now one and now the other for what is not set. What cannot be read raises ``ValueError``;
``RULES`` says what would do.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import json
import re
import typing as t

_UNITS = {"": 1.0, "ns": 1e-9, "us": 1e-6, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|ms|s|m|h|d)")


def plain(value: t.Any) -> t.Any:
    """The value as it is, empty ones alike."""
    return None if value in ("", [], {}) else value


def flag(value: t.Any) -> bool:
    return bool(value)


def number(value: t.Any) -> float:
    return float(value or 0)


def duration(value: t.Any) -> int:
    """Whole seconds, as Vault keeps them, of ``3600``, ``"3600"``, ``"1h"`` or ``"1h0m0s"``; "not set" is 0 to it."""
    text = str(value or 0).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return int(float(text))
    parts = _DURATION.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        raise ValueError
    # Rounded, because 1.1 h is a little more or less than 3960 s in binary.
    return int(round(sum(float(amount) * _UNITS[unit] for amount, unit in parts), 6))


def sequence(value: t.Any) -> list[str]:
    """A list whose order counts."""
    return [str(item) for item in value or ()]


def names(value: t.Any) -> list[str]:
    """A list whose order does not count."""
    return sorted(set(sequence(value)))


def lower_names(value: t.Any) -> list[str]:
    return names([str(item).lower() for item in value or ()])


def mapping(value: t.Any) -> dict[str, str]:
    return {str(name): _word(item) for name, item in (value or {}).items()}


def document(value: t.Any) -> t.Any:
    """A JSON document by its meaning, as text or as data."""
    return plain(json.loads(value) if isinstance(value, str) and value else value)


def cidrs(value: t.Any) -> list[str]:
    """Networks, of which Vault drops the mask of a single address but keeps the bits of a host."""
    return names([_without_full_mask(str(item)) for item in value or ()])


def networks(value: t.Any) -> list[str]:
    """Networks of which Vault keeps and wants the mask."""
    if not all("/" in str(item) and ipaddress.ip_interface(str(item)) for item in value or ()):
        raise ValueError
    return names(value)


_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([\w+/=\s]+)-----END CERTIFICATE-----\n", re.ASCII)


def certificate(value: t.Any) -> str:
    """One certificate by its fingerprint, whether it is PEM or, as Vault also takes it, base64 of that."""
    found = _PEM.fullmatch(pem(value))
    if not found:
        raise ValueError
    digest = hashlib.sha256(base64.b64decode("".join(found.group(1).split()), validate=True)).hexdigest()
    return "SHA256 " + ":".join(re.findall("..", digest.upper()))


def pem(value: t.Any) -> str:
    """A certificate as text, after which Vault wants nothing but the end of the line."""
    written = text(value).strip()
    if not written.startswith("-----"):
        written = base64.b64decode(written, validate=True).decode("ascii").strip()
    return written + "\n"


def text(value: t.Any) -> str:
    """Text of several lines: neither the kind of line ends nor blank lines at the end count."""
    return str(value or "").replace("\r\n", "\n").rstrip("\n")


def lines(value: t.Any) -> list[str]:
    return text(value).split("\n")


_TOKEN = re.compile(
    r"""\s+|#[^\n]*|//[^\n]*|/\*.*?\*/|(?P<token>"(?:[^"\\\n]|\\.)*"|[\w.+*/-]+|[{}\[\]=,:])""", re.DOTALL
)


def policy(value: t.Any) -> t.Any:
    """A policy by its meaning: as JSON, else as the words of HCL without layout and comments, else as its text."""
    written = text(value)
    with contextlib.suppress(ValueError):
        return json.loads(written)
    words, place = [], 0
    while place < len(written):
        found = _TOKEN.match(written, place)
        if not found:
            return written
        place = found.end()
        words.append(found.group("token"))
    # A comma after the last item of a list says nothing.
    return [word for word, after in _pairs([word for word in words if word]) if (word, after) != (",", "]")]


def _pairs(words: list[str]) -> t.Iterator[tuple[str, str]]:
    return zip(words, [*words[1:], ""])


def _word(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without_full_mask(item: str) -> str:
    interface = ipaddress.ip_interface(item)
    full = interface.network.prefixlen == interface.max_prefixlen
    return str(interface.ip if full else interface)


RULES: dict[t.Any, str] = {
    number: "a number",
    duration: "a duration such as 3600, 90s, 15m or 1h30m",
    document: "a JSON document",
    cidrs: "a list of addresses and networks such as 10.0.0.0/8",
    certificate: "one certificate in PEM, from its line BEGIN CERTIFICATE to its line END CERTIFICATE",
    networks: "a list of networks such as 10.0.0.0/8 or 10.1.2.3/32",
}

__all__ = (
    "RULES",
    "certificate",
    "cidrs",
    "document",
    "duration",
    "flag",
    "lines",
    "lower_names",
    "mapping",
    "names",
    "networks",
    "number",
    "pem",
    "plain",
    "policy",
    "sequence",
    "text",
)
