# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""When AWS made an access key, which Vault does not know of its own key."""

from __future__ import annotations

import re
import time
import typing as t
from datetime import datetime, timezone
from urllib.parse import urlencode
from xml.etree import ElementTree

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.module_utils._transport import httpx

    Keys = tuple[str, str, t.Optional[str]]

# IAM has one place per partition: its host and the region that requests to it are signed for.
PARTITIONS = {
    "cn-": ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    "us-gov-": ("https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
    "": ("https://iam.amazonaws.com", "us-east-1"),
}
_CODE = re.compile(r"\w{1,64}", re.ASCII)


class Iam:
    """IAM as these credentials see it, from where Vault with this configuration sees it."""

    def __init__(
        self,
        config: t.Mapping[str, t.Any],
        credentials: t.Mapping[str, t.Any],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # The auth method has no region of its own, but maybe one for STS, which lies in the same partition.
        region = config.get("region") or config.get("sts_region") or ""
        host, self._region = next(place for start, place in PARTITIONS.items() if region.startswith(start))
        self._endpoint = config.get("iam_endpoint") or host
        self._keys = _keys(credentials)
        self._transport = transport

    def seconds_since_made(self, access_key: str) -> int:
        used = self._ask("GetAccessKeyLastUsed", AccessKeyId=access_key)
        listed = self._ask("ListAccessKeys", UserName=used.findtext(".//{*}UserName", ""))
        for key in listed.iterfind(".//{*}member"):
            if key.findtext("{*}AccessKeyId") == access_key:
                return int(time.time() - _seconds(key.findtext("{*}CreateDate", "")))
        raise _refused("ListAccessKeys", "does not name the access key of Vault")

    def _ask(self, action: str, **params: str) -> ElementTree.Element:
        # Only here: a module that does not have to ask needs neither botocore nor another connection.
        from ansible_collections.leasehold.vault.plugins.module_utils._client import send
        from ansible_collections.leasehold.vault.plugins.module_utils._sigv4 import Keys, Place, signed

        body = urlencode({"Action": action, "Version": "2010-05-08", **params}).encode()
        where = Place(self._endpoint.rstrip("/") + "/", self._region)
        request = signed("iam", Keys(*self._keys), where, body, time.time())
        status, _headers, answer = send("POST", *request, transport=self._transport)
        try:
            document = ElementTree.fromstring(answer)
        except ElementTree.ParseError:
            raise _refused(action, f"gave no proper answer, status {status}") from None
        if status != 200:
            code = _CODE.match(document.findtext(".//{*}Code", ""))
            raise _refused(action, f"was refused, {code.group() if code else status}")
        return document


def _keys(credentials: t.Mapping[str, t.Any]) -> Keys:
    access_key, secret_key = credentials.get("access_key"), credentials.get("secret_key")
    if not access_key or not secret_key:
        raise ConfigError(
            "aws_credentials need access_key and secret_key, and mostly session_token",
            remedy="Give what the lookup leasehold.vault.vault_aws_creds returns.",
        )
    return access_key, secret_key, credentials.get("session_token") or None


def _seconds(moment: str) -> float:
    try:
        return datetime.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise _refused("ListAccessKeys", "gave no date of the access key of Vault") from None


def _refused(action: str, what: str) -> ApiError:
    return ApiError(
        f"AWS does not tell how old the access key is: iam:{action} {what}",
        kind="aws",
        remedy="aws_credentials need iam:GetAccessKeyLastUsed and iam:ListAccessKeys in the account of Vault's user.",
    )


__all__ = ("Iam",)
