# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import configparser
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.leasehold.vault.plugins.filter.aws_credential_process import aws_credential_process
from ansible_collections.leasehold.vault.plugins.filter.aws_env import aws_env
from ansible_collections.leasehold.vault.plugins.filter.aws_profile import aws_profile

USER = {"access_key": "AKIA1", "secret_key": "se/cret+%"}
STS = {
    **USER,
    "session_token": "tok==",
    "region": "eu-central-1",
    "expiration": "2026-11-21T12:00:00Z",
    "arn": "a",
    "lease_id": "l",
}
ALL: list[t.Callable[..., t.Any]] = [aws_env, aws_credential_process, aws_profile]


def test_environment_of_sts_credentials() -> None:
    assert aws_env(STS) == {
        "AWS_ACCESS_KEY_ID": "AKIA1",
        "AWS_SECRET_ACCESS_KEY": "se/cret+%",
        "AWS_SESSION_TOKEN": "tok==",
        "AWS_SECURITY_TOKEN": "tok==",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CREDENTIAL_EXPIRATION": "2026-11-21T12:00:00Z",
    }


def test_environment_of_a_user_blots_out_a_foreign_session_token() -> None:
    assert aws_env(USER) == {
        "AWS_ACCESS_KEY_ID": "AKIA1",
        "AWS_SECRET_ACCESS_KEY": "se/cret+%",
        "AWS_SESSION_TOKEN": "",
        "AWS_SECURITY_TOKEN": "",
    }


def test_credential_process() -> None:
    assert json.loads(aws_credential_process(STS)) == {
        "Version": 1,
        "AccessKeyId": "AKIA1",
        "SecretAccessKey": "se/cret+%",
        "SessionToken": "tok==",
        "Expiration": "2026-11-21T12:00:00Z",
    }
    assert "SessionToken" not in json.loads(aws_credential_process(USER))


def test_profile_reads_back_as_the_sdk_reads_it() -> None:
    parser = configparser.RawConfigParser()
    parser.read_string(aws_profile(STS, "deploy") + aws_profile(USER))
    assert dict(parser["deploy"]) == {
        "aws_access_key_id": "AKIA1",
        "aws_secret_access_key": "se/cret+%",
        "aws_session_token": "tok==",
        "region": "eu-central-1",
    }
    assert dict(parser["default"]) == {"aws_access_key_id": "AKIA1", "aws_secret_access_key": "se/cret+%"}


@pytest.mark.parametrize("filter_", ALL)
@pytest.mark.parametrize("value", [None, "text", [], {}, {"access_key": "a"}, {"secret_key": "b"}])
def test_what_is_not_credentials_is_refused(filter_: t.Callable[..., t.Any], value: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="is not a dictionary with access_key and secret_key"):
        filter_(value)


@pytest.mark.parametrize("filter_", ALL)
@pytest.mark.parametrize("evil", ["x\naws_session_token = y", "x\r", "\x1b[31m", "x\0"])
def test_s29_a_line_break_in_a_value_is_refused_and_not_echoed(filter_: t.Callable[..., t.Any], evil: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        filter_({**USER, "secret_key": "hidden" + evil})
    assert "secret_key holds" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "a]b", "a\nb", "[x]"])
def test_profile_names_that_would_break_the_file_are_refused(name: str) -> None:
    with pytest.raises(AnsibleFilterError, match="name of a profile"):
        aws_profile(USER, name)
