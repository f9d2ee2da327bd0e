# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The signer: a process that finds AWS credentials, signs one request with them and ends.

A process, because botocore takes what it needs from the environment of its own process, and that has to be the one of
whoever wants to log in, not that of the keeper. Its order comes on standard input; so do secrets of the environment,
which ``/proc`` would show otherwise. What it sends back is the signed request, never the credentials.
"""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._sigv4 import HAS_BOTOCORE, Keys, caller_identity, place
from ansible_collections.leasehold.vault.plugins.plugin_utils._spawn import harden

if HAS_BOTOCORE:
    from botocore import exceptions
    from botocore.session import Session
    from botocore.utils import IMDSRegionProvider

Order = t.Mapping[str, t.Any]

_SOURCES = (
    "Set aws_access_key and aws_secret_key, or a source that the AWS SDKs know; aws sts get-caller-identity tests it."
)


def main() -> None:
    """One order in, one answer out."""
    harden()
    order = json.load(sys.stdin)
    os.environ.update(order.get("environment", {}))
    # The fallback to version 1 would hand the keys of the instance to whoever can make it send one plain request.
    os.environ["AWS_EC2_METADATA_V1_DISABLED"] = "true"
    if order.get("folder"):
        os.chdir(order["folder"])
    try:
        answer = signed(order)
    except VaultError as problem:
        answer = {"error": {"text": problem.cause, "kind": problem.kind, "remedy": problem.remedy}}
    print(json.dumps(answer), flush=True)


def signed(order: Order) -> dict[str, t.Any]:
    """The request, and where its keys came from."""
    if not HAS_BOTOCORE:
        raise ConfigError(
            "auth_method aws_iam needs botocore", remedy="Install boto3 for the Python that runs Ansible."
        )
    try:
        session = Session(profile=order.get("aws_profile"))
        keys, source = _keys(order, session)
        where = place(_region(order, session), order.get("aws_sts_endpoint"))
    except exceptions.ProfileNotFound:
        named = order.get("aws_profile") or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
        raise ConfigError(f"There is no AWS profile {named}", remedy="See aws_profile and AWS_CONFIG_FILE.") from None
    except (exceptions.BotoCoreError, exceptions.ClientError, OSError, ValueError) as problem:
        # Its text may hold what a credential_process has printed.
        raise AuthError(f"The AWS credentials could not be had: {type(problem).__name__}", remedy=_SOURCES) from None
    request = caller_identity(keys, where, time.time(), order.get("header_value"))
    return {
        "url": request.url,
        "headers": request.headers,
        "body": request.body.decode(),
        "source": source,
        "region": where.region,
    }


def _keys(order: Order, session: t.Any) -> tuple[Keys, str]:
    """One snapshot: credentials that renew themselves may do so between two looks at them."""
    if order.get("aws_access_key"):
        return Keys(order["aws_access_key"], order["aws_secret_key"], order.get("aws_session_token")), "options"
    found = session.get_credentials()
    frozen = found.get_frozen_credentials() if found else None
    if not frozen or not frozen.access_key or not frozen.secret_key:
        raise AuthError("There are no AWS credentials to log in with", remedy=_SOURCES)
    return Keys(frozen.access_key, frozen.secret_key, frozen.token), str(found.method)


def _region(order: Order, session: t.Any) -> str | None:
    wanted = order.get("aws_region")
    if wanted != "auto":
        return wanted
    known = os.environ.get("AWS_REGION") or session.get_config_variable("region")
    found = known or IMDSRegionProvider(session).provide()
    if not found:
        raise ConfigError(
            "aws_region is auto, and neither the environment nor the profile nor an instance says which one",
            remedy="Set AWS_REGION, the region of the profile, or aws_region.",
        )
    return str(found)


__all__ = ("main",)
