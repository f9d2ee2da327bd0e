# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Signed requests of the AWS query protocol, such as GetCallerIdentity, into which only keys and a region enter."""

from __future__ import annotations

import logging
import typing as t
from urllib.parse import urlsplit

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    HAS_BOTOCORE = False
else:
    HAS_BOTOCORE = True
    # At DEBUG, which somebody else may have asked of all loggers, the signer logs the session token.
    logging.getLogger("botocore.auth").setLevel(logging.INFO)

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


def caller_identity_request(
    access_key: str,
    secret_key: str,
    session_token: str | None,
    *,
    region: str | None = None,
    endpoint: str | None = None,
) -> tuple[str, str, dict[str, str], bytes]:
    """Method, URL, headers and body. Region and endpoint are one decision: the scope is that of the host asked."""
    keys = (access_key, secret_key, session_token)
    return signed("sts", endpoint or _host(region), BODY, keys, region or "us-east-1")


def signed(
    service: str, endpoint: str, body: bytes, keys: tuple[str, str, str | None], region: str
) -> tuple[str, str, dict[str, str], bytes]:
    """Method, URL, headers and body of a form that these keys send to a service."""
    if not HAS_BOTOCORE:
        raise ConfigError(
            "Signing an AWS request needs botocore", remedy="Install boto3 for the Python that runs Ansible."
        )
    url = endpoint.rstrip("/") + "/"
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": CONTENT_TYPE, "Host": urlsplit(url).netloc})
    SigV4Auth(Credentials(*keys), service, region).add_auth(request)
    headers: dict[str, t.Any] = dict(request.headers.items())
    return "POST", url, {name: str(value) for name, value in headers.items()}, body


def _host(region: str | None) -> str:
    if not region:
        return "https://sts.amazonaws.com"
    return f"https://sts.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


__all__ = ("HAS_BOTOCORE", "caller_identity_request", "signed")
