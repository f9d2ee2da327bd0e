# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWS that does not know a new key yet, is too busy to say, or denies whoever asks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.system.runs import Run, aws_says
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer

ONCE = {"login": 1, "mint": 1, "revocation": 1}


@pytest.mark.parametrize(
    ("code", "at", "questions"),
    [
        # Known for a moment, then unknown again: only five in a row count.
        pytest.param("InvalidClientTokenId", [1, 2, 3, 4, 7], 12, id="f84-unknown-at-first"),
        pytest.param("Throttling", [2, 3], 7, id="f86-throttled"),
        pytest.param("AccessDenied", [1, 2, 3, 4, 5], 5, id="f87-denied-but-known"),
    ],
)
def test_all_forks_wait_once(controller: Controller, code: str, at: t.Sequence[int], questions: int) -> None:
    with FaultServer(upstream=controller.scene.aws.endpoint) as aws:
        aws.on("POST", "/", aws_says(code), nth=at)
        with Run(controller) as run:
            (key,) = run.keys(forks=20, wait=None, sts_endpoint=aws.url)
            assert run.keys(forks=20, wait=None, sts_endpoint=aws.url) == {key}
        assert len(aws.requests) == questions
        assert all(f"Credential={key}/" in (seen.header("Authorization") or "") for seen in aws.requests)
    assert controller.left() == []
    assert controller.asked() == ONCE
