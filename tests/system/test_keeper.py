# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keeper as a process: where it lives, what can be seen of it, and what happens when it dies."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import (
    DEPLOY,
    SAY_KEY,
    UPLOADER,
    Controller,
    Running,
    await_truth,
    creds,
    play,
)

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def halted(controller: Controller, aws: str = UPLOADER) -> Running:
    """A play that has its credentials, and will ask for them again when it may go on."""
    running = controller.start_playbook(play(SAY_KEY, controller.halt("task"), SAY_KEY, aws=aws))
    controller.reached("task")
    return running


@pytest.mark.every_core
def test_killed_keeper_is_replaced(controller: Controller) -> None:
    running = halted(controller)
    killed = controller.keeper()
    os.kill(killed, signal.SIGKILL)
    await_truth(lambda: not controller.keepers())
    controller.go_on("task")
    ended = running.ended()
    assert ended.code == 0, ended.out
    first, second = ended.keys()[::2]
    assert ended.keys() == [first, first, second, second] and first != second
    left = controller.left(within=2)
    assert sorted(what.split()[0] for what in left) == ["IAM", "lease", "token"]  # what the killed one knew of
    assert first in controller.living_keys()
    assert second not in controller.living_keys()
    assert controller.asked() == {"login": 2, "mint": 2, "revocation": 1}


def test_terminated_keeper_revokes_at_once(controller: Controller) -> None:
    running = halted(controller)
    os.kill(controller.keeper(), signal.SIGTERM)
    assert await_truth(lambda: not controller.keepers() and not controller.scene.leftovers(), within=10)
    assert controller.asked() == {"login": 1, "mint": 1, "revocation": 1}
    controller.go_on("task")
    ended = running.ended()
    assert ended.code == 0, ended.out
    assert len(set(ended.keys())) == 2
    assert controller.left() == []
    assert controller.asked() == {"login": 2, "mint": 2, "revocation": 2}


def test_l11_two_runs_at_once_do_not_know_each_other(controller: Controller) -> None:
    one = halted(controller)
    two = controller.start_playbook(play(SAY_KEY, aws=UPLOADER))
    assert two.ended().code == 0
    await_truth(lambda: len(controller.keepers()) == 1)
    (key,) = await_truth(lambda: len(keys := controller.living_keys()) == 1 and keys)
    controller.go_on("task")
    ended = one.ended()
    assert ended.code == 0 and set(ended.keys()) == {key}
    assert controller.left() == []
    assert controller.asked() == {"login": 2, "mint": 2, "revocation": 2}


def test_f60_a_lease_that_somebody_revoked_is_replaced_on_demand(controller: Controller) -> None:
    fresh = {"ansible.builtin.debug": {"msg": "{{ again.access_key }}"}, "run_once": True}
    again = creds("'uploader', wait=false, fresh=true")
    tasks = [SAY_KEY, controller.halt("task"), {**fresh, "vars": {"again": again}}, SAY_KEY]
    running = controller.start_playbook(play(*tasks, aws=UPLOADER))
    controller.reached("task")
    controller.scene.vault.api("PUT", "sys/leases/revoke-prefix/aws", {"sync": True})
    assert controller.living_keys() == set()
    controller.go_on("task")
    ended = running.ended()
    assert ended.code == 0, ended.out
    old, _old, *new = ended.keys()
    assert len(set(new)) == 1 and len(new) == 3 and old not in new
    assert controller.left() == []
    assert controller.asked() == {"login": 1, "mint": 2, "revocation": 1}


def test_the_socket_is_in_the_folder_of_the_run(controller: Controller) -> None:
    running = halted(controller, DEPLOY)
    (socket,) = (path for path in controller.traces() if path.is_socket())
    assert socket.parent.name.startswith("ansible-local-")
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    controller.go_on("task")
    assert running.ended().code == 0
    assert controller.left() == []


@pytest.mark.parametrize("runtime_folder", [False, True])
def test_a_path_too_long_for_a_socket(controller: Controller, runtime_folder: bool) -> None:
    place = controller.temp
    if runtime_folder:
        place = controller.temp / "runtime"
        place.mkdir()
        controller.environ["XDG_RUNTIME_DIR"] = str(place)
    controller.environ["ANSIBLE_LOCAL_TEMP"] = str(controller.temp / ("long" * 25))
    running = halted(controller, DEPLOY)
    (socket,) = (path for path in controller.traces() if path.is_socket())
    assert socket.parent.parent == place and socket.parent.name.startswith("leasehold-")
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    controller.go_on("task")
    assert running.ended().code == 0
    assert controller.left() == []
    assert controller.asked() == {"login": 1, "mint": 1, "revocation": 1}


@ON_LINUX
def test_nothing_secret_shows_in_the_process(controller: Controller) -> None:
    running = halted(controller)
    process = Path(f"/proc/{controller.keeper()}")
    made, environ = controller.made(), controller.environ
    secrets = [environ["ANSIBLE_HASHI_VAULT_SECRET_ID"], made["access_key"], made["secret_key"]]
    secrets.append(controller.token())
    for name in ("cmdline", "environ"):
        seen = readable(process / name)
        assert [secret for secret in secrets if secret.encode() in seen] == []
        assert b"ANSIBLE_HASHI" not in seen and b"VAULT_" not in seen
    assert re.search(r"Max core file size +0 +0 ", (process / "limits").read_text())
    assert (process / "environ").stat().st_uid == 0  # not dumpable, so its memory is root's
    assert not [link for link in open_files(process) if link.startswith(("pipe:", str(controller.folder)))]
    controller.go_on("task")
    assert running.ended().code == 0
    assert controller.left() == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="looks into /proc as only root may")
def test_no_folder_of_the_caller_is_held(controller: Controller) -> None:
    running = halted(controller)
    assert os.readlink(f"/proc/{controller.keeper()}/cwd") == "/"
    controller.go_on("task")
    assert running.ended().code == 0
    assert controller.left() == []


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError:
        return b""


def open_files(process: Path) -> list[str]:
    try:
        return [os.readlink(link) for link in (process / "fd").iterdir()]
    except PermissionError:
        return []


def test_the_log_tells_all_but_the_secrets(controller: Controller) -> None:
    log = controller.folder / "lease.log"
    controller.environ["LEASEHOLD_VAULT_LOG_PATH"] = str(log)
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert controller.left() == []
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    made, lines = controller.made(), log.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["login", "make", "revoke"]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+ \w+=", line) for line in lines)
    assert controller.ledger.mints()[0].lease_id in lines[1]
    for secret in (made["access_key"], made["secret_key"], controller.token()):
        assert secret not in log.read_text()
    assert controller.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"] not in log.read_text()
