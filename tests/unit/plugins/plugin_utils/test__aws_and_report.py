# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.plugins.plugin_utils import _aws, _report

NOON = 1_800_000_000.0


def row(**facts: t.Any) -> dict[str, t.Any]:
    return {
        "path": "aws/creds/deploy",
        "lease_id": "aws/creds/deploy/1",
        "made_at": NOON,
        "renewed": 2,
        "handed_out": 30,
        "state": "revoked",
        "expires_at": NOON + 600,
        "sts": False,
        **facts,
    }


def test_one_line() -> None:
    rows = [row(), row(state="live"), row(state="revoked", handed_out=5)]
    assert _report.line(rows) == "Leases: 3 made, handed out 65 times, 1 live, 2 revoked."


def test_s24_sts_credentials_are_said_to_end_not_to_be_revoked() -> None:
    assert _report.line([row(sts=True)]).endswith("STS credentials end by 08:10:00Z.")
    assert "at AWS until 08:10:00Z" in _report.table([row(sts=True)])[1]


def test_a_run_without_leases() -> None:
    nothing = [row(lease_id="", sts=False)]
    assert _report.line(nothing) == "Leases: none in this run."
    assert _report.table(nothing) == ["Leases: none in this run."]


def test_a_table_has_a_row_per_lease_in_columns() -> None:
    lines = _report.table([row(), row(path="aws/creds/a-longer-name", state="live")])
    assert len(lines) == 3
    assert len({line.index(word) for line, word in zip(lines, ("state", "revoked", "live"), strict=True)}) == 1


@pytest.mark.parametrize(
    ("data", "known", "user"),
    [
        ({"access_key": "A", "secret_key": "S", "session_token": None, "security_token": None}, True, True),
        ({"access_key": "A", "secret_key": "S", "security_token": "T"}, True, False),
        ({"access_key": "A", "secret_key": "S", "expiration": "2026-11-21T12:00:00Z"}, True, False),
        ({"username": "u", "password": "p"}, False, False),
        ({}, False, False),
    ],
)
def test_which_credentials_these_are(data: dict[str, t.Any], known: bool, user: bool) -> None:
    assert (_aws.is_credential(data), _aws.is_new_user(data)) == (known, user)


def test_old_servers_say_security_token() -> None:
    answer = {
        "data": {"access_key": "A", "secret_key": "S", "security_token": "T"},
        "expires_at": NOON,
        "lease_id": "l",
    }
    assert _aws.credentials(answer, "eu-west-1") == {
        "access_key": "A",
        "secret_key": "S",
        "session_token": "T",
        "region": "eu-west-1",
        "expiration": "2027-01-15T08:00:00Z",
        "lease_id": "l",
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2027-01-15T08:10:00Z", 600.0),
        ("2027-01-15T09:10:00.123456789+01:00", 600.123456),
        ("soon", None),
        (None, None),
    ],
)
def test_seconds_until(text: str | None, seconds: float | None) -> None:
    found = _aws.seconds_until(text, NOON)
    assert found == (None if seconds is None else pytest.approx(seconds))
