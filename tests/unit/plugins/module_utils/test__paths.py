# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import string

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._paths import (
    FreeName,
    Mount,
    check_encoded,
    free_path,
    mount_path,
    vault_path,
)

UNPRINTABLE = ["a\nb", "a\tb", "a\x00b", "a\x1b[31mb", "a\u202eb", "a\ud800b", "\ufeffa", "a\x7fb"]


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        (("aws", "creds", "deploy"), "aws/creds/deploy"),
        (("teams/a/aws", "creds", "a.b-c_d@e"), "teams/a/aws/creds/a.b-c_d@e"),
        (("aws/", "roles", "x"), "aws/roles/x"),
        (("auth", Mount("teams/approle"), "role", "r", "secret-id"), "auth/teams/approle/role/r/secret-id"),
        (("sys/policies/acl", FreeName("read only+")), "sys/policies/acl/read%20only%2B"),
        (("auth/ldap", "login", FreeName("jürgen@büro")), "auth/ldap/login/j%C3%BCrgen@b%C3%BCro"),
    ],
)
def test_paths(segments: tuple[str, ...], path: str) -> None:
    assert vault_path(*segments) == path
    check_encoded(path)


@pytest.mark.parametrize(
    "role",
    [
        *(
            "../sys/policy",
            "..%2f",
            "%2e%2e",
            ".",
            "..",
            "a/b",
            "/a",
            "a/",
            "a?list=true",
            "a#b",
            "//",
            "a.",
            ".a",
            "-a",
        ),
        *("", " ", "a b", " a", "ä", "a\\b", "a%20b", *UNPRINTABLE),
        pytest.param("a" * 1_000_000, id="1 MB"),
    ],
)
def test_f91_role_that_is_no_name_of_vault(role: str) -> None:
    with pytest.raises(ConfigError) as caught:
        vault_path("aws", "creds", role)
    assert caught.value.kind == "path"
    assert "longer than" in str(caught.value) or "Allowed: letters, digits" in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["..", ".", "", " ", "a/b", "a?b", "a#b", "a%2fb", "a\\b", " a", "a ", *UNPRINTABLE])
def test_f91_free_name_stays_one_segment(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        vault_path("sys/policies/acl", FreeName(name))
    assert caught.value.kind == "path"


@pytest.mark.parametrize(
    "mount", ["..", "a/../b", "a//b", "a/./b", "/", "", "//a", "a//", "a?b", "a#b", "a%2fb", " a", "a /b", *UNPRINTABLE]
)
def test_f92_mount_stays_below_its_root(mount: str) -> None:
    for refused in (lambda: vault_path(mount, "creds", "r"), lambda: mount_path(mount, "namespace")):
        with pytest.raises(ConfigError) as caught:
            refused()
        assert caught.value.kind == "path"


@pytest.mark.parametrize("value", UNPRINTABLE)
def test_f93_unprintable_is_never_echoed(value: str) -> None:
    for refused in (lambda: vault_path("aws", "creds", value), lambda: free_path(value), lambda: mount_path(value)):
        with pytest.raises(ConfigError) as caught:
            refused()
        assert str(caught.value).isprintable()
        assert value.strip("ab") not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("secret/data/app", "secret/data/app"),
        ("/v1/secret/data/app", "secret/data/app"),
        ("v1/secret/app", "secret/app"),
        ("/secret/app", "secret/app"),
        ("secret/a b/50%", "secret/a%20b/50%25"),
        ("secret/%2e%2e/x", "secret/%252e%252e/x"),
        ("secret/name@host", "secret/name@host"),
    ],
)
def test_free_path(given: str, path: str) -> None:
    assert free_path(given) == path
    check_encoded(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "a/../b", "..", "a/./b", "a//b", "a/", "//a", "a?b", "a#b", "/v1/", "a/ /b"),
        pytest.param("a" * 5000, id="long"),
    ],
)
def test_f91_free_path_refused(path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        free_path(path)
    assert caught.value.kind == "path"


@pytest.mark.parametrize("path", ["a/%2e%2e/b", "a/..", "a%2fb", "a?b", "a b", "ä", "a//b", "/a", "a/%00", "a%0a"])
def test_f91_last_look_before_sending(path: str) -> None:
    with pytest.raises(ConfigError):
        check_encoded(path)


def test_f91_no_text_at_all_leaves_its_mount() -> None:
    dice = random.Random(91)
    alphabet = "./%2eE5fF?#\\ \n\x00\u202e" + string.ascii_letters
    passed = 0
    for _round in range(5000):
        text = "".join(dice.choice(alphabet) for _number in range(dice.randint(0, 6)))
        for make in (vault_path, lambda *parts: vault_path(parts[0], FreeName(parts[1]))):
            try:
                path = make("aws", text)
            except ConfigError:
                continue
            passed += 1
            mount, name = path.split("/")
            assert mount == "aws"
            assert name.strip(".")
            check_encoded(path)
    assert passed > 1000
