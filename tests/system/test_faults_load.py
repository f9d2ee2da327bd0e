# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Vault that can't keep up, is sealed or answers badly now and then, and a keeper that dies over its work."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, await_truth
from ansible_collections.leasehold.vault.tests.system.runs import CREDS, LOGIN, Run, asked, behind, copies_of
from ansible_collections.leasehold.vault.tests.testbed.faults import (
    Action,
    FaultServer,
    answer,
    black_hole,
    passing,
    reset,
)
from ansible_collections.leasehold.vault.tests.testbed.vault import Vault

ONCE = {"login": 1, "mint": 1, "revocation": 1}
UPLOADER = "GET /v1/aws/creds/uploader"
HOLD = "import fcntl, sys, time; file = open(sys.argv[1], 'a'); fcntl.flock(file, 2); print(flush=True); time.sleep(60)"


def test_f14_retry_after_is_waited_for(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(429, {"errors": []}, {"Retry-After": "3"}), nth=[1])
        run.refusal(url="")  # so that the keeper is up
        begun = time.monotonic()
        assert len(run.keys(forks=10)) == 1
        assert 3 <= time.monotonic() - begun < 6
        assert asked(faults)[1:] == [UPLOADER] * 2


def test_f14_retry_after_that_is_too_long(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(429, {"errors": []}, {"Retry-After": "99999"}))
        text = run.refusal()
        assert "asked to wait 99999 s" in text and "class=rate" in text
        assert asked(faults)[1:] == [UPLOADER]


def test_f15_a_lease_count_quota_spares_what_is_held(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        held = run.keys()
        faults.on("GET", CREDS, answer(429, {"errors": ["lease count quota exceeded"]}))
        text = run.refusal(fresh=True)
        assert "tries=4" in text and "class=rate" in text and "lease count quota" in text.partition("class=")[2]
        assert run.keys(forks=10) == held
    assert controller.asked() == ONCE


@pytest.fixture
def one_a_second(controller: Controller) -> t.Iterator[Vault]:
    vault = controller.scene.vault
    for name, path in (("mints", "aws/"), ("logins", "auth/approle/")):
        vault.api("POST", f"sys/quotas/rate-limit/{name}", {"path": path, "rate": 1, "interval": "1s"})
    yield vault
    for name in ("mints", "logins"):
        vault.api("DELETE", f"sys/quotas/rate-limit/{name}")
    vault.api("POST", "sys/quotas/config", {"enable_rate_limit_response_headers": False})


@pytest.mark.parametrize("says_when", [False, True])
def test_l08_a_quota_of_one_request_a_second(controller: Controller, one_a_second: Vault, says_when: bool) -> None:
    one_a_second.api("POST", "sys/quotas/config", {"enable_rate_limit_response_headers": says_when})
    with behind(controller) as (faults, run):
        roles = ["uploader", "deploy", "federated"]
        run.begin(*[run.message("vault_aws_creds", role, wait=False) for role in roles * 5])
        assert len(run.begun_keys()) == 3
        assert len(asked(faults)) > 4  # some were refused
    assert controller.asked() == {"login": 1, "mint": 3, "revocation": 1}


def test_f20_an_unseal_is_waited_for(controller: Controller) -> None:
    vault = controller.scene.vault
    with behind(controller) as (faults, run):
        held = run.keys()
        vault.seal()
        try:
            assert run.keys(forks=10) == held
            run.begin_creds("deploy", forks=10)
            await_truth(lambda: len(faults.requests) > 2)
        finally:
            vault.unseal()
        assert len(run.begun_keys()) == 1
    assert controller.asked() == {"login": 1, "mint": 2, "revocation": 1}


def test_f20_sealed_for_good(controller: Controller) -> None:
    vault = controller.scene.vault
    with behind(controller) as (faults, run):
        vault.seal()
        try:
            text = run.refusal()
        finally:
            vault.unseal()
        assert text.startswith("Vault is sealed") and "tries=4" in text and "class=sealed" in text
        assert asked(faults) == ["POST /v1/auth/approle/login"] * 4


@pytest.mark.parametrize(("path", "left"), [(LOGIN, []), (CREDS, ["token"])])
def test_f73_a_keeper_that_is_killed_over_its_work(controller: Controller, path: str, left: list[str]) -> None:
    with FaultServer(upstream=controller.scene.vault.address) as faults:
        faults.on("*", path, black_hole(), nth=[1])
        with Run(controller, VAULT_ADDR=faults.url) as run:
            run.begin_creds(forks=20)
            await_truth(lambda: [seen for seen in faults.requests if re.fullmatch(path, seen.target)])
            os.kill(controller.keeper(), signal.SIGKILL)
            killed = time.monotonic()
            assert len(run.begun_keys()) == 1
            assert time.monotonic() - killed < 5
        # What the killed one had ends with its TTL.
        assert [what.split()[0] for what in controller.left(within=5 if left else 10)] == left
    assert len(controller.ledger.mints()) == 1


def test_f73_whoever_starts_the_keeper_and_is_killed_makes_room_for_the_next(controller: Controller) -> None:
    with behind(controller) as (_faults, run):
        (folder,) = await_truth(lambda: list(controller.temp.glob("ansible-local-*")))
        holder = subprocess.Popen([sys.executable, "-c", HOLD, folder / "leasehold.lock"], stdout=subprocess.PIPE)
        with holder:
            assert holder.stdout and holder.stdout.readline()
            run.begin_creds(forks=10)
            time.sleep(1)
            assert controller.keepers() == []
            holder.kill()
        killed = time.monotonic()
        assert len(run.begun_keys()) == 1
        assert time.monotonic() - killed < 5
    assert controller.asked() == ONCE


@pytest.mark.parametrize("given", [False, True], ids=["own-token", "given-token"])
def test_f75_a_run_that_is_killed_over_a_mint(controller: Controller, given: bool) -> None:
    """Vault makes a lease for a token that it revokes meanwhile, and nobody could revoke that one."""
    token = {"ANSIBLE_HASHI_VAULT_AUTH_METHOD": "token", "VAULT_TOKEN": controller.scene.vault.token} if given else {}
    with behind(controller, **token) as (faults, run):
        faults.on("GET", CREDS, passing(delay=1))
        run.begin_creds(forks=5)
        await_truth(lambda: UPLOADER in asked(faults))
        run.process.kill()
        run.process.wait()
    assert len(controller.ledger.mints()) == len(controller.ledger.revocations()) == 1


def test_l06_a_fifth_of_the_answers_fail_and_some_are_lost(controller: Controller) -> None:
    names = copies_of(controller.scene, "deploy", 100)
    chance, lost = random.Random(2026), 0
    with behind(controller) as (faults, run):
        faults.on("POST", LOGIN, reset(), nth=[1])
        faults.on("POST", LOGIN, answer(503), nth=[1])
        for name in names:
            script = list(bad_answers(chance))
            lost += sum(action.forward for action in script)
            for action in script:
                faults.on("GET", f"/v1/aws/creds/{name}", action, nth=[1])
        run.begin(*[run.message("vault_aws_creds", name) for name in names])
        assert len(run.begun_keys()) == 100
    assert lost > 3
    assert controller.asked() == {"login": 1, "mint": 100 + lost, "revocation": 1}


def bad_answers(chance: random.Random) -> t.Iterator[Action]:
    """What comes before a good one: each with 20 % a failure, with 5 % lost, but not more than is tried again."""
    failures = losses = 0
    while (drawn := chance.random()) < 0.25:
        if drawn < 0.2 and failures < 3:
            failures += 1
            yield answer(503, {"errors": []})
        elif drawn >= 0.2 and not losses:
            losses += 1
            yield passing(cut=300, end="reset")


def test_l12_two_hundred_clients_of_a_keeper_that_may_open_sixty_four_files(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        run.begin(run.message("report"), files=64)
        assert run.replies() == [{"ok": []}]
        # Each try needs a new connection, and before the last one all clients are there.
        faults.on("POST", LOGIN, answer(503, end="close"), nth=[1, 2, 3])
        assert len(run.keys(forks=200)) == 1
    assert controller.asked() == ONCE
