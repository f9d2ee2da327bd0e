# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bench itself: what the other tests stand on."""

from __future__ import annotations

import datetime
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import typing as t
import urllib.parse
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.testbed.aws import Moto
from ansible_collections.leasehold.vault.tests.testbed.build import built
from ansible_collections.leasehold.vault.tests.testbed.child import BenchError
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, prepare
from ansible_collections.leasehold.vault.tests.testbed.vault import Answer, Refused, Vault
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

TESTBED = Path(__file__).parents[1] / "testbed"
TYPES = {"deploy": "assumed_role", "uploader": "iam_user", "federated": "federation_token", "session": "session_token"}


def answer(vault: Vault, method: str, path: str, data: Answer | None = None, token: str | None = None) -> Answer:
    found = vault.api(method, path, data, token)
    assert found, f"{method} {path} has no answer"
    return found


def eventually(check: t.Callable[[], bool], within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def processes() -> dict[int, int]:
    """Process -> its parent, for all that live."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(root: int) -> set[int]:
    parents = processes()
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


def listens(address: str) -> bool:
    place = urllib.parse.urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((place.hostname or "", place.port or 0)) == 0


def test_vault_is_open_and_on_loopback_only(vault: Vault) -> None:
    health = answer(vault, "GET", "sys/health")
    assert (health["initialized"], health["sealed"]) == (True, False)
    assert urllib.parse.urlsplit(vault.address).hostname == "127.0.0.1"


@pytest.mark.parametrize("role", TYPES)
def test_credentials_of_every_type(scene: Scene, role: str) -> None:
    kind = answer(scene.vault, "GET", f"aws/roles/{role}")["data"]["credential_type"]
    assert kind == TYPES[role]
    token = scene.login()
    made = answer(scene.vault, "GET", f"aws/creds/{role}", token=token)
    assert made["lease_id"].startswith(f"aws/creds/{role}/")
    assert made["renewable"] == (kind == "iam_user")
    assert bool(made["data"]["session_token"]) == (kind != "iam_user")
    if kind == "iam_user":
        assert scene.aws.who_is(made["data"]["access_key"]).partition(":user/")[2] in scene.aws.iam_users()
    if kind == "assumed_role":
        assert ":assumed-role/deploy/" in scene.aws.who_is(made["data"]["access_key"])
    assert [left.split()[0] for left in scene.leftovers()][:2] == ["lease", "token"]
    scene.vault.api("POST", "auth/token/revoke-self", token=token)
    assert scene.leftovers(within=5) == []


def test_static_credentials_are_the_key_that_aws_has(scene: Scene) -> None:
    token = scene.login()
    found = answer(scene.vault, "GET", "aws/static-creds/legacy", token=token)
    assert found["lease_id"] == ""
    assert found["data"]["access_key"] in scene.aws.access_keys("legacy")
    scene.vault.api("POST", "auth/token/revoke-self", token=token)


def test_short_leases_can_be_stretched_to_forty_seconds(scene: Scene) -> None:
    token = scene.login()
    made = answer(scene.vault, "GET", "aws-short/creds/short", token=token)
    assert (made["lease_duration"], made["renewable"]) == (20, True)
    longer = {"lease_id": made["lease_id"], "increment": 3600}
    renewed = answer(scene.vault, "POST", "sys/leases/renew", longer, token)
    assert 38 <= renewed["lease_duration"] <= 40
    scene.vault.api("POST", "auth/token/revoke-self", token=token)
    assert scene.leftovers(within=5) == []


def test_every_login_opens_the_samples(scene: Scene) -> None:
    vault = scene.vault
    user = {"password": scene.password}
    tokens = [scene.login(name) for name in ("ansible", "short-token", "batch")]
    tokens.append(answer(vault, "POST", f"auth/userpass/login/{scene.username}", user, "")["auth"]["client_token"])
    for token in tokens:
        assert answer(vault, "GET", "secret/data/app/config", token=token)["data"]["data"]["password"] == scene.sample
        assert answer(vault, "GET", "kv/app/config", token=token)["data"]["password"] == scene.sample
    found = [answer(vault, "GET", "auth/token/lookup-self", token=token)["data"] for token in tokens]
    assert [token["type"] for token in found] == ["service", "service", "batch", "service"]
    assert found[1]["ttl"] <= 20 < found[0]["ttl"]
    for token in (tokens[0], tokens[1], tokens[3]):
        vault.api("POST", "auth/token/revoke-self", token=token)
    assert scene.leftovers(within=5) == []


def test_secret_ids_for_one_use_and_wrapped(scene: Scene) -> None:
    vault = scene.vault
    wrapped = scene.wrapped_secret_id()
    once = scene.new_secret_id(num_uses=1)
    unwrapped = answer(vault, "POST", "sys/wrapping/unwrap", token=wrapped)["data"]["secret_id"]
    for secret_id in (once, unwrapped):
        who = {"role_id": scene.role_id, "secret_id": secret_id}
        token = answer(vault, "POST", "auth/approle/login", who, "")["auth"]["client_token"]
        vault.api("POST", "auth/token/revoke-self", token=token)
    with pytest.raises(Refused, match="invalid role or secret ID") as refused:
        vault.api("POST", "auth/approle/login", {"role_id": scene.role_id, "secret_id": once}, token="")
    assert refused.value.status == 400


def test_the_ledger_tells_each_kind_of_request_apart(scene: Scene) -> None:
    vault = scene.vault
    begun = vault.ledger.mark()
    token = scene.login()
    first, second = (
        answer(vault, "GET", f"aws/creds/{role}", token=token)["lease_id"] for role in ("uploader", "deploy")
    )
    answer(vault, "POST", "sys/leases/renew", {"lease_id": first}, token)
    answer(vault, "POST", "auth/token/renew-self", {}, token)
    with pytest.raises(Refused):
        vault.api("POST", "sys/leases/renew", {"lease_id": second}, token)  # STS leases do not renew
    with pytest.raises(Refused):
        vault.api("PUT", "kv/app/config", {"password": "x"}, token)
    vault.api("PUT", "kv/app/other", {"password": "x"}, vault.token)
    vault.api("GET", "kv/app/config", token=token)
    vault.api("POST", "sys/leases/revoke", {"lease_id": first, "sync": True}, token)
    vault.api("POST", "auth/token/revoke-self", token=token)
    assert scene.leftovers(within=5) == []

    ledger = vault.ledger.since(begun)
    kinds = ["login", "mint", "mint", "renewal", "renewal", "refusal", "refusal", "write", "read", *["revocation"] * 2]
    assert [entry.kind for entry in ledger.requests()] == kinds
    assert [entry.lease_id for entry in ledger.mints()] == [first, second]
    assert [entry.path for entry in ledger.mints("deploy")] == ["aws/creds/deploy"]
    assert [entry.path for entry in ledger.writes()] == ["kv/app/other"]
    assert [entry.operation for entry in ledger.requests("kv/app/config")] == ["update", "read"]
    assert (ledger.count("login"), len(ledger.revocations())) == (1, 2)
    times = [entry.time for entry in ledger.requests()]
    assert times == sorted(times)
    assert abs(times[-1] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert ledger.since(vault.ledger.mark()).requests() == []


def test_sealed_vault_refuses_until_it_is_unsealed() -> None:
    with Moto() as aws, Vault() as vault:
        token = prepare(vault, aws).login()
        vault.seal()
        with pytest.raises(Refused) as refused:
            vault.api("GET", "aws/creds/uploader", token=token)
        assert refused.value.status == 503
        vault.unseal()
        assert answer(vault, "GET", "aws/creds/uploader", token=token)["data"]["access_key"]


def test_tls_listener(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = map(Path, authority.issue())
    certificate.write_text(certificate.read_text() + Path(authority.ca_cert).read_text())
    with Vault(certificate=certificate, key=key) as vault:
        assert vault.address.startswith("https://127.0.0.1:")
        assert answer(vault, "GET", "sys/seal-status")["sealed"] is False
        port = int(vault.address.rpartition(":")[2])
        with (
            pytest.raises(ssl.SSLCertVerificationError),
            socket.create_connection(("127.0.0.1", port)) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            pass


def test_a_normal_end_leaves_nothing_behind() -> None:
    with Moto() as aws, Vault() as vault:
        prepare(vault, aws)
        running = {aws.pid, vault.pid} | descendants(vault.pid)
        assert len(running) >= 2 and running <= processes().keys()
    assert eventually(lambda: not running & processes().keys())
    assert not aws.folder.exists() and not vault.folder.exists()


def test_a_killed_vault_leaves_nothing_behind() -> None:
    with Moto() as aws, Vault() as vault:
        prepare(vault, aws)
        plugins = descendants(vault.pid)
        assert plugins
        vault.kill()
        assert eventually(lambda: not plugins & processes().keys())
    assert not vault.folder.exists()


def test_a_killed_starter_takes_everything_along() -> None:
    starter = subprocess.Popen([sys.executable, TESTBED, "up"], stderr=subprocess.PIPE, text=True)
    assert starter.stderr
    said = next(line for line in starter.stderr if "the facts are in" in line)
    facts_file = Path(said.rpartition(" ")[2].strip())
    facts = json.loads(facts_file.read_text())["testbed"]
    running = descendants(starter.pid)
    assert len(running) >= 2
    assert listens(facts["vault"]["address"]) and listens(facts["aws"]["endpoint"])
    starter.kill()
    starter.wait()
    starter.stderr.close()
    # Their ports are free then, which can't be asked for: a bench of another test may have taken one meanwhile.
    assert eventually(lambda: not running & processes().keys())
    assert not facts_file.parent.exists()


def test_a_command_on_the_bench_sees_only_the_bench(tmp_path: Path) -> None:
    seen = tmp_path / "seen.json"
    script = f"""
import json, os, pathlib, stat, sys
facts = pathlib.Path(os.environ["LEASEHOLD_TESTBED"])
mode = stat.S_IMODE(facts.stat().st_mode)
pathlib.Path({str(seen)!r}).write_text(json.dumps([dict(os.environ), json.loads(facts.read_text()), mode]))
sys.exit(7)
"""
    foreign = {"VAULT_ADDR": "https://theirs", "VAULT_TOKEN": "theirs", "AWS_PROFILE": "theirs"}
    command = [sys.executable, str(TESTBED), "run", "--", sys.executable, "-c", script]
    assert subprocess.run(command, env=os.environ | foreign, check=False).returncode == 7
    environ, facts, mode = json.loads(seen.read_text())
    assert "theirs" not in "".join(environ[name] for name in environ if name.startswith(("VAULT", "AWS", "ANSIBLE_H")))
    assert environ["VAULT_ADDR"] == facts["testbed"]["vault"]["address"]
    assert environ["AWS_ENDPOINT_URL"] == facts["testbed"]["aws"]["endpoint"]
    assert mode == 0o600
    assert not Path(environ["LEASEHOLD_TESTBED"]).exists()


def test_terminating_the_runner_terminates_its_command(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = [sys.executable, str(TESTBED), "run", "--", "sh", "-c", f"touch {started}; exec sleep 60"]
    with subprocess.Popen(command) as runner:
        assert eventually(started.exists, within=30)
        running = descendants(runner.pid)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(10) == 128 + signal.SIGTERM
    assert eventually(lambda: not running & processes().keys())


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two programs that are as quick to build as programs can be."""
    for name in ("server", "plugin"):
        folder = tmp_path / "sources" / name
        folder.mkdir(parents=True)
        (folder / "go.mod").write_text(f"module example.test/{name}\n\ngo 1.25\n")
        (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    return tmp_path / "sources"


def test_two_builders_at_once_build_once(sources: Path, tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from ansible_collections.leasehold.vault.tests.testbed.build import built
print(built(sources=Path({str(sources)!r})))
"""
    environ = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    builders = [
        subprocess.Popen([sys.executable, "-c", script], env=environ, stdout=-1, stderr=-1, text=True) for _name in "ab"
    ]
    said = [builder.communicate(timeout=300) for builder in builders]
    (folder,) = {out.strip() for out, _err in said}
    assert "".join(err for _out, err in said).count("building a Vault server") == 1
    for program in ("server", "plugin"):
        subprocess.run([Path(folder, program)], check=True)
    assert {path.name for path in (tmp_path / "cache" / "leasehold.vault").glob("build-*")} == set()


def test_a_failed_build_says_why_and_is_tried_again(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    program = sources / "server" / "main.go"
    good = program.read_text()
    program.write_text("package main\n\nfunc main() { nonsense }\n")
    with pytest.raises(BenchError, match="undefined: nonsense"):
        built(sources=sources)
    program.write_text(good)
    assert (built(sources=sources) / "plugin").exists()
