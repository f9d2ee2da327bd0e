# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _auth
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError


def request(**options: t.Any) -> tuple[str, dict[str, t.Any]] | None:
    return _auth.login_request(_auth.secrets(_auth.identity(options)))


@pytest.mark.parametrize(
    ("options", "path", "body"),
    [
        (
            {"auth_method": "approle", "role_id": "r", "secret_id": "s"},
            "auth/approle/login",
            {"role_id": "r", "secret_id": "s"},
        ),
        ({"auth_method": "approle", "role_id": "r"}, "auth/approle/login", {"role_id": "r"}),
        (
            {"auth_method": "userpass", "username": "al", "password": "p w"},
            "auth/userpass/login/al",
            {"password": "p w"},
        ),
        ({"auth_method": "ldap", "username": "a b", "password": "p"}, "auth/ldap/login/a%20b", {"password": "p"}),
        ({"auth_method": "jwt", "role": "ci", "jwt": "a.b.c"}, "auth/jwt/login", {"role": "ci", "jwt": "a.b.c"}),
        ({"auth_method": "jwt", "role_id": "ci", "jwt": "a.b.c"}, "auth/jwt/login", {"role": "ci", "jwt": "a.b.c"}),
        ({"auth_method": "jwt", "jwt": "a.b.c"}, "auth/jwt/login", {"jwt": "a.b.c"}),
        (
            {"auth_method": "kubernetes", "role": "k", "jwt": "a.b.c"},
            "auth/kubernetes/login",
            {"role": "k", "jwt": "a.b.c"},
        ),
        ({"auth_method": "cert", "role": "web"}, "auth/cert/login", {"name": "web"}),
        ({"auth_method": "cert"}, "auth/cert/login", {}),
        ({"auth_method": "cert", "mount_point": "team/cert"}, "auth/team/cert/login", {}),
        ({"auth_method": "aws_iam", "role": "ci"}, "auth/aws/login", {"role": "ci"}),
        ({"auth_method": "aws_ec2", "pkcs7": "p", "nonce": "n"}, "auth/aws/login", {"pkcs7": "p", "nonce": "n"}),
        ({"auth_method": "aws_iam", "role_id": "ci", "mount_point": "aws-eu"}, "auth/aws-eu/login", {"role": "ci"}),
    ],
)
def test_what_each_login_sends(options: dict[str, t.Any], path: str, body: dict[str, t.Any]) -> None:
    assert request(**options) == (path, body)


@pytest.mark.parametrize("options", [{"auth_method": "none"}, {"token": "hvs.given"}])
def test_no_login(options: dict[str, t.Any]) -> None:
    assert request(**options) is None


STATIC = {"auth_method": "aws_iam", "aws_access_key": "AKIAIOSFODNN7EXAMPLE", "aws_secret_key": "hidden"}


def test_what_is_proved_is_sent_and_the_keys_are_not() -> None:
    known = {**_auth.identity({**STATIC, "role": "ci"}), "iam_request_url": "made", "sts": "https://sts.amazonaws.com/"}
    assert _auth.login_request(known) == ("auth/aws/login", {"role": "ci", "iam_request_url": "made"})


def test_with_static_keys_it_is_all_the_same_where_the_caller_is() -> None:
    here, there = ({"environment": {"AWS_PROFILE": name}, "folder": name} for name in ("a", "b"))
    assert _auth.identity({**STATIC, "caller": here}) == _auth.identity({**STATIC, "caller": there, "aws_profile": "x"})
    assert _auth.identity({"auth_method": "aws_iam", "caller": here}) != _auth.identity(
        {"auth_method": "aws_iam", "caller": there}
    )
    auto = {**STATIC, "aws_region": "auto"}
    assert _auth.identity({**auto, "caller": here}) != _auth.identity({**auto, "caller": there})


@pytest.mark.parametrize("lonely", ["aws_access_key", "aws_secret_key", "aws_session_token"])
def test_keys_are_not_completed_from_elsewhere(lonely: str) -> None:
    with pytest.raises(ConfigError, match="belong together") as caught:
        _auth.identity({"auth_method": "aws_iam", lonely: "hidden", "caller": {"environment": {}, "folder": "/"}})
    assert "hidden" not in caught.value.message


def test_an_instance_is_the_same_whoever_has_which_aws_credentials() -> None:
    here, there = ({"environment": {"AWS_PROFILE": name}, "folder": name} for name in ("a", "b"))
    assert _auth.identity({"auth_method": "aws_ec2", "caller": here}) == _auth.identity(
        {"auth_method": "aws_ec2", "caller": there}
    )


@pytest.mark.parametrize("given", ["identity", "signature", "pkcs7 identity signature"])
def test_an_instance_is_proved_in_one_way(given: str) -> None:
    with pytest.raises(ConfigError, match="or by identity and signature together"):
        _auth.identity({"auth_method": "aws_ec2", **dict.fromkeys(given.split(), "x")})


def test_files_are_read_at_the_login_and_name_the_identity_by_their_path(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("first\n")
    who = _auth.identity({"auth_method": "approle", "role_id": "r", "secret_id_file": str(file)})
    assert _auth.secrets(who)["secret_id"] == "first"
    file.write_text("second")
    assert who == _auth.identity({"auth_method": "approle", "role_id": "r", "secret_id_file": str(file)})
    assert _auth.secrets(who)["secret_id"] == "second"


def test_a_value_beats_its_file(tmp_path: Path) -> None:
    who = _auth.identity({"auth_method": "jwt", "jwt": "a.b.c", "jwt_file": str(tmp_path / "absent")})
    assert "jwt_file" not in who


def test_the_token_file_of_the_vault_cli(tmp_path: Path) -> None:
    (tmp_path / ".vault-token").write_text("hvs.cli")
    who = _auth.identity({"token_path": str(tmp_path), "token_file": ".vault-token"})
    assert _auth.secrets(who)["token"] == "hvs.cli"


def test_no_token_and_no_file_says_where_it_looked(tmp_path: Path) -> None:
    who = _auth.identity({"token_path": str(tmp_path), "token_file": ".vault-token"})
    with pytest.raises(ConfigError, match=r"No token is set and there is no file .*\.vault-token"):
        _auth.secrets(who)


BAD = {
    "newline": "secret\nX-Header: x",
    "nul": "secret\0",
    "non-ascii": "sécret",
    "trailing blank": "secret ",
    "bom": "\ufeffsecret",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("option", ["role_id", "secret_id"])
def test_f45_values_that_cannot_be_right_are_refused_and_not_echoed(option: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _auth.identity({"auth_method": "approle", "role_id": "r", option: text})
    assert option in caught.value.message
    assert "cret" not in caught.value.message.replace("secret_id", "")


FILES = {
    "empty": b"",
    "bom": b"\xef\xbb\xbfhvs.secret",
    "two lines": b"hvs.one\nhvs.two",
    "binary": b"\xff\xfe\x00",
    "huge": b"x" * 70_000,
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_f45_files_that_cannot_be_right_are_refused_and_not_echoed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    who = _auth.identity({"token_path": str(tmp_path), "token_file": "token"})
    with pytest.raises(ConfigError) as caught:
        _auth.secrets(who)
    assert "hvs" not in caught.value.message


def test_f45_a_folder_instead_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        _auth.secrets(_auth.identity({"token_path": str(tmp_path), "token_file": "."}))
