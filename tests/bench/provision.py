# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases i to k: what it costs to make Vault what a playbook says, and to find that it is that already."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.leasehold.vault.tests.bench.place import Place, Run, say
from ansible_collections.leasehold.vault.tests.bench.result import Outcome, Row
from ansible_collections.leasehold.vault.tests.bench.sides import OURS, THEIRS
from ansible_collections.leasehold.vault.tests.system.controller import Ended
from ansible_collections.leasehold.vault.tests.testbed.scene import Bare, bare

# Not a collection: a package that puts its modules among Ansible's own.
HASHIVAULT = "ansible-modules-hashivault"
ITEM_MS, FASTER = 15.0, 15.0
REQUESTS = {"created": 2.0, "unchanged": 1.0, "unchanged, --check": 1.0}
NAME, RULE = "bench-{{ item }}", 'path "aws/creds/{{ item }}" { capabilities = ["read"] }'
POLICY: dict[str, dict[str, t.Any]] = {
    OURS: {"leasehold.vault.vault_policy": {"name": NAME, "policy": RULE}},
    THEIRS: {"community.hashi_vault.vault_write": {"path": f"sys/policies/acl/{NAME}", "data": {"policy": RULE}}},
    HASHIVAULT: {"hashivault_policy": {"name": NAME, "rules": RULE}},
}
ROLE = {"leasehold.vault.vault_aws_role": {"name": NAME, "credential_type": "session_token", "default_sts_ttl": "15m"}}
LINEAR, MORE_MEMORY_MB = 1.3, 20

GONE_WITHIN = 10.0
ACCESS = {"--check of nothing": ["--check"], "first": [], "again": [], "--check of all": ["--check"]}

Numbers = dict[str, dict[str, float]]


def policies(place: Place) -> Outcome:
    """i: a loop over 100 policies."""
    items = 12 if place.quick else 100
    spent: Numbers = {side: {} for side in POLICY}
    asked: Numbers = {side: {} for side in POLICY}
    for side, task in POLICY.items():
        with provisioner(place):
            for phase in REQUESTS:
                spent[side][phase], asked[side][phase] = an_item(place, task, phase, items)
                say(f"i: {side}, {phase}: {spent[side][phase]:.1f} ms and {asked[side][phase]:.1f} requests an item")
    return Outcome([*times(spent), *requests(asked)], {"milliseconds an item": spent, "requests an item": asked})


def aws_access(place: Place) -> Outcome:
    """j: the role aws_access, from an empty Vault on."""
    runs: dict[str, tuple[Run, list[str]]] = {}
    with bare() as scene, Place(scene, place.python, quick=place.quick) as empty:
        for phase, args in ACCESS.items():
            run = empty.timed(access(scene), *args, within=GONE_WITHIN)
            runs[phase] = run, Ended(0, run.out, "", run.seconds).changed()
            say(f"j: {phase}: {run.seconds:.2f} s, {len(runs[phase][1])} changes, {run.asked['write']} writes")
    (foretold, expected), (first, done), (second, again), (checked, nothing) = (runs[phase] for phase in ACCESS)
    writes = [run.asked["write"] for run in (foretold, second, checked)]
    predicted = f"{len(expected)} and {len(nothing)} of {len(done)} and {len(again)}"
    is_predicted = bool(done) and (expected, nothing) == (done, again)
    return Outcome(
        [
            Row("aws_access on an empty Vault", f"{first.seconds:.2f} s", "-", "under 10 s", first.seconds < 10),
            Row("... again", f"{second.seconds:.2f} s", "-", "under 5 s", second.seconds < 5),
            Row("changes again", str(len(again)), "-", "0", not again, counts=True),
            Row("writes by --check, again, --check", str(writes), "-", "none", not any(writes), counts=True),
            Row("changes foretold by --check, both times", predicted, "-", "each", is_predicted, counts=True),
        ],
        {phase: [run.sample() | {"changed": changed}] for phase, (run, changed) in runs.items()},
    )


def access(scene: Bare) -> dict[str, t.Any]:
    """All that there is to set up, without the wait for AWS."""
    endpoints = {"iam_endpoint": scene.aws.endpoint, "sts_endpoint": scene.aws.endpoint}
    names = [f"team-{number}" for number in range(5)]
    variables = {
        "aws_engine_root": {**scene.key._asdict(), **endpoints, "region": "us-east-1"},
        "aws_engine_lease": {"lease": "1h", "lease_max": "4h"},
        "aws_engine_rotate": "first",
        "aws_engine_roles": [{"name": name, "credential_type": "session_token"} for name in names],
        "policies_list": [{"name": name, "paths": {f"aws/creds/{name}": ["read"]}} for name in names],
        "approle_roles": [{"name": name, "token_policies": [name], "secret_id_ttl": "30d"} for name in names],
        "aws_access_check": "never",
    }
    role = {"ansible.builtin.import_role": {"name": "leasehold.vault.aws_access"}, "vars": variables}
    return {"hosts": "localhost", "gather_facts": False, "tasks": [role]}


def thousand_roles(place: Place) -> Outcome:
    """k: a loop over 1,000 roles."""
    counts = (10, 100) if place.quick else (100, 1000)
    memory, spent = {}, {}
    with provisioner(place):
        for count in counts:
            first, _megabytes = measured(place, looped(ROLE, 0, 1))
            rest, memory[count] = measured(place, looped(ROLE, 1, count))
            spent[count] = (rest.seconds - first.seconds) / (count - 2) * 1e3
            say(f"k: {count} roles: {spent[count]:.1f} ms an item, {memory[count]:.0f} MB")
    few, many = counts
    times = f"{spent[few]:.1f} ms, {spent[many]:.1f} ms"
    sizes = f"{memory[few]:.0f} MB, {memory[many]:.0f} MB"
    linear, flat = spent[many] <= spent[few] * LINEAR, memory[many] <= memory[few] + MORE_MEMORY_MB
    return Outcome(
        [
            Row(f"an item of {few} roles and of {many}", times, target="linear", reached=linear),
            Row("the largest process of these runs", sizes, target="flat", reached=flat),
        ],
        {"milliseconds an item": spent, "megabytes": memory},
    )


def an_item(place: Place, task: dict[str, t.Any], phase: str, items: int) -> tuple[float, float]:
    """Milliseconds and requests of one item: what all others add to a run with only the first."""
    args = ["--check"] if phase.endswith("--check") else []
    first, _megabytes = measured(place, looped(task, 0, 1), *args)
    rest, _megabytes = measured(place, looped(task, 1, items), *args)
    each, answered = items - 2, rest.asked - first.asked
    return (rest.seconds - first.seconds) / each * 1e3, answered.total() / each


def measured(place: Place, play: dict[str, t.Any], *args: str) -> tuple[Run, float]:
    """A run with a token that may do everything, which every side understands; the bench revokes it afterwards."""
    place.environ["VAULT_TOKEN"] = place.scene.login("provisioner")
    return place.measured(play, *args)


def looped(task: dict[str, t.Any], start: int, end: int) -> dict[str, t.Any]:
    loop = f"{{{{ range({start}, {end}) | list }}}}"
    return {"hosts": "localhost", "gather_facts": False, "tasks": [{**task, "loop": loop}]}


@contextlib.contextmanager
def provisioner(place: Place) -> t.Iterator[None]:
    """Runs have no login of their own, and what they make is removed in the end."""
    kept = dict(place.environ)
    for name in [name for name in place.environ if name.startswith("ANSIBLE_HASHI_VAULT_")]:
        del place.environ[name]
    try:
        yield
    finally:
        place.environ.clear()
        place.environ.update(kept)
        forget(place, "sys/policies/acl")
        forget(place, "aws/roles")


def forget(place: Place, path: str) -> None:
    listed = place.scene.vault.api("LIST", path)
    assert listed
    for name in listed["data"]["keys"]:
        if name.startswith("bench-"):
            place.scene.vault.api("DELETE", f"{path}/{name}")


def times(spent: Numbers) -> t.Iterator[Row]:
    for phase in REQUESTS:
        ours, slowest = spent[OURS][phase], {side: spent[side][phase] for side in (THEIRS, HASHIVAULT)}
        said = f"{slowest[THEIRS]:.1f} ms, {HASHIVAULT}: {slowest[HASHIVAULT]:.1f} ms"
        reached = ours <= ITEM_MS and ours * FASTER <= min(slowest.values())
        target = f"at most {ITEM_MS:.0f} ms, {FASTER:.0f}x faster"
        yield Row(f"a policy of 100, {phase}", f"{ours:.1f} ms", said, target, reached)


def requests(asked: Numbers) -> t.Iterator[Row]:
    for phase, most in REQUESTS.items():
        ours, theirs, others = (f"{asked[side][phase]:.1f}" for side in (OURS, THEIRS, HASHIVAULT))
        reached = asked[OURS][phase] <= most
        said = f"{theirs}, {HASHIVAULT}: {others}"
        yield Row(f"requests for a policy, {phase}", ours, said, f"at most {most:.0f}", reached, counts=True)
