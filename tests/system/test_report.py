# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user gets to see of the leases: vault_finish, the callback lease_report, and -vvv."""

from __future__ import annotations

import json
import re
import typing as t
from http import HTTPStatus

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import (
    DEPLOY,
    SAY_KEY,
    UPLOADER,
    Controller,
    Ended,
    Task,
    play,
)

ONCE = {"login": 1, "mint": 1, "revocation": 1}
FINISH: Task = {"leasehold.vault.vault_finish": {}, "run_once": True, "register": "done"}
REPORT = "leasehold.vault.lease_report"
BOTH = {"aws": DEPLOY, "up": UPLOADER}
SAY_BOTH: Task = {"ansible.builtin.debug": {"msg": "{{ aws.access_key }} {{ up.access_key }}"}}
CLOCK = r"\d\d:\d\d:\d\dZ"
JSON_CALLBACK = """
import json

from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "json"

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps({"ok": stats.ok}))
"""


def said(ended: Ended, task: str) -> dict[str, t.Any]:
    """What a task with the tag <task> has told as JSON."""
    assert ended.code == 0, ended.out + ended.err
    found = re.search(rf"<{task}>(.*)</{task}>", ended.out)
    assert found, ended.out
    return json.loads(found[1].replace('\\"', '"'))


def tell(name: str) -> Task:
    """A task that prints a registered result."""
    return {"ansible.builtin.debug": {"msg": f"<{name}>{{{{ {name} | to_json }}}}</{name}>"}, "run_once": True}


def test_finish_ends_all_leases_at_once_and_a_later_lookup_starts_anew(controller: Controller) -> None:
    halt = controller.halt("task")
    running = controller.start_playbook(play(SAY_BOTH, FINISH, tell("done"), halt, SAY_KEY, vars=BOTH))
    controller.reached("task")
    assert controller.scene.leftovers(within=5) == []
    assert controller.keepers() == []
    controller.go_on("task")
    done = said(running.ended(), "done")
    assert done["changed"] is True
    assert [lease["path"] for lease in done["leases"]] == ["aws/creds/deploy", "aws/creds/uploader"]
    assert {lease["state"] for lease in done["leases"]} == {"revoked"}
    assert [lease["handed_out"] for lease in done["leases"]] == [2, 2]
    assert [lease["lease_id"] for lease in done["leases"]] == [e.lease_id for e in controller.ledger.mints()[:2]]
    assert controller.left() == []
    asked = [entry.kind for entry in controller.ledger.requests()]
    assert asked == ["login", "mint", "mint", "revocation", "login", "mint", "revocation"]


def test_finish_in_check_mode_only_tells(controller: Controller) -> None:
    ended = controller.playbook(play(SAY_KEY, FINISH, tell("done"), SAY_KEY), args=["--check"])
    done = said(ended, "done")
    assert done["changed"] is True
    assert [lease["state"] for lease in done["leases"]] == ["live"]
    assert len(ended.keys()) == 4 and len(set(ended.keys())) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_finish_without_a_lease_changes_nothing(controller: Controller) -> None:
    done = said(controller.playbook(play(FINISH, tell("done"))), "done")
    assert (done["changed"], done["leases"]) == (False, [])
    assert controller.asked() == {}
    assert controller.left() == []


def test_report_is_one_line_and_comes_after_the_revocation(controller: Controller) -> None:
    controller.environ["ANSIBLE_CALLBACKS_ENABLED"] = REPORT
    ended = controller.playbook(play(SAY_BOTH, vars=BOTH))
    assert ended.code == 0, ended.out
    expected = rf"Leases: 2 made, handed out 4 times, 2 revoked; STS credentials end by {CLOCK}\."
    assert re.fullmatch(expected, ended.out.splitlines()[-1])
    assert controller.asked() == {"login": 1, "mint": 2, "revocation": 1}
    assert controller.left() == []


def test_report_of_a_run_without_leases(controller: Controller) -> None:
    controller.environ["ANSIBLE_CALLBACKS_ENABLED"] = REPORT
    ended = controller.playbook(play({"ansible.builtin.debug": {"msg": "nothing"}}))
    assert ended.out.splitlines()[-1] == "Leases: none in this run."
    assert controller.asked() == {}


def test_report_as_a_table(controller: Controller) -> None:
    controller.environ |= {"ANSIBLE_CALLBACKS_ENABLED": REPORT, "LEASEHOLD_VAULT_REPORT_TABLE": "true"}
    ended = controller.playbook(play(SAY_BOTH, vars=BOTH))
    assert ended.code == 0, ended.out
    heading, *rows = [re.split(r"  +", line) for line in ended.out.splitlines()[-3:]]
    assert heading == ["made", "path", "renewed", "handed out", "state"]
    assert [row[1:4] for row in rows] == [["aws/creds/deploy", "0", "2"], ["aws/creds/uploader", "0", "2"]]
    assert re.fullmatch(rf"revoked, at AWS until {CLOCK}", rows[0][4])
    assert rows[1][4] == "revoked"
    assert all(re.fullmatch(CLOCK, row[0]) for row in rows)


def test_f67_what_vault_only_promised_is_not_reported_as_revoked(controller: Controller) -> None:
    """The leases of a token that is not ours: Vault queues their revocation, and tries it until AWS lets it."""
    given = {"ANSIBLE_HASHI_VAULT_AUTH_METHOD": "token", "VAULT_TOKEN": controller.scene.login()}
    log = controller.folder / "lease.log"
    controller.environ |= {"ANSIBLE_CALLBACKS_ENABLED": REPORT, "LEASEHOLD_VAULT_LOG_PATH": str(log), **given}
    ended = controller.playbook(play(SAY_KEY, aws=UPLOADER))
    assert ended.code == 0, ended.out
    assert ended.out.splitlines()[-1] == "Leases: 1 made, handed out 2 times, 1 queued."
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["make", "revoke-queued"]
    assert controller.answers("sys/leases/revoke")[0]["data"]["http_status_code"] == HTTPStatus.ACCEPTED
    assert [what.split()[0] for what in controller.left(within=3)] == ["token"]


def test_report_leaves_machine_readable_output_alone(controller: Controller) -> None:
    controller.write("callback_plugins/json.py", JSON_CALLBACK)
    controller.environ |= {"ANSIBLE_CALLBACKS_ENABLED": REPORT, "ANSIBLE_STDOUT_CALLBACK": "json"}
    ended = controller.playbook(play(SAY_KEY))
    assert json.loads(ended.out) == {"ok": {"h01": 1, "h02": 1}}
    assert "Leases: 1 made" in ended.err
    assert controller.left() == []


@pytest.mark.every_core
def test_vvv_says_where_a_value_came_from(controller: Controller) -> None:
    ended = controller.playbook(play(SAY_KEY, SAY_KEY), args=["-vvv"])
    assert ended.code == 0, ended.out
    notes = [line for line in ended.out.splitlines() if line.startswith("leasehold.vault: ")]
    assert len(notes) == 4
    assert sum(": new from Vault, " in note for note in notes) == 1
    assert sum(": from the lease that this run holds, " in note for note in notes) == 3
    assert controller.left() == []
