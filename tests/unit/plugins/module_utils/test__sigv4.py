# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signed request, byte for byte: the expected signatures were worked out by hand from AWS's description."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import botocore
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._sigv4 import Keys, Place, caller_identity, place

WHEN = 1_800_000_000.0
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
USER = Keys("AKIAIOSFODNN7EXAMPLE", SECRET)
SESSION = Keys("ASIAIOSFODNN7EXAMPLE", SECRET, "FQoGZXIvYXdzEXAMPLE")
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def test_golden_user() -> None:
    signed = caller_identity(USER, place(), WHEN)
    assert signed == (
        "https://sts.amazonaws.com/",
        {
            "Content-Type": FORM,
            "Host": "sts.amazonaws.com",
            "X-Amz-Date": "20270115T080000Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20270115/us-east-1/sts/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=83d93823d8defcd3afebfd691394013ac42f7947d76afc680828212bf72af6e3",
        },
        b"Action=GetCallerIdentity&Version=2011-06-15",
    )


def test_golden_session_with_server_id() -> None:
    signed = caller_identity(SESSION, place("eu-central-1"), WHEN, "vault.example.com")
    assert signed == (
        "https://sts.eu-central-1.amazonaws.com/",
        {
            "Content-Type": FORM,
            "Host": "sts.eu-central-1.amazonaws.com",
            "X-Amz-Date": "20270115T080000Z",
            "X-Amz-Security-Token": "FQoGZXIvYXdzEXAMPLE",
            "X-Vault-AWS-IAM-Server-ID": "vault.example.com",
            "Authorization": "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20270115/eu-central-1/sts/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id, "
            "Signature=fa92777470199d8fd3b80ed9c344da2a9eb34cf70544caf2a55efa7d5175f27a",
        },
        b"Action=GetCallerIdentity&Version=2011-06-15",
    )


def test_golden_with_a_port() -> None:
    signed = caller_identity(USER, place("us-west-2", "http://127.0.0.1:4566"), WHEN)
    assert signed.url == "http://127.0.0.1:4566/"
    assert signed.headers["Host"] == "127.0.0.1:4566"
    assert signed.headers["Authorization"].endswith("6ddba77b3b0758aa9a0e55aaf9eb49601a3583d3d903b8531fb405e9f37c7ce5")


@pytest.mark.parametrize("server_id", ["two words", "a\r\nX-Injected: b", "é"])
def test_s17_nothing_else_gets_in(server_id: str) -> None:
    with pytest.raises(ConfigError, match="header_value"):
        caller_identity(USER, place(), WHEN, server_id)


VPC = "vpce-0a1b2c.sts.eu-west-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("region", "endpoint", "url", "scope"),
    [
        (None, None, "https://sts.amazonaws.com/", "us-east-1"),
        ("us-east-1", None, "https://sts.us-east-1.amazonaws.com/", "us-east-1"),
        ("us-gov-west-1", None, "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
        (None, "https://sts.amazonaws.com", "https://sts.amazonaws.com/", "us-east-1"),
        (None, "https://sts.us-west-1.amazonaws.com/", "https://sts.us-west-1.amazonaws.com/", "us-west-1"),
        (None, "https://STS-FIPS.us-east-2.amazonaws.com", "https://sts-fips.us-east-2.amazonaws.com/", "us-east-2"),
        (None, "https://sts.eu-west-1.api.aws", "https://sts.eu-west-1.api.aws/", "eu-west-1"),
        (None, f"https://{VPC}", f"https://{VPC}/", "eu-west-1"),
        ("eu-west-1", f"https://{VPC}", f"https://{VPC}/", "eu-west-1"),
        (None, "https://sts.proxy.example.com:443", "https://sts.proxy.example.com/", "us-east-1"),
        ("eu-west-1", "https://proxy.example.com:8443", "https://proxy.example.com:8443/", "eu-west-1"),
        ("eu-west-1", "http://[::1]:80", "http://[::1]/", "eu-west-1"),
    ],
)
def test_region_and_endpoint_are_one_decision(region: str | None, endpoint: str | None, url: str, scope: str) -> None:
    assert place(region, endpoint) == Place(url, scope)


def partitions() -> list[dict[str, t.Any]]:
    data = Path(botocore.__file__).with_name("data") / "partitions.json"
    return json.loads(data.read_text())["partitions"]


@pytest.mark.parametrize("partition", partitions(), ids=lambda partition: partition["id"])
def test_every_region_that_botocore_knows(partition: dict[str, t.Any]) -> None:
    regions = [region for region in partition["regions"] if not region.endswith("global")]
    assert regions
    for region in regions:
        assert place(region).url == f"https://sts.{region}.{partition['outputs']['dnsSuffix']}/"
        dual_stack = f"https://sts.{region}.{partition['outputs']['dualStackDnsSuffix']}"
        assert place(None, dual_stack) == Place(f"{dual_stack}/", region)


@pytest.mark.parametrize(
    ("region", "endpoint", "said"),
    [
        ("eu-west-1", "https://sts.us-west-2.amazonaws.com", "is in us-west-2, and the region is eu-west-1"),
        ("eu-west-1", "https://sts.amazonaws.com", "is in us-east-1, and the region is eu-west-1"),
        ("evil.example.com/", None, "not the name of an AWS region"),
        ("Europe", None, "not the name of an AWS region"),
        (None, "sts.amazonaws.com", "does not begin with"),
        (None, "https://user:canary@sts.amazonaws.com", "contains a user name or a password"),
    ],
)
def test_what_cannot_be_is_refused(region: str | None, endpoint: str | None, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        place(region, endpoint)
    assert "canary" not in caught.value.message
