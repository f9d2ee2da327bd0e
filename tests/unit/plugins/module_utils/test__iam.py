# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking IAM for the age of an access key."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _iam
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError

KEYS = {"access_key": "AKIAASKS", "secret_key": "CANARY-secret", "session_token": "CANARY-session"}
USED = "<R xmlns='x'><GetAccessKeyLastUsedResult><UserName>vault</UserName></GetAccessKeyLastUsedResult></R>"
LISTED = """<R xmlns='x'><AccessKeyMetadata>
<member><AccessKeyId>AKIAOTHER</AccessKeyId><CreateDate>2026-01-01T00:00:00Z</CreateDate></member>
<member><AccessKeyId>AKIA</AccessKeyId><CreateDate>2026-11-01T00:00:00Z</CreateDate></member>
</AccessKeyMetadata></R>"""
REFUSED = "<ErrorResponse xmlns='x'><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"


class Aws:
    """IAM with prepared answers; keeps what it was asked."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx.Request] = []

    def age(self, access_key: str = "AKIA", **config: t.Any) -> int:
        return _iam.Iam(config, KEYS, httpx.MockTransport(self._answer)).seconds_since_made(access_key)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return next(self._answers)


def xml(text: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=text.encode())


def test_the_age_of_this_key_of_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1793491200.0 + 86400)  # the day after 2026-11-01
    aws = Aws(xml(USED), xml(LISTED))
    assert aws.age() == 86400
    asked = [{name: values[0] for name, values in parse_qs(sent.content.decode()).items()} for sent in aws.requests]
    version = {"Version": "2010-05-08"}
    assert asked == [
        {"Action": "GetAccessKeyLastUsed", "AccessKeyId": "AKIA", **version},
        {"Action": "ListAccessKeys", "UserName": "vault", **version},
    ]


@pytest.mark.parametrize(
    ("config", "host", "scope"),
    [
        ({}, "iam.amazonaws.com", "us-east-1/iam"),
        ({"region": "eu-west-1"}, "iam.amazonaws.com", "us-east-1/iam"),
        ({"region": "cn-northwest-1"}, "iam.cn-north-1.amazonaws.com.cn", "cn-north-1/iam"),
        ({"region": "us-gov-east-1"}, "iam.us-gov.amazonaws.com", "us-gov-west-1/iam"),
        ({"region": "us-east-1", "iam_endpoint": "http://127.0.0.1:9"}, "127.0.0.1", "us-east-1/iam"),
    ],
)
def test_each_partition_has_its_own_iam(config: dict[str, str], host: str, scope: str) -> None:
    aws = Aws(xml(USED), xml(LISTED))
    aws.age(**config)
    assert {sent.url.host for sent in aws.requests} == {host}
    assert all(f"/{scope}/aws4_request" in sent.headers["Authorization"] for sent in aws.requests)
    assert all("CANARY-secret" not in str(sent.headers) for sent in aws.requests)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([xml(REFUSED, 403)], "iam:GetAccessKeyLastUsed was refused, AccessDenied"),
        ([xml(USED), xml(REFUSED, 403)], "iam:ListAccessKeys was refused, AccessDenied"),
        ([xml(USED), xml(LISTED.replace("AKIA<", "AKIANOTTHIS<"))], "does not name the access key"),
        ([xml(USED), xml(LISTED.replace("2026-11-01T", "yesterday"))], "gave no date"),
        ([xml("<html>", 200)], "gave no proper answer, status 200"),
    ],
)
def test_an_aws_that_does_not_tell(answers: list[httpx.Response], said: str) -> None:
    with pytest.raises(ApiError, match=said) as caught:
        Aws(*answers).age()
    assert caught.value.kind == "aws"
    assert "CANARY" not in str(caught.value)


def test_keys_are_needed_to_ask() -> None:
    with pytest.raises(ConfigError, match="aws_credentials need access_key and secret_key"):
        _iam.Iam({}, {"region": "us-east-1"})
