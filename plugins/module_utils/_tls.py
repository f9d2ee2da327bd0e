# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""TLS settings out of options, and TLS failures in words."""

from __future__ import annotations

import os
import ssl
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError

if t.TYPE_CHECKING:
    Options = t.Mapping[str, t.Any]

# What OpenSSL calls the failures that have a better name or a remedy; the rest is shown as OpenSSL puts it.
_OLD = "server and client have no TLS version in common, at least 1.2 is needed"
_REFUSED = "the server refused the client certificate"
_PLAIN = "the port does not speak TLS; does the address have to begin with http://?"
_ENCRYPTED = "the port speaks TLS; does the address have to begin with https://?"
_REASONS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD,
    "UNSUPPORTED_PROTOCOL": _OLD,
    "NO_PROTOCOLS_AVAILABLE": _OLD,
    "WRONG_VERSION_NUMBER": _PLAIN,
    "PACKET_LENGTH_TOO_LONG": _PLAIN,
    "RECORD_LAYER_FAILURE": _PLAIN,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the server asks for a client certificate; set client_cert",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server ended the handshake; it may ask for a client certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": f"{_REFUSED}: it is revoked",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": f"{_REFUSED}: it has expired",
    "TLSV1_ALERT_UNKNOWN_CA": f"{_REFUSED}: it does not know who signed it",
}


def alert_on_plain_http() -> ssl.SSLError:
    """The failure of a port that answers plain http with a TLS alert, in the form of every other one."""
    failure = ssl.SSLError()
    failure.reason = "ALERT_ON_PLAIN_HTTP"
    return failure


def reason(failure: ssl.SSLError) -> str:
    """Why TLS failed, in words that hold nothing the server made up."""
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"the certificate of the server is not trusted: {failure.verify_message.rstrip('.')}"
    name = failure.reason or ""
    if name == "ALERT_ON_PLAIN_HTTP":
        return _ENCRYPTED
    return _REASONS.get(name) or name.lower().replace("_", " ") or "the handshake failed"


def tls_context(options: Options) -> ssl.SSLContext:
    """The TLS settings of a connection; every file is read now, so that a wrong one is named."""
    # Not ssl.create_default_context: it writes the session keys to a file if SSLKEYLOGFILE says so.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An intermediate certificate may be all that one trusts, as with Vault's own tools.
    context.verify_flags |= getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0)
    if options.get("validate_certs") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        _trust(context, options.get("ca_cert"), options.get("ca_path"))
    _identify(context, options.get("client_cert"), options.get("client_key"))
    return context


def _trust(context: ssl.SSLContext, ca_cert: str | None, ca_path: str | None) -> None:
    if ca_cert:
        _readable("ca_cert", ca_cert)
        if not _loaded(context, ca_cert):
            raise ConfigError("ca_cert holds no certificate in PEM format", where={"ca_cert": repr(ca_cert)})
    if ca_path:
        # OpenSSL itself would ask for hashed file names; Vault reads every file.
        try:
            names = sorted(os.listdir(ca_path))
        except OSError as problem:
            raise _unreadable("ca_path", ca_path, problem) from None
        loaded = [name for name in names if _loaded(context, os.path.join(ca_path, name))]
        if not loaded:
            raise ConfigError("ca_path holds no certificate in PEM format", where={"ca_path": repr(ca_path)})
    if not ca_cert and not ca_path:
        context.load_default_certs()


def _identify(context: ssl.SSLContext, client_cert: str | None, client_key: str | None) -> None:
    if client_key and not client_cert:
        raise ConfigError("client_key is set without client_cert")
    if not client_cert:
        return
    _readable("client_cert", client_cert)
    if client_key:
        _readable("client_key", client_key)
    try:
        # Without a password of our own OpenSSL would ask for one on the terminal.
        context.load_cert_chain(client_cert, client_key, password="")
    except (ssl.SSLError, ValueError):
        raise ConfigError(
            "client_cert and client_key are no pair of a certificate and its unencrypted key in PEM format"
        ) from None


def _loaded(context: ssl.SSLContext, file: str) -> bool:
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ValueError):
        return False
    return True


def _readable(option: str, path: str) -> None:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as problem:
        raise _unreadable(option, path, problem) from None


def _unreadable(option: str, path: str, problem: OSError) -> ConfigError:
    return ConfigError(f"{option} cannot be read: {problem.strerror}", where={option: repr(path)})


__all__ = ("alert_on_plain_http", "reason", "tls_context")
