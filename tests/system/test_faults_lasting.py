# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that take a minute: three runs side by side, on a bench of their own.

One asks for a key every second while Vault is down for half a minute, one for a key that AWS never accepts, and one for
something that its login's policies only allow after a while.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.system.runs import Reply, Run, aws_says
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, reset
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, bench
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import free_port

BEFORE, DOWN, AFTER = 12, 30, 22
DENIED = "secret/metadata/app/config"
MORE = 'path "secret/metadata/*" { capabilities = ["read"] }'
HELD = {"mount": "aws-short", "wait": False}


@dataclasses.dataclass
class Lasted:
    """What came of the three runs."""

    controller: Controller
    held: list[Reply] = dataclasses.field(default_factory=list)
    attempts: int = 0
    never_accepted: list[Reply] = dataclasses.field(default_factory=list)
    users_while_it_ran: list[str] = dataclasses.field(default_factory=list)
    asked_again: list[Reply] = dataclasses.field(default_factory=list)
    denied: list[Reply] = dataclasses.field(default_factory=list)
    allowed: list[Reply] = dataclasses.field(default_factory=list)

    def logins(self, approle: str) -> int:
        answers = self.controller.answers("auth/approle/login")
        return sum(answer["auth"]["metadata"]["role_name"] == approle for answer in answers)


@pytest.fixture
def controller() -> t.Iterator[Controller]:
    with bench() as scene:
        scene.vault.api("PUT", "aws-short/config/lease", {"lease": "60s", "lease_max": "1h"})
        scene.vault.api("PUT", "sys/policies/acl/more", {"policy": MORE})
        with Controller(scene) as made:
            yield made


def test_l07_f38_f85_what_takes_a_minute(controller: Controller) -> None:
    result = Lasted(controller)
    play_all(result, controller, controller.scene)
    vault_was_down_for_half_a_minute(result)
    aws_never_accepted_the_key(result)
    one_new_login_after_a_minute(result)


def play_all(result: Lasted, controller: Controller, scene: Scene) -> None:
    port = free_port()
    with contextlib.ExitStack() as stack:
        aws = stack.enter_context(FaultServer(upstream=scene.aws.endpoint))
        aws.on("POST", "/", aws_says("InvalidClientTokenId"))
        impatient = stack.enter_context(Run(controller))
        late = stack.enter_context(Run(controller, **login(scene, ["deployer"])))
        steady = stack.enter_context(Run(controller, VAULT_ADDR=f"http://127.0.0.1:{port}"))
        impatient.begin_creds(forks=5, wait=None, sts_endpoint=aws.url)
        late.begin(late.message("vault_read", DENIED))
        result.denied += late.replies()
        login(scene, ["deployer", "more"])
        with FaultServer(upstream=scene.vault.address, port=port):
            result.held += ask_every_second(steady, BEFORE)
        with FaultServer(port=port) as down:
            down.on("*", ".*", reset())
            result.held += ask_every_second(steady, DOWN)
            result.attempts = down.connections
        late.begin(late.message("vault_read", DENIED))
        result.denied += late.replies()
        with FaultServer(upstream=scene.vault.address, port=port):
            result.held += ask_every_second(steady, AFTER)
            result.never_accepted += impatient.replies()
            result.users_while_it_ran += scene.aws.iam_users()
            impatient.begin_creds(forks=5, wait=None, sts_endpoint=aws.url)
            result.asked_again += impatient.replies()
            late.begin(*[late.message("vault_read", DENIED)] * 10)
            result.allowed += late.replies()
            stack.close()
            assert controller.left() == []


def login(scene: Scene, policies: t.Sequence[str]) -> dict[str, str]:
    """An AppRole with these policies, for logins from now on."""
    scene.vault.api("PUT", "auth/approle/role/late", {"token_policies": policies})
    known = {"ROLE_ID": scene.approle("late"), "SECRET_ID": scene.new_secret_id("late")}
    return {f"ANSIBLE_HASHI_VAULT_{name}": value for name, value in known.items()}


def ask_every_second(run: Run, seconds: int) -> t.Iterator[Reply]:
    for _number in range(seconds):
        begun = time.monotonic()
        run.begin_creds("short", forks=4, **HELD)
        yield from run.replies()
        time.sleep(max(0.0, begun + 1 - time.monotonic()))


def vault_was_down_for_half_a_minute(lasted: Lasted) -> None:
    assert [reply["error"] for reply in lasted.held if "error" in reply] == []
    assert len(lasted.held) == 4 * (BEFORE + DOWN + AFTER)
    assert len({reply["ok"]["results"][0]["access_key"] for reply in lasted.held}) == 1
    assert len(lasted.controller.ledger.mints("short")) == 1
    assert lasted.controller.ledger.renewals()
    assert 1 <= lasted.attempts <= DOWN


def aws_never_accepted_the_key(lasted: Lasted) -> None:
    (text,) = {reply["error"] for reply in lasted.never_accepted}
    assert "did not accept the new key within 60 s" in text and "InvalidClientTokenId" in text
    assert "class=aws-wait" in text
    assert len(lasted.users_while_it_ran) == 1  # the one of the other run
    assert {reply["error"] for reply in lasted.asked_again} == {text}
    assert len(lasted.controller.ledger.mints("uploader")) == 1


def one_new_login_after_a_minute(lasted: Lasted) -> None:
    assert ["class=permission" in reply["error"] for reply in lasted.denied] == [True, True]
    assert [reply["ok"]["results"][0]["current_version"] for reply in lasted.allowed] == [1] * 10
    assert lasted.logins("late") == 2
