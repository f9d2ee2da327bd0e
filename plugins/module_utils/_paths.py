# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The one place where names become a Vault API path, so that no name can leave its mount.

``vault_path("aws", "creds", role)``: the first segment is a mount and may hold slashes; every further one is a name as
Vault's own engines spell it. ``Mount`` and ``FreeName`` mark the segments for which another rule holds.
"""

from __future__ import annotations

import re
import string
import typing as t
from urllib.parse import quote, unquote

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError


class Mount(str):
    """A path of mounts: segments with slashes between them; one slash at either end is ignored, as Vault does."""


class FreeName(str):
    """A name that Vault takes as any printable text, such as that of a policy or an LDAP user."""


# Long enough for any name in use, short enough for every proxy's limit on the request line.
LONGEST = 2048

# framework.GenericNameWithAtRegex of Vault, the pattern of its role names.
_NAME = re.compile(r"\w(?:[\w.@-]*\w)?", re.ASCII)
_NAME_RULE = "letters, digits, '_', and inside it also '.', '-' and '@'"
_TEXT_RULE = "printable text without blanks at its ends and without '/', '?', '#', '%' and '\\'; not '.' or '..'"
_MOUNT_RULE = f"segments with '/' between them, each {_TEXT_RULE}"
_FREE_RULE = (
    "segments with '/' between them, each printable text without '?', '#' and blanks at its ends; not '.' or '..'"
)


def vault_path(*segments: str) -> str:
    """Join typed segments to a path that is safe to send; it comes without the API version in front."""
    first, *rest = segments
    checked = [mount_path(first), *(_segment(segment) for segment in rest)]
    return _fitting("/".join(checked))


def path_of(template: str, params: t.Mapping[str, t.Any]) -> str:
    """Fill in the keys of a path such as ``{mount:mount}/roles/{name}``, each checked and encoded for what it is."""
    kinds: dict[str, t.Callable[[str], str]] = {
        "mount": Mount,
        "free": FreeName,
        # Names that Vault keeps in lower case, whatever it was asked for.
        "lower": str.lower,
        "free_lower": lambda name: FreeName(name.lower()),
        "": str,
    }
    segments = []
    for segment in template.split("/"):
        _literal, name, kind, _conversion = next(iter(string.Formatter().parse(segment)))
        segments.append(kinds[kind or ""](params[name]) if name else segment)
    return vault_path(*segments)


def mount_path(mount: str, what: str = "mount") -> str:
    """Encode a mount or a namespace, each of its segments checked."""
    inner = mount[mount.startswith("/") : len(mount) - mount.endswith("/")]
    if not all(_is_text(segment) for segment in inner.split("/")):
        raise _refused(what, mount, _MOUNT_RULE)
    return _fitting(quote(inner, safe="/@"))


def free_path(path: str) -> str:
    """Encode a path that a person wrote, as ``vault read`` would take it."""
    inner = re.sub(r"\A/?(?:v1/)?", "", path)
    if not all(_is_plain(segment) and not set(segment) & set("?#") for segment in inner.split("/")):
        raise _refused("path", path, _FREE_RULE)
    return _fitting(quote(inner, safe="/@"))


def check_encoded(path: str) -> None:
    """The last look before a path is sent: it has to be one that the functions above could have made."""
    segments = [unquote(segment) for segment in path.split("/")]
    is_whole = path.isascii() and not set(path) & set("?# ")
    if not is_whole or not all(_is_plain(segment) and "/" not in segment for segment in segments):
        raise _refused("path", path, _FREE_RULE)
    _fitting(path)


def _segment(segment: str) -> str:
    if isinstance(segment, Mount):
        return mount_path(segment)
    if isinstance(segment, FreeName):
        if not _is_text(segment):
            raise _refused("name", segment, _TEXT_RULE)
    elif not _NAME.fullmatch(segment):
        raise _refused("name", segment, _NAME_RULE)
    return quote(segment, safe="@")


def _is_plain(segment: str) -> bool:
    return segment not in ("", ".", "..") and segment.isprintable() and segment == segment.strip()


def _is_text(segment: str) -> bool:
    return _is_plain(segment) and not set(segment) & set("/?#%\\")


def _fitting(path: str) -> str:
    if len(path) > LONGEST:
        raise ConfigError(f"The path is longer than {LONGEST} characters", kind="path")
    return path


def _refused(what: str, value: str, rule: str) -> ConfigError:
    # An unprintable value could hide what it really is, or drive the terminal.
    shown = f" '{value}'" if value.isprintable() and 0 < len(value) <= 100 else ""
    return ConfigError(f"The {what}{shown} is refused", kind="path", remedy=f"Allowed: {rule}.")


__all__ = ("FreeName", "Mount", "check_encoded", "free_path", "mount_path", "path_of", "vault_path")
