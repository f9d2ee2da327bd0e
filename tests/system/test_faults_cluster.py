# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster of three nodes that loses its leader in mid-run: for some seconds nobody can serve, and no lookup fails."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.system.runs import Run, copies_of
from ansible_collections.leasehold.vault.tests.testbed.aws import Moto
from ansible_collections.leasehold.vault.tests.testbed.cluster import Cluster
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, prepare

NEW_ROLES, FORKS = 5, 50


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made
    assert not any(node.serves() for node in made.nodes)


@pytest.fixture(scope="module")
def clustered(cluster: Cluster) -> t.Iterator[Scene]:
    with Moto() as aws:
        made = prepare(cluster, aws)
        cluster.api("PUT", "aws-short/config/lease", {"lease": "20s", "lease_max": "1h"})
        yield made


@pytest.fixture
def controller(clustered: Scene) -> t.Iterator[Controller]:
    with Controller(clustered) as made:
        yield made


def step_down(cluster: Cluster) -> None:
    cluster.step_down()


def cut_the_power(cluster: Cluster) -> None:
    cluster.kill()


@pytest.mark.parametrize("fault", [step_down, cut_the_power])
def test_f21_fifty_forks_while_there_is_no_leader(
    controller: Controller, cluster: Cluster, fault: t.Callable[[Cluster], None]
) -> None:
    roles = copies_of(controller.scene, "uploader", NEW_ROLES)
    with Run(controller) as run:
        held = run.keys()
        before = cluster.leader()
        fault(cluster)
        begun = time.monotonic()
        assert run.keys(forks=FORKS) == held
        assert time.monotonic() - begun < 5  # nobody asks Vault
        run.begin(*[run.message("vault_aws_creds", role, wait=False) for role in roles * (FORKS // NEW_ROLES)])
        made = run.begun_keys()
        assert len(made) == NEW_ROLES and held | made == controller.living_keys()
        if not before.serves():
            cluster.revive(before)
    assert controller.left() == []
    assert controller.asked() == {"login": 1, "mint": 1 + NEW_ROLES, "revocation": 1}


def test_f22_a_rolling_restart(controller: Controller, cluster: Cluster) -> None:
    short: dict[str, t.Any] = {"role": "short", "mount": "aws-short"}
    roles = iter(copies_of(controller.scene, "uploader", 30))
    with Run(controller) as run, ThreadPoolExecutor(1) as pool:
        held = run.keys(**short)
        made = held.copy()
        restart = pool.submit(restart_all, cluster)
        while not restart.done():
            assert run.keys(forks=10, **short) == held
            made |= run.keys(next(roles, "uploader"), forks=10)
        restart.result()
        renewals = len(controller.ledger.renewals())
        time.sleep(15)
        assert run.keys(forks=10, **short) == held
        assert made == controller.living_keys()
        assert len(controller.ledger.renewals()) > renewals
    assert controller.left() == []
    assert len(controller.ledger.logins()) == 1
    assert len(controller.ledger.mints()) == len(made)


def restart_all(cluster: Cluster) -> None:
    """One node after the other, and the leader last, as administrators do it."""
    leader = cluster.leader()
    for node in sorted(cluster.nodes, key=lambda node: node is leader):
        cluster.revive(node)
        cluster.leader()
