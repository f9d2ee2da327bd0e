# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a run and Vault: nobody listens, answers get lost, or somebody else answers."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.system.runs import CREDS, LOGIN, Run, asked, behind
from ansible_collections.leasehold.vault.tests.testbed.faults import (
    Action,
    FaultServer,
    answer,
    drop,
    passing,
    reset,
)
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.misbehaving import free_port

CANARY = "canary-in-a-body"
PAGE = f"<html><body>Welcome. {CANARY}</body></html>".encode()
HTML = {"Content-Type": "text/html"}
ONCE = {"login": 1, "mint": 1, "revocation": 1}


class HangsUp(socketserver.ThreadingTCPServer):
    """An address that takes calls and hangs up, as a load balancer without backends does; counts the calls."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls = 0
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def __enter__(self) -> t.Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown()
        self.server_close()

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        self.calls += 1


def test_f01_refused_for_three_seconds(controller: Controller) -> None:
    port = free_port()
    with contextlib.ExitStack() as later:
        with Run(controller, VAULT_ADDR=f"http://127.0.0.1:{port}") as run:
            run.refusal(url="")  # so that the keeper is up
            run.begin_creds(forks=10)
            time.sleep(3)
            later.enter_context(FaultServer(upstream=controller.scene.vault.address, port=port))
            assert len(run.begun_keys()) == 1
        assert controller.left() == []
    assert controller.asked() == ONCE


def test_f02_fifty_forks_on_an_address_that_refuses(controller: Controller) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    begun = time.monotonic()
    with Run(controller, VAULT_ADDR=address) as run:
        text = run.refusal(forks=50)
    assert time.monotonic() - begun < 20
    assert f"vault={address}" in text and "connection refused" in text and "tries=4 class=network" in text
    assert controller.left() == []


def test_f02_fifty_forks_make_four_attempts_in_ten_seconds(controller: Controller) -> None:
    with HangsUp() as gone, Run(controller, VAULT_ADDR=f"https://127.0.0.1:{gone.server_address[1]}") as run:
        text = run.refusal(forks=50)
        assert "tries=4 class=network" in text
        assert run.refusal(role="deploy", forks=50) == text
        assert gone.calls == 4
    assert controller.left() == []


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(passing(cut=300, end="reset"), id="f06-reset-in-mid-answer"),
        pytest.param(passing(cut=300, end="close"), id="f07-truncated"),
        pytest.param(drop(), id="f06-nothing-came"),
    ],
)
def test_a_lost_mint_costs_one_more_and_both_end(controller: Controller, lost: Action) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, lost, nth=[1])
        (key,) = run.keys(forks=10)
        assert len(controller.living_keys()) == 2 and key in controller.living_keys()
    assert controller.asked() == {"login": 1, "mint": 2, "revocation": 1}


def test_f06_answers_that_are_always_lost_cost_two_mints(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        # It takes so long that even on a busy machine all of them ask meanwhile.
        faults.on("GET", CREDS, passing(cut=300, end="reset", delay=2))
        assert "class=" in run.refusal(forks=10)
        assert len(controller.living_keys()) == 2
    assert controller.asked() == {"login": 1, "mint": 2, "revocation": 1}


def test_f06_a_lost_login_is_tried_once_more(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("POST", LOGIN, reset(), nth=[1])
        assert len(run.keys(forks=10)) == 1
    assert controller.asked() == ONCE


def test_f06_logins_that_are_always_lost_are_not_a_storm(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("POST", LOGIN, reset())
        assert "class=network" in run.refusal()
        assert len(faults.requests) == 2
    assert controller.asked() == {}


def test_f08_a_login_page_instead_of_vault(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(200, PAGE, HTML), nth=[1])
        text = run.refusal()
        assert "class=response" in text and "content_type=text/html" in text and f"bytes={len(PAGE)}" in text
        assert CANARY not in text
        assert run.keys()  # it was not kept
    assert controller.asked() == ONCE


@pytest.mark.parametrize(("status", "tries"), [(502, 1), (503, 4)])
def test_f09_a_load_balancer_answers_for_vault(controller: Controller, status: int, tries: int) -> None:
    log = controller.folder / "lease.log"
    with behind(controller, LEASEHOLD_VAULT_LOG_PATH=str(log)) as (faults, run):
        faults.on("GET", CREDS, answer(status, PAGE, HTML))
        text = run.refusal()
        assert f"status={status}" in text and f"tries={tries}" in text and "content_type=text/html" in text
        assert asked(faults)[1:] == ["GET /v1/aws/creds/uploader"] * tries
    assert CANARY not in text + log.read_text()
    assert controller.asked() == {"login": 1, "revocation": 1}


def test_f16_a_node_that_lags_behind(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(412, {"errors": ["required index state not present"]}), nth=[1, 2])
        assert run.keys(forks=10)
        assert asked(faults) == ["POST /v1/auth/approle/login", *["GET /v1/aws/creds/uploader"] * 3]
    assert controller.asked() == ONCE


def test_f17_a_standby_answers(controller: Controller) -> None:
    with behind(controller) as (faults, run):
        faults.on("GET", CREDS, answer(473, {"errors": []}))
        text = run.refusal()
        assert "performance standby" in text and "class=standby" in text and "Check url" in text
        assert asked(faults)[1:] == ["GET /v1/aws/creds/uploader"]


@pytest.mark.parametrize("path", [LOGIN, CREDS])
def test_f19_no_request_follows_a_redirect_to_another_host(controller: Controller, path: str) -> None:
    with FaultServer(host="127.0.0.2") as other, behind(controller) as (faults, run):
        faults.on("*", path, answer(307, headers={"Location": f"{other.url}/v1/somewhere"}))
        text = run.refusal(forks=10)
        assert "class=redirect" in text and f"target={other.url}" in text
        assert other.connections == 0


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("path", [LOGIN, CREDS])
def test_f24_a_namespace_that_is_not_there_is_named(controller: Controller, path: str, status: int) -> None:
    """The Vault of the bench knows no namespaces, and takes every header for granted."""
    with behind(controller, VAULT_NAMESPACE="team/absent") as (faults, run):
        faults.on("*", path, answer(status, {"errors": ["no handler for route"]}))
        text = run.refusal()
        assert "namespace=team/absent" in text and text.endswith(" The namespace comes from VAULT_NAMESPACE.")
        assert {seen.header("X-Vault-Namespace") for seen in faults.requests} == {"team/absent"}


@pytest.mark.parametrize("mount", ["aws-elsewhere", "kv"])
def test_f25_a_mount_without_aws(controller: Controller, mount: str) -> None:
    vault = controller.scene.vault
    controller.environ |= {"ANSIBLE_HASHI_VAULT_AUTH_METHOD": "token", "VAULT_TOKEN": vault.token}
    with behind(controller) as (faults, run):
        text = run.refusal(mount=mount)
        assert f"path={mount}/creds/uploader" in text and "class=absent" in text and "mount" in text
        assert asked(faults) == [f"GET /v1/{mount}/creds/uploader"]


def test_f26_proxies_of_the_environment_are_not_for_vault(controller: Controller) -> None:
    with FaultServer() as proxy:
        names = [f"{scheme}_proxy" for scheme in ("http", "https", "all")]
        controller.environ |= {name: proxy.url for lower in names for name in (lower, lower.upper())}
        controller.environ |= {"no_proxy": "", "NO_PROXY": ""}
        with behind(controller) as (_faults, run):
            assert run.keys()
        assert proxy.connections == 0


def test_f29_a_unix_socket(controller: Controller) -> None:
    path = controller.folder / "agent.sock"
    with FaultServer(upstream=controller.scene.vault.address, path=str(path)) as agent:
        with Run(controller, VAULT_ADDR=f"unix://{path}") as run:
            assert len(run.keys(forks=10)) == 1
        assert controller.left() == []
        assert asked(agent)[:2] == ["POST /v1/auth/approle/login", "GET /v1/aws/creds/uploader"]
    assert controller.asked() == ONCE
