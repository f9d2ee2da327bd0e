# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of provisioning: names, policies, spellings, others who write meanwhile, and nodes that lag behind."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, Ended, Running, Task, await_truth
from ansible_collections.leasehold.vault.tests.system.runs import asked
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, passing

OURS = "leasehold.vault.vault_"
POLICY, ROLE = "sys/policies/acl/team", "auth/approle/role/team"
READ = 'path "aws/creds/deploy" { capabilities = ["read"] }'
NOTHING = answer(404, {"errors": []})
AT_THE_END = "/v1/auth/token/revoke-self"

Args = dict[str, t.Any]


@pytest.fixture
def provisioner(controller: Controller) -> t.Iterator[Controller]:
    """A controller whose runs may do everything, on one host."""
    scene = controller.scene
    controller.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"] = scene.approle("provisioner")
    controller.environ["ANSIBLE_HASHI_VAULT_SECRET_ID"] = scene.new_secret_id("provisioner")
    controller.hosts(1)
    yield controller
    for path in (POLICY, ROLE, "aws/roles/team", "sys/mounts/team"):
        scene.vault.api("DELETE", path)


@pytest.fixture
def faults(provisioner: Controller) -> t.Iterator[FaultServer]:
    with FaultServer(upstream=provisioner.scene.vault.address) as server:
        provisioner.environ["VAULT_ADDR"] = server.url
        yield server


def start(controller: Controller, *tasks: Task, name: str = "play.yml") -> Running:
    book = controller.write(name, [{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}])
    return controller.start("ansible-playbook", "-i", "hosts.ini", "-v", book)


def run(controller: Controller, *tasks: Task) -> Ended:
    ended = start(controller, *tasks).ended()
    assert ended.code == 0, ended.out + ended.err
    return ended


def each(module: str, *arguments: Args, **keywords: t.Any) -> Task:
    """One task that calls a module with one set of arguments after the other."""
    options = sorted({option for args in arguments for option in args})
    args = {option: f"{{{{ item.{option} | default(omit) }}}}" for option in options}
    return {OURS + module: args, "loop": list(arguments), "register": "done", **keywords}


def holds(*conditions: str) -> Task:
    return {"ansible.builtin.assert": {"that": list(conditions), "quiet": True}}


def changed(*flags: bool) -> Task:
    return holds(f"done.results | map(attribute='changed') == {json.dumps(flags)}")


def policy(controller: Controller) -> str:
    found = controller.scene.vault.api("GET", POLICY)
    assert found
    return str(found["data"]["policy"])


BAD = ("../sys/policy", "..%2f", "%2e%2e", ".", "a/b", "a?list=true", "a#b", "//", "a.", "a" * 2**16, "", " ")


def test_f91_f92_bad_names_are_not_asked_for(provisioner: Controller, faults: FaultServer) -> None:
    roles = ({"name": name, "credential_type": "iam_user", "user_path": "/x/"} for name in BAD)
    mounts = (
        {"path": path, "type": "kv"} for path in ("../sys", "a/../b", ".", "a//b", "a?b", "a#b", "a%2fb", "", " ")
    )
    both = [each("aws_role", *roles, ignore_errors=True), each("secrets_engine", *mounts, ignore_errors=True)]
    refused = holds("done.results | rejectattr('msg', 'search', 'class=path') == []", "done is failed")
    run(provisioner, *(task for called in both for task in (called, refused)))
    assert [seen for seen in asked(faults) if "/login" not in seen and AT_THE_END not in seen] == []


def test_f93_a_description_in_any_script(provisioner: Controller) -> None:
    texts = [
        "Gr\u00f6\u00dfe \u540d\u524d \U0001f511",
        "\u202eright to left",
        "two\nlines\tand \x1b[31mred",
        'quo"te\\d',
    ]
    wanted = ({"path": "team", "type": "kv", "description": text} for text in texts for _twice in range(2))
    ended = run(provisioner, each("secrets_engine", *wanted), changed(*[True, False] * len(texts)))
    found = provisioner.scene.vault.api("GET", "sys/mounts/team")
    assert found and found["data"]["description"] == texts[-1]
    assert "\x1b[31m" not in ended.out


def test_f94_a_policy_name_in_any_case(provisioner: Controller) -> None:
    names = [{"name": name, "policy": READ} for name in ("Team", "team", "TEAM")]
    run(provisioner, each("policy", *names), changed(True, False, False))
    assert "team" in provisioner.scene.vault.names("sys/policies/acl")
    others = [{"name": name, "policy": READ} for name in ("Root", "root", "Root ", " team")]
    run(provisioner, each("policy", *others, ignore_errors=True), changed(*[False] * 4), holds("done is failed"))
    assert provisioner.ledger.count("write") == 1


def test_f95_a_policy_that_vault_rejects(provisioner: Controller) -> None:
    wrong = {"name": "team", "policy": 'path "a" { capabilities = ["reed"] }'}
    tried = each("policy", {"name": "team", "policy": READ}, wrong, ignore_errors=True)
    said = holds("'invalid capability' in done.results[1].msg", "'class=response' in done.results[1].msg")
    run(provisioner, tried, changed(True, False), said)
    assert policy(provisioner) == READ


def test_f96_one_policy_in_many_spellings(provisioner: Controller) -> None:
    same = [
        READ,
        READ + "\n",
        f"# who may deploy\r\n{READ}\r\n",
        'path "aws/creds/deploy" {\n\tcapabilities = [\n\t\t"read", // only\n\t]\n}\n',
    ]
    as_json = {"path": {"aws/creds/deploy": {"capabilities": ["read"]}}}
    calls: list[Args] = [{"name": "team", "policy": text} for text in same]
    run(provisioner, each("policy", *calls), changed(True, False, False, False))
    calls = [{"name": "team", "policy": json.dumps(as_json, indent=indent)} for indent in (None, 2)]
    calls.append({"name": "team", "paths": {"aws/creds/deploy": ["read"]}})
    run(provisioner, each("policy", *calls), changed(True, False, False))


def test_f97_one_value_in_many_spellings(provisioner: Controller) -> None:
    ttls: list[Args] = [{"token_ttl": ttl} for ttl in ("10m", 600, "600s", "600", "0h10m0s")]
    lists: list[Args] = [{"token_policies": names} for names in (["a", "b"], ["b", "a"], ["b", "a", "b"])]
    calls = [{"name": "team", **args} for args in (*ttls, *lists)]
    run(provisioner, each("approle_role", *calls), changed(True, *[False] * 4, True, False, False))
    assert provisioner.ledger.count("write") == 2


def test_f99_two_at_once_that_want_the_same_role(provisioner: Controller, faults: FaultServer) -> None:
    """Both have seen that there is none before the first of them writes: the last one wins, and both say changed."""
    faults.on("GET", f"/v1/{ROLE}", passing(delay=3))
    called = [each("approle_role", {"name": "team", "token_ttl": ttl}) for ttl in ("1h", "2h")]
    both = [start(provisioner, task, changed(True), name=f"{n}.yml") for n, task in enumerate(called)]
    for running in both:
        ended = running.ended()
        assert ended.code == 0, ended.out
    writes = [seen for seen in faults.requests if seen.method == "POST" and seen.target == f"/v1/{ROLE}"]
    found = provisioner.scene.vault.api("GET", ROLE)
    assert found and f'"{found["data"]["token_ttl"] // 3600}h"' in writes[-1].body.decode()
    assert len(writes) == 2


def test_f99_removed_by_somebody_else_meanwhile(provisioner: Controller, faults: FaultServer) -> None:
    provisioner.scene.vault.api("POST", "aws/roles/team", {"credential_type": "iam_user", "user_path": "/a/"})
    faults.on("GET", "/v1/aws/roles/team", passing(delay=3), nth=[1])
    gone = each("aws_role", *[{"name": "team", "state": "absent"}] * 2)
    running = start(provisioner, gone, changed(True, False))
    await_truth(lambda: provisioner.ledger.requests("aws/roles/team"))
    provisioner.scene.vault.api("DELETE", "aws/roles/team")
    ended = running.ended()
    assert ended.code == 0, ended.out
    assert "DELETE /v1/aws/roles/team" in asked(faults)


LEGACY = r"/v1/sys/(renew|revoke|revoke-prefix|revoke-force|policy)(/.*)?"


def test_f102_nothing_old_is_asked_for(provisioner: Controller, faults: FaultServer) -> None:
    faults.on("*", LEGACY, answer(404, {"errors": ["unsupported path"]}))
    lease = "{{ lookup('leasehold.vault.vault_aws_creds', 'uploader', wait=false).lease_id }}"
    forced = {"state": "absent", "prefix": "aws/creds/uploader", "force": True, "accept_leftovers": True}
    leases = ({"lease_id": lease, "state": "renewed"}, {"lease_id": lease, "state": "absent"})
    prefixes = ({"state": "absent", "prefix": "aws/creds/deploy"}, forced)
    run(
        provisioner,
        each("policy", {"name": "team", "policy": READ}, {"name": "team", "state": "absent"}),
        each("policy_info", {"name": "team"}, {}),
        each("lease", *leases),
        {"ansible.builtin.debug": {"msg": "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy').access_key }}"}},
        each("lease", prefixes[0]),
        {OURS + "finish": {}},
    )
    run(provisioner, {"ansible.builtin.debug": {"msg": lease}}, each("lease", prefixes[1]), changed(True))
    done = asked(faults)
    assert [seen for seen in done if re.fullmatch(r"\w+ " + LEGACY, seen)] == []
    for path in ("renew", "revoke", "revoke-prefix/aws/creds/deploy", "revoke-force/aws/creds/uploader"):
        assert f"POST /v1/sys/leases/{path}" in done


@pytest.mark.parametrize("lags", [2, 99])
def test_f111_a_node_that_lags_behind(provisioner: Controller, faults: FaultServer, lags: int) -> None:
    """Vault makes up a role_id, which the module reads from a node that has heard nothing of the role yet."""
    faults.on("GET", f"/v1/{ROLE}/role-id", NOTHING, nth=range(1, lags + 1))
    made = {OURS + "approle_role": {"name": "team"}, "register": "made", "ignore_errors": True}
    told = ["made is changed", "made.role_id | length == 36"]
    missing = ["made is failed", "'tells nothing when it is read' in made.msg", "'class=consistency' in made.msg"]
    run(provisioner, made, holds(*(told if lags == 2 else missing)))
    assert asked(faults).count(f"GET /v1/{ROLE}/role-id") == (3 if lags == 2 else 4)


def test_f111_a_field_that_is_looked_for_after_the_write(provisioner: Controller, faults: FaultServer) -> None:
    """A field that older servers ignore: the first look finds no role to write, the next ones should."""
    faults.on("GET", "/v1/aws/roles/team", NOTHING, nth=[1, 2, 3])
    arn = "arn:aws:iam::123456789012:role/deploy"
    tagged = {"name": "team", "credential_type": "assumed_role", "role_arns": [arn], "session_tags": {"team": "a"}}
    run(provisioner, each("aws_role", tagged), changed(True))
    assert asked(faults).count("GET /v1/aws/roles/team") == 4


def test_a_server_that_loses_a_field(provisioner: Controller, faults: FaultServer) -> None:
    """Which is what one that is too old for it does: it takes the write and says nothing."""
    kept: Args = {"credential_type": "assumed_role", "role_arns": ["arn:aws:iam::123456789012:role/deploy"]}
    faults.on("GET", "/v1/aws/roles/team", answer(200, {"data": kept}), nth=[2])
    tagged = {"name": "team", **kept, "session_tags": {"team": "a"}}
    tried = each("aws_role", tagged, ignore_errors=True)
    run(
        provisioner, tried, holds("'did not keep session_tags' in done.results[0].msg", "'1.17' in done.results[0].msg")
    )
