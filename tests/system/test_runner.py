# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Under ansible-runner, as AWX uses it: on one machine, and split into transmit, worker and process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import ansible_runner
import pytest
from ansible_collections.leasehold.vault.tests.system.controller import SAY_KEY, UPLOADER, Controller, play

ONCE = {"login": 1, "mint": 1, "revocation": 1}


@pytest.fixture
def data_dir(controller: Controller) -> Path:
    """What ansible-runner calls a private data directory."""
    controller.write("runner/project/site.yml", [play(SAY_KEY, aws=UPLOADER)])
    controller.write("runner/inventory/hosts", (controller.folder / "hosts.ini").read_text())
    controller.write("runner/env/envvars", {"ANSIBLE_CALLBACKS_ENABLED": "leasehold.vault.lease_report"})
    return controller.folder / "runner"


def check_events(artifacts: Path) -> None:
    """Both hosts have said the same key, and the report came in the same run."""
    events = [json.loads(path.read_text()) for path in artifacts.rglob("job_events/*.json")]
    told = [event["event_data"]["res"]["msg"] for event in events if event["event"] == "runner_on_ok"]
    assert len(told) == 2 and len(set(told)) == 1 and told[0].startswith("AKIA")
    assert [e for e in events if "Leases: 1 made, handed out 2 times, 1 revoked." in e["stdout"]]


@pytest.mark.every_core
def test_f71_command_line(controller: Controller, data_dir: Path) -> None:
    ended = controller.run("ansible-runner", "run", data_dir, "-p", "site.yml")
    assert ended.code == 0, ended.out + ended.err
    check_events(data_dir / "artifacts")
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f71_library(controller: Controller, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in controller.environ.items():
        monkeypatch.setenv(name, value)
    ran = ansible_runner.run(private_data_dir=str(data_dir), playbook="site.yml", quiet=True)
    assert (ran.status, ran.rc) == ("successful", 0)
    check_events(data_dir / "artifacts")
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f71_transmit_worker_process(controller: Controller, data_dir: Path) -> None:
    work, back = controller.folder / "work", controller.folder / "back"
    shutil.copytree(data_dir / "env", back / "env")
    pipe = (
        f"ansible-runner transmit {data_dir} -p site.yml | ansible-runner worker --private-data-dir {work} |"
        f" ansible-runner process {back}"
    )
    ended = controller.run("sh", "-c", pipe)
    assert ended.code == 0, ended.out + ended.err
    check_events(back / "artifacts")
    assert controller.left() == []
    assert controller.asked() == ONCE
