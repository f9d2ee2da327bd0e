# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""AWS credentials: the one form in which this collection hands them out, and the wait until AWS knows them."""

from __future__ import annotations

import random
import re
import typing as t
from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from ansible_collections.leasehold.vault.plugins.module_utils._errors import LeaseError, TransportError

if t.TYPE_CHECKING:
    from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Clock

# AWS answers from many places that learn of a new key one by one: one success proves nothing.
SUCCESSES = 5
PAUSE = 0.5
WAIT_FOR = 60.0
PROBE_WITHIN = 10.0
THROTTLED = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown", "TooManyRequestsException")
_CODE = re.compile(rb"<Code>(\w{1,64})</Code>")

Data = t.Mapping[str, t.Any]


def is_credential(data: Data) -> bool:
    return bool(data.get("access_key")) and bool(data.get("secret_key"))


def session_token(data: Data) -> str | None:
    """Servers before Vault 1.16 say ``security_token``."""
    return data.get("session_token") or data.get("security_token") or None


def is_new_user(data: Data) -> bool:
    """Keys without a session token belong to an IAM user; a lease for them means that Vault has just made it."""
    return is_credential(data) and not session_token(data) and "expiration" not in data


def seconds_until(moment: t.Any, wall: float) -> float | None:
    """Seconds to an RFC 3339 time, as the static-creds endpoint gives it."""
    if not isinstance(moment, str):
        return None
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", moment.replace("Z", "+00:00"))).timestamp() - wall
    except ValueError:
        return None


def utc(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credentials(answer: Data, region: str | None) -> dict[str, t.Any]:
    """What the keeper answered, under the names that the modules of amazon.aws take."""
    data = answer["data"]
    ends = answer.get("expires_at")
    wanted = {
        "access_key": data["access_key"],
        "secret_key": data["secret_key"],
        "session_token": session_token(data),
        "region": region,
        "expiration": utc(ends) if ends else None,
        "lease_id": answer.get("lease_id"),
        "arn": data.get("arn"),
    }
    return {name: value for name, value in wanted.items() if value not in (None, "")}


def _proxy(wait: Data) -> str | None:
    """The proxy that an AWS SDK would take in the caller's environment."""
    environment = wait.get("environment") or {}
    proxy = environment.get("https_proxy") or environment.get("HTTPS_PROXY")
    target = urlsplit(wait.get("sts_endpoint") or "https://sts.amazonaws.com")
    no_proxy = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if target.scheme != "https" or proxy_bypass_environment(target.netloc, {"no": no_proxy}):
        return None
    return proxy or None


def wait_until_accepted(data: Data, wait: Data, clock: Clock, check: t.Callable[[], None] = lambda: None) -> int:
    """Ask AWS who these keys belong to until it knows, several times in a row; the number of questions asked.

    ``check`` raises when nobody wants to know any more.
    """
    # Only here: signing needs botocore, and most runs never come here.
    from ansible_collections.leasehold.vault.plugins.module_utils._client import send
    from ansible_collections.leasehold.vault.plugins.module_utils._sigv4 import Keys, caller_identity, place

    keys = Keys(data["access_key"], data["secret_key"], session_token(data))
    where = place(wait.get("region"), wait.get("sts_endpoint"))
    options = {"proxies": _proxy(wait)}
    started, asked, row, last = clock.now(), 0, 0, "no answer"
    while row < SUCCESSES:
        if asked and clock.now().steady - started.steady > WAIT_FOR:
            raise LeaseError(
                f"AWS did not accept the new key within {WAIT_FOR:.0f} s: {asked} questions, last answer {last}",
                kind="aws-wait",
                remedy="Its lease is given back. sts_endpoint and region say whom to ask; wait: false asks nobody.",
            )
        signed = caller_identity(keys, where, clock.now().wall)
        try:
            status, _headers, body = send("POST", *signed, options=options, deadline=PROBE_WITHIN)
            code = _CODE.search(body)
            last = code.group(1).decode() if code else f"status {status}"
            # Whoever is denied has been recognised; a throttled question says nothing either way.
            row = row + 1 if status == 200 or last == "AccessDenied" else row if last in THROTTLED else 0
        except TransportError as problem:
            row, last = 0, problem.cause
        asked += 1
        if row < SUCCESSES:
            clock.sleep(PAUSE * random.uniform(0.5, 1.5))
            check()
    return asked


__all__ = (
    "credentials",
    "is_credential",
    "is_new_user",
    "seconds_until",
    "session_token",
    "utc",
    "wait_until_accepted",
)
