# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Where a server is: addresses and proxies, checked before anything is sent.

No refusal shows the address it refuses: it may hold a password.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from urllib.parse import unquote, urlsplit

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError

_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
# A name whose last part is a number would be read as an IPv4 address, and in more than one way.
_NUMERIC = re.compile(r"(?:.*\.)?[0-9]+\.?")
LONGEST = 2048
_METADATA = ("169.254.169.254", "fd00:ec2::254")


class Endpoint(t.NamedTuple):
    """A checked address; ``socket`` is set for one that lies in the file system."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    socket: str | None = None

    @property
    def origin(self) -> str:
        """For requests: without the interface of a scoped IPv6 address, which means nothing to the other side."""
        host = self.host.partition("%")[0]
        return f"{self.scheme}://[{host}]:{self.port}" if ":" in host else f"{self.scheme}://{host}:{self.port}"

    @property
    def address(self) -> str:
        """For messages and keys: the same for every way to write the same address."""
        if self.socket:
            return f"unix://{self.socket}"
        return (
            f"{self.scheme}://[{self.host}]:{self.port}{self.prefix}" if "%" in self.host else self.origin + self.prefix
        )

    @property
    def is_local(self) -> bool:
        """Whether a proxy could not, or must not, reach the same host."""
        if self.host in _METADATA or self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        return is_ip(self.host) and ipaddress.ip_address(self.host.partition("%")[0]).is_loopback


def endpoint(url: t.Any, option: str = "url") -> Endpoint:
    """Read an address; what can't be one is refused."""
    text = url if isinstance(url, str) else ""
    if (
        not 0 < len(text) <= LONGEST
        or not all("!" <= character <= "~" for character in text)
        or set(text) & set('"<>\\^`{|}')
    ):
        raise _refused(
            option, "is empty, too long, or contains blanks, line breaks or other characters that no address has"
        )
    if "?" in text or "#" in text:
        raise _refused(option, "contains a query or a fragment")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused(option, "has a host or a port that can't be read") from None
    if "@" in parts.netloc:
        raise _refused(option, "contains a user name or a password")
    if parts.scheme == "unix":
        return _unix(parts.netloc, parts.path, option)
    if parts.scheme not in _PORTS:
        raise _refused(option, "does not begin with http://, https:// or unix://")
    host = (parts.hostname or "").replace("%25", "%")
    if not (_is_name(host) if "[" not in parts.netloc else is_ip(host)) or port == 0:
        raise _refused(option, "has no valid host and port")
    return Endpoint(parts.scheme, host, port or _PORTS[parts.scheme], _prefix(parts.path, option))


def proxy_for(target: Endpoint, proxies: t.Any) -> tuple[Endpoint, tuple[str, str] | None] | None:
    """The proxy on the way to ``target`` and its login, if there is to be one."""
    url = proxies.get(target.scheme) if isinstance(proxies, t.Mapping) else proxies
    if not url or target.socket or target.is_local:
        return None
    if target.scheme == "http":
        raise ConfigError(
            "The address is plain http and a proxy is set: the proxy would see the token",
            remedy="Use https, or remove the proxy for http from proxies.",
        )
    login, url = _without_login(url)
    proxy = endpoint(url, "proxies")
    if proxy.scheme != "http":
        raise _refused("proxies", "must begin with http://: the proxy then passes TLS through")
    return proxy, login


def server_name(name: t.Any) -> str | None:
    """The name to ask for, and to check, in place of the one in the address."""
    if name and not (isinstance(name, str) and (_is_name(name.lower()) or is_ip(name))):
        raise ConfigError("tls_server_name is not a host name")
    return name or None


def _unix(netloc: str, path: str, option: str) -> Endpoint:
    # AF_UNIX allows 108 bytes on Linux and 104 elsewhere, one of them for the end.
    if netloc or len(path) < 2 or len(path) > 103:
        raise _refused(option, "needs an absolute path of at most 103 characters after unix://")
    return Endpoint("http", "localhost", 80, socket=path)


def _prefix(path: str, option: str) -> str:
    inner = path.strip("/")
    if inner and ("%" in inner or {"", ".", ".."} & set(inner.split("/"))):
        raise _refused(option, "has a path with empty segments, dots or percent signs")
    return f"/{inner}" if inner else ""


def _without_login(url: t.Any) -> tuple[tuple[str, str] | None, t.Any]:
    match = re.fullmatch(r"(https?://)([^:@/]*):([^@/]*)@(.+)", url) if isinstance(url, str) else None
    if not match:
        return None, url
    scheme, user, password, rest = match.groups()
    return (unquote(user), unquote(password)), scheme + rest


def _is_name(host: str) -> bool:
    """Whether this is a host without brackets: a name, or an IPv4 address in its one usual form."""
    if _NUMERIC.fullmatch(host):
        return is_ip(host)
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _refused(option: str, why: str) -> ConfigError:
    return ConfigError(
        f"{option} {why}",
        remedy="An address looks like https://vault.example.com:8200, http://[::1]:8200 or unix:///run/vault/agent.sock.",
    )


__all__ = ("Endpoint", "endpoint", "is_ip", "proxy_for", "server_name")
