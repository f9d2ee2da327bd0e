# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""F107: somebody else in the process may have set Python's root logger to DEBUG; the libraries then log all they do."""

from __future__ import annotations

import logging

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._sigv4 import Keys, caller_identity, place
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import PATH, TARGET, TOKEN, client

SECRET, MADE = "canary-sent-0005", "canary-made-0006"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_http(log: pytest.LogCaptureFixture) -> None:
    with FaultServer() as faults:
        faults.on("POST", TARGET, answer(200, {"data": {"secret_key": MADE}}))
        assert client(faults.url).request("POST", PATH, {"secret_id": SECRET}, token=TOKEN)
    assert "httpcore" in {record.name.partition(".")[0] for record in log.records}
    assert [secret for secret in (TOKEN, SECRET, MADE) if secret in log.text] == []


def test_signature(log: pytest.LogCaptureFixture) -> None:
    signed = caller_identity(Keys("AKIAIOSFODNN7EXAMPLE", SECRET, TOKEN), place(), 0)
    signature = signed.headers["Authorization"].rpartition("Signature=")[2]
    assert len(signature) == 64
    assert [secret for secret in (TOKEN, SECRET, signature) if secret in log.text] == []
