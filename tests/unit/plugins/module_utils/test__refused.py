# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, AuthError
from ansible_collections.leasehold.vault.plugins.module_utils._refused import login_refused

# 2026-11-21 07:30:00 UTC
NOW = 1_795_246_200.0
KNOWN = {"mount": "aws-eu", "sts": "https://sts.eu-west-1.amazonaws.com/"}
UPSTREAM = "error making upstream request: "
FROM_STS = f"{UPSTREAM}received error code 403 from STS: "
XML = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{}</Message></Error></ErrorResponse>"
QUOTED = "It does not match. The Canonical String should have been 'x-amz-security-token:canary'"


def refused(method: str, *errors: str, server_time: float | None = None, **known: t.Any) -> str:
    problem = ApiError("refused", status=400, errors=errors, where={"path": "auth/aws-eu/login"})
    problem.server_time = server_time
    found = login_refused({"method": method, **KNOWN, **known}, problem, NOW)
    assert isinstance(found, AuthError)
    return found.message


@pytest.mark.parametrize(
    ("errors", "said", "remedy"),
    [
        pytest.param(
            ['error validating X-Vault-AWS-IAM-Server-ID header: missing header "X-Vault-AWS-IAM-Server-ID"'],
            "missing header",
            "iam_server_id_header_value is in auth/aws-eu/config/client",
            id="f47",
        ),
        pytest.param(
            ["invalid request header: X-Amz-Odd"],
            "X-Amz-Odd",
            "allowed_sts_header_values in auth/aws-eu",
            id="f47-extra",
        ),
        pytest.param(
            [FROM_STS + XML.format(QUOTED)],
            "AWS refused the signature: error making upstream request: received error code 403 from STS: "
            "SignatureDoesNotMatch It does not match",
            "signed for, https://sts.eu-west-1.amazonaws.com/",
            id="sts",
        ),
        pytest.param([f"{UPSTREAM}error making request: dial tcp"], "Vault could not reach STS", "network", id="f49"),
        pytest.param([f"{UPSTREAM}body of GetCallerIdentity is invalid"], "instead of STS", "proxy", id="no-sts"),
        pytest.param(["entry for role x not found"], "entry for role x not found", "whom it is bound to", id="role"),
        pytest.param([], "status 400", "whom it is bound to", id="nothing-said"),
    ],
)
def test_what_vault_says_of_an_iam_login(errors: list[str], said: str, remedy: str) -> None:
    text = refused("aws_iam", *errors)
    assert said in text and remedy in text and "class=auth" in text
    assert "canary" not in text and "<" not in text


ENTRY = "auth/aws-eu/identity-accesslist/i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("error", "kind", "said", "remedy"),
    [
        pytest.param(
            "client nonce mismatch", "nonce", "its nonce was lost", f"Put back /n as it was. .*{ENTRY}", id="f51"
        ),
        pytest.param("reauthentication is disabled", "auth", "may log in only once", ENTRY, id="f52-once"),
        pytest.param(
            "instance meta-data is older than the one used for previous login",
            "auth",
            "an earlier",
            ENTRY,
            id="f52-older",
        ),
        pytest.param("failed to verify instance ID: x", "auth", "does not find", "ec2:DescribeInstances", id="gone"),
        pytest.param("failed to verify the signature: x", "auth", "can't verify", "config/certificate", id="pkcs7"),
        pytest.param("role tag is deny listed", "auth", "role tag is deny listed", "demands of an instance", id="tag"),
    ],
)
def test_what_vault_says_of_an_ec2_login(error: str, kind: str, said: str, remedy: str) -> None:
    text = refused("aws_ec2", error, instance_id="i-0123456789abcdef0", nonce_file="/n")
    assert said in text and error in text and f"class={kind}" in text
    assert re.search(remedy, text)


@pytest.mark.parametrize(
    ("told", "server_time", "said"),
    [
        (
            "Signature expired: *** is now earlier than 20261121T073500Z (20261121T075000Z - 15 min.)",
            None,
            "20 min behind",
        ),
        (
            "Signature not yet current: *** is still later than 20261121T071500Z (20261121T071000Z + 5 min.)",
            0.0,
            "20 min ahead",
        ),
        ("", NOW + 1200, "20 min behind that of Vault"),
        ("", NOW - 1200, "20 min ahead of that of Vault"),
        ("", NOW + 200, ""),
        ("", None, ""),
    ],
)
def test_f46_how_far_off_the_clock_is(told: str, server_time: float | None, said: str) -> None:
    text = refused("aws_iam", FROM_STS + XML.format(told), server_time=server_time)
    assert said in text and ("This machine's clock" in text) == bool(said)


def test_only_aws_looks_at_clocks() -> None:
    assert "clock" not in refused("approle", "invalid role or secret ID", server_time=0.0)


def test_the_role_is_named() -> None:
    assert "the jwt login as ci: error" in refused("jwt", "error", role="ci")


@pytest.mark.parametrize("kind", ["sealed", "leaderless", "standby", "rate", "consistency"])
def test_what_passes_is_no_refusal_of_the_login(kind: str) -> None:
    problem = ApiError("later", kind=kind, status=503)
    assert login_refused({"method": "aws_iam", **KNOWN}, problem, NOW) is problem
