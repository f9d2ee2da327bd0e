# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import random

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _document
from ansible_collections.leasehold.vault.plugins.module_utils._answer import clean, read
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, TransportError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._exchange import Answer

UUID = "0f0f0f0f-1111-2222-3333-444455556666"
LOGIN = {"client_token": "hvs.x", "lease_duration": 60, "renewable": True, "policies": ["default"], "metadata": None}


def outcome(body: bytes | object, status: int = 200) -> object:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Answer(status, {}, content), method="GET", where={"path": "aws/creds/x"})


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"1", "not a JSON object"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"[" * 10_000, "nested too deeply"),
        (b'{"data": ' + b'{"a": ' * 10_000, "nested too deeply"),
        (b'{"data": {"a": 1, "a": 2}}', "twice"),
        (b'{"data": {"a": NaN}}', "not finite"),
        (b'{"data": {"a": -Infinity}}', "not finite"),
        (b'{"lease_duration": 1e999}', "out of range"),
        (b'{"lease_duration": 1e3}', "lease_duration"),
        (b'{"lease_duration": ' + b"9" * 5000 + b"}", "JSON"),
        ({"lease_duration": True}, "lease_duration"),
        ({"lease_duration": -1}, "lease_duration"),
        ({"lease_duration": "60"}, "lease_duration"),
        ({"lease_duration": None}, "lease_duration"),
        ({"lease_duration": 10**30}, "lease_duration"),
        ({"renewable": "yes"}, "renewable"),
        ({"renewable": 1}, "renewable"),
        ({"data": []}, "data"),
        ({"data": "x"}, "data"),
        ({"warnings": "x"}, "warnings"),
        ({"warnings": [1]}, "warnings"),
        ({"errors": {}}, "errors"),
        ({"errors": [None]}, "errors"),
        ({"lease_id": None}, "lease_id"),
        ({"request_id": 5}, "request_id"),
        ({"wrap_info": []}, "wrap_info"),
        ({"auth": []}, "auth"),
        ({"auth": {}}, "auth.client_token"),
        ({"auth": {**LOGIN, "client_token": ""}}, "auth.client_token"),
        ({"auth": {**LOGIN, "client_token": 5}}, "auth.client_token"),
        ({"auth": {**LOGIN, "lease_duration": -5}}, "auth.lease_duration"),
        ({"auth": {**LOGIN, "renewable": None}}, "auth.renewable"),
        ({"auth": {**LOGIN, "metadata": "x"}}, "auth.metadata"),
    ],
)
def test_f10_wrong_shape_names_the_field(body: bytes | object, named: str) -> None:
    with pytest.raises(TransportError) as caught:
        outcome(body)
    assert caught.value.kind == "response"
    assert named in str(caught.value)
    assert len(str(caught.value)) < 400
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None, "auth": LOGIN, "warnings": None, "wrap_info": None},
        {"data": {"keys": []}, "warnings": ["w"], "lease_duration": 0, "renewable": False, "request_id": UUID},
        {"auth": {**LOGIN, "client_token": "", "mfa_requirement": {"mfa_request_id": "x"}}},
        {"auth": {**LOGIN, "client_token": "", "accessor": "of-a-renewed-token"}},
        {"type": "shamir", "initialized": True, "sealed": False},
        {"data": {"deep": [[[{"float": 1.5, "big": 10**30, "text": "{{ 6 * 7 }}"}]]]}},
    ],
)
def test_f10_what_vault_answers_is_kept_as_it_is(body: object) -> None:
    assert outcome(body) == body


def test_f10_no_bytes_at_all_make_a_traceback() -> None:
    dice = random.Random(10)
    pieces = [
        "{",
        "}",
        "[",
        "]",
        '"data"',
        ":",
        ",",
        "1e999",
        "null",
        "true",
        "-1",
        '"auth"',
        '"errors"',
        "NaN",
        "\\",
        "ä",
    ]
    kinds = set()
    for _round in range(3000):
        body = "".join(dice.choice(pieces) for _number in range(dice.randint(1, 9))).encode("utf-8")
        for status in (200, 400, 404, 503):
            try:
                found = outcome(body, status)
                assert found is None or isinstance(found, dict)
                kinds.add(type(found).__name__)
            except VaultError as error:
                kinds.add(f"{status} {error.kind}")
    assert kinds >= {"dict", "NoneType", "200 response", "400 response", "404 response", "503 standby"}


@pytest.mark.parametrize("errors", [None, "text", 5, {"a": "b"}, [1], ["good", None], [["x"]], [{}]])
def test_f11_errors_that_are_no_list_of_texts_are_not_shown(errors: object) -> None:
    with pytest.raises(ApiError) as caught:
        outcome({"errors": errors}, 400)
    assert caught.value.errors == ()
    assert caught.value.cause == "Vault refused the request"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\n\tc", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://evil\x1b\\x", "x"),
        ("a\x9b31mb\x00c", "a 31mb c"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("\ud800x", "x"),
        ("x" * 1000, "x" * 297 + "..."),
    ],
)
def test_f11_errors_are_cleaned_and_cut(text: str, shown: str) -> None:
    with pytest.raises(ApiError) as caught:
        outcome(json.dumps({"errors": [text]}).encode(), 400)
    assert caught.value.errors == (shown,)
    assert shown in str(caught.value)
    assert str(caught.value).isprintable()


def test_f11_no_more_than_five_errors() -> None:
    with pytest.raises(ApiError) as caught:
        outcome({"errors": [f"error {number}" for number in range(100_000)]}, 400)
    assert len(caught.value.errors) == 5


def test_f11_secrets_are_scrubbed_before_the_cut() -> None:
    secret = "canary-" + "s" * 40
    assert "canary" not in clean("x" * 280 + secret, [secret])
    assert clean("line1\nline2 canary", ["line1\nline2", "line1"]) == "*** canary"


@pytest.mark.parametrize(("found", "shown"), [(UUID, True), ("x" * 36, False), (UUID + "\n", False), (5, False)])
def test_request_id_is_shown_if_it_is_one(found: object, shown: bool) -> None:
    with pytest.raises(ApiError) as caught:
        outcome({"errors": ["x"], "request_id": found}, 400)
    assert (f"request_id={found}" in str(caught.value)) is shown


def test_age_does_not_touch_what_has_no_duration() -> None:
    assert _document.aged({"data": {}}, "5") == {"data": {}}
