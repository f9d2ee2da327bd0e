# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""Signed requests of the AWS query protocol, above all GetCallerIdentity: pure functions of keys, place and time.

Vault sends a login's request on to the STS of its own choice. AWS accepts it there if host and region are what was
signed, so both are decided in one place.
"""

from __future__ import annotations

import re
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import endpoint as checked
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._values import opaque

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    HAS_BOTOCORE = False
else:
    HAS_BOTOCORE = True

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SERVER_ID = "X-Vault-AWS-IAM-Server-ID"
GLOBAL_HOST, GLOBAL_REGION = "sts.amazonaws.com", "us-east-1"

_REGION = r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}"
# Regional, FIPS, dual-stack and VPC endpoints all have the region after the name of the service.
_HOST_OF_A_REGION = re.compile(rf"(?:.+\.)?sts(?:-fips)?\.({_REGION})\..+")
_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}
_PORTS = {"http": 80, "https": 443}


class Keys(t.NamedTuple):
    """One frozen set of credentials: they are only good together."""

    access_key: str
    secret_key: str
    session_token: str | None = None


class Place(t.NamedTuple):
    """An STS, and the region that a signature has to name there."""

    url: str
    region: str


class Signed(t.NamedTuple):
    """A POST request that proves to AWS, and to nobody else, who sent it."""

    url: str
    headers: dict[str, str]
    body: bytes


def place(region: str | None = None, endpoint: str | None = None) -> Place:
    """The STS that is meant by a region, an address, both or neither."""
    if not endpoint:
        return Place(f"https://{_host_of(region) if region else GLOBAL_HOST}/", region or GLOBAL_REGION)
    target = checked(endpoint, "The address of STS")
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = "" if target.port == _PORTS[target.scheme] else f":{target.port}"
    found = _HOST_OF_A_REGION.fullmatch(target.host)
    known = found.group(1) if found else GLOBAL_REGION if target.host == GLOBAL_HOST else None
    if region and known and region != known:
        raise ConfigError(
            f"The STS at {target.host} is in {known}, and the region is {region}",
            remedy="AWS refuses a signature for another region: leave one of the two out, or make them agree.",
        )
    return Place(f"{target.scheme}://{host}{port}{target.prefix}/", region or known or GLOBAL_REGION)


def _host_of(region: str) -> str:
    if not re.fullmatch(_REGION, region):
        raise ConfigError("The region is not the name of an AWS region", remedy="It looks like eu-central-1.")
    domain = next((domain for start, domain in _DOMAINS.items() if region.startswith(start)), "amazonaws.com")
    return f"sts.{region}.{domain}"


def caller_identity(keys: Keys, where: Place, when: float, server_id: str | None = None) -> Signed:
    """Who these keys are; ``server_id`` is signed along, for one Vault only."""
    return signed("sts", keys, where, BODY, when, {SERVER_ID: opaque("header_value", server_id)} if server_id else {})


def signed(
    service: str, keys: Keys, where: Place, body: bytes, when: float, more: t.Mapping[str, str] | None = None
) -> Signed:
    """A form that these keys send to a service, signed at a time in seconds since the epoch."""
    if not HAS_BOTOCORE:
        raise ConfigError(
            "Signing an AWS request needs botocore", remedy="Install boto3 for the Python that runs Ansible."
        )
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when))
    headers = {"Content-Type": CONTENT_TYPE, "Host": urlsplit(where.url).netloc, "X-Amz-Date": stamp}
    if keys.session_token:
        headers["X-Amz-Security-Token"] = keys.session_token
    headers.update(more or {})
    request = AWSRequest("POST", where.url, data=body, headers=headers)
    headers["Authorization"] = _authorization(service, keys, where, stamp, request)
    return Signed(where.url, headers, body)


def _authorization(service: str, keys: Keys, where: Place, stamp: str, request: AWSRequest) -> str:
    """By the steps of botocore's signer, because the whole of it takes the time from elsewhere and logs the token."""
    request.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials(*keys), service, where.region)
    names = signer.signed_headers(signer.headers_to_sign(request))
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signature = signer.signature(text, request)
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"


__all__ = ("HAS_BOTOCORE", "Keys", "Place", "Signed", "caller_identity", "place", "signed")
