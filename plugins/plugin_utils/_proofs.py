# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What a login proves itself with, where that is made at the moment of the login: it is sent once and kept nowhere."""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _ec2
from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError
from ansible_collections.leasehold.vault.plugins.plugin_utils._spawn import ask

Known = t.Mapping[str, t.Any]
Proof = dict[str, t.Any]

# Single sign-on and the roles that a profile assumes need requests of their own.
SIGNED_WITHIN = 45.0
# Of the environment, what botocore takes its credentials from, and the proxies on the way there; and the nonce's place.
_OF_AWS = ("AWS_", "BOTO_CONFIG", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "XDG_STATE_HOME")
_ORDER = (
    *("aws_access_key", "aws_secret_key", "aws_session_token", "aws_profile"),
    *("aws_region", "aws_sts_endpoint", "header_value"),
)

_NO_SERVER_ID = (
    "header_value is not set: whoever gets hold of the signed request of this login can send it to any other Vault "
    "that knows the same AWS account, for 15 minutes."
)


def caller(environment: t.Mapping[str, str], folder: str) -> dict[str, t.Any]:
    """Where somebody stands who has AWS credentials of his own. An empty variable is as good as none."""
    found = {name: value for name, value in environment.items() if value and name.startswith(_OF_AWS)}
    return {"environment": found, "folder": folder}


def prove(known: Known, vault: str, warn: t.Callable[[str], None], log: t.Callable[..., None]) -> Proof:
    """What is sent to a Vault beside the options of a login, and facts to speak of."""
    if known["method"] == "aws_ec2":
        return dict(_ec2.prove(known, vault, warn))
    return _signed(known, warn, log) if known["method"] == "aws_iam" else {}


def _signed(known: Known, warn: t.Callable[[str], None], log: t.Callable[..., None]) -> Proof:
    if not known.get("header_value"):
        warn(_NO_SERVER_ID)
    order = {name: known[name] for name in _ORDER if name in known}
    request = _signer({**order, **known.get("caller", {})})
    log("signed", source=request["source"], region=request["region"], url=request["url"])
    return {
        "sts": request["url"],
        "iam_http_request_method": "POST",
        "iam_request_url": _base64(request["url"]),
        "iam_request_body": _base64(request["body"]),
        "iam_request_headers": request["headers"],
    }


def _signer(order: Known) -> dict[str, t.Any]:
    answer = ask("_signer", json.dumps(order), SIGNED_WITHIN)
    if answer is None:
        raise AuthError(f"AWS credentials could not be had within {SIGNED_WITHIN:.0f} s", remedy="Check their source.")
    found: dict[str, t.Any] = json.loads(answer or "{}")
    if "error" in found or not found:
        raise AuthError(**found.get("error", {"text": "The AWS signer ended without a word", "kind": "internal"}))
    return found


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


__all__ = ("caller", "prove")
