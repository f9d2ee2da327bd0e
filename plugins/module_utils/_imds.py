# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The metadata service of an EC2 instance, in version 2 only.

Version 1 answers whoever can make the instance send one plain request, so it is never asked. A token that does not come
back at once will not come at all: the service is switched off, or it is further away than it may be.
"""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _client
from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import endpoint
from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError, ConfigError, TransportError
from ansible_collections.leasehold.vault.plugins.module_utils._values import is_opaque

ADDRESS = "http://169.254.169.254"
ANSWERS_WITHIN = 1.5
TRIES = 2
TOKEN_SECONDS = 60


class Metadata:
    """What one instance is told about itself."""

    def __init__(self, url: str | None = None) -> None:
        self._origin = endpoint(url or ADDRESS, "metadata_url").origin
        self._token = ""

    def read(self, path: str) -> str:
        """The text at a path under ``latest/``."""
        for _attempt in range(TRIES):
            self._token = self._token or self._new_token()
            status, text = self._send("GET", path, {"X-aws-ec2-metadata-token": self._token})
            if status != 401:
                break
            self._token = ""
        if status != 200:
            raise self._failed(f"answers {status} at {path}", "Check that this is an EC2 instance.")
        return text

    def _new_token(self) -> str:
        lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
        status, token = self._send("PUT", "api/token", lifetime)
        if status == 403:
            raise self._failed("is switched off", "Allow HttpEndpoint in the instance's metadata options.")
        if status != 200 or not is_opaque(token):
            raise self._failed(f"gives no token of version 2 (status {status})", "Version 1 is not used.")
        return token

    def _send(self, method: str, path: str, headers: t.Mapping[str, str]) -> tuple[int, str]:
        failure = ""
        for _attempt in range(TRIES):
            try:
                url = f"{self._origin}/latest/{path}"
                status, _headers, body = _client.send(method, url, headers, b"", deadline=ANSWERS_WITHIN)
                return status, body.decode("ascii", "replace")
            except TransportError as problem:
                failure = problem.cause
        raise self._failed(
            f"does not answer: {failure}",
            "From within a container its hop limit (HttpPutResponseHopLimit) may be too low; see metadata_url.",
        )

    def _failed(self, text: str, remedy: str) -> AuthError:
        return AuthError(f"The metadata service of the instance {text}", where={"server": self._origin}, remedy=remedy)


def metadata(url: str | None, environ: t.Mapping[str, str]) -> Metadata:
    """The service, unless the environment forbids to ask it, as every AWS SDK understands that."""
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise ConfigError(
            "AWS_EC2_METADATA_DISABLED forbids to ask the metadata service of the instance",
            remedy="Unset it, or give pkcs7, or identity and signature.",
        )
    return Metadata(url)


__all__ = ("Metadata", "metadata")
