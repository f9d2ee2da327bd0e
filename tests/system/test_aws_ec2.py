# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins as an EC2 instance, on a real Vault: the first one, all later ones, and what a lost nonce costs."""

from __future__ import annotations

import base64
import dataclasses
import json
import stat
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, Controller, Task, await_truth, play
from ansible_collections.leasehold.vault.tests.system.runs import Run
from ansible_collections.leasehold.vault.tests.system.test_examples import examples_of
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import AwsAuth, arn, aws_auth, instance
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, black_hole
from ansible_collections.leasehold.vault.tests.testbed.metadata import IMAGE, Instance, Metadata, Signer

METHOD = "ANSIBLE_HASHI_VAULT_AUTH_METHOD"
EARLIER, LATER = "2026-11-19T10:00:00Z", "2026-11-21T10:00:00Z"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@dataclasses.dataclass
class Machine:
    """A controller on an EC2 instance that may log in as ``web``."""

    controller: Controller
    auth: AwsAuth
    metadata: Metadata

    @property
    def instance_id(self) -> str:
        return self.metadata.instance.instance_id

    @property
    def nonce_file(self) -> Path:
        return self.controller.folder / "home/.local/state/leasehold-vault/ec2-nonce"

    def restarted(self, pending: str) -> None:
        """The instance was stopped and started."""
        self.metadata.instance = self.metadata.instance._replace(pending=pending)

    def log_in(self, **environ: str) -> t.Any:
        """The reply of one run, which is over when this returns."""
        with Run(self.controller, **environ) as run:
            run.begin(run.message("vault_ec2_auth", ""))
            (reply,) = run.replies()
        assert self.controller.left() == []
        return reply

    def works(self, **environ: str) -> dict[str, t.Any]:
        reply = self.log_in(**environ)
        assert "ok" in reply, reply
        return reply["ok"]["results"][0]

    def refused(self, **environ: str) -> str:
        reply = self.log_in(**environ)
        assert "error" in reply, reply
        return reply["error"]

    def forget(self) -> None:
        """What an operator does."""
        self.auth.vault.api("DELETE", f"auth/{self.auth.mount}/identity-accesslist/{self.instance_id}")

    def known(self) -> dict[str, t.Any]:
        """What Vault remembers of the instance."""
        return self.auth.read(f"identity-accesslist/{self.instance_id}")

    def tries(self) -> int:
        return len(self.controller.ledger.requests("auth/aws-*/login"))


@pytest.fixture
def machine(controller: Controller, signer: Signer) -> t.Iterator[Machine]:
    keys = controller.scene.aws.assume_role(arn("role", "deploy"))
    with instance(controller.scene, keys=keys, signer=signer) as (auth, metadata):
        controller.environ |= {
            METHOD: "aws_ec2",
            "LEASEHOLD_VAULT_MOUNT_POINT": auth.mount,
            "LEASEHOLD_VAULT_ROLE": "web",
            "LEASEHOLD_VAULT_METADATA_URL": metadata.url,
            "AWS_EC2_METADATA_DISABLED": "false",
        }
        yield Machine(controller, auth, metadata)


# -- that it works


@pytest.mark.parametrize("proof", ["pkcs7", "signature"])
def test_first_and_later_logins(machine: Machine, proof: str) -> None:
    found = machine.works(LEASEHOLD_VAULT_EC2_PROOF=proof)
    assert found["policies"] == ["default", "deployer"] and found["ttl"] > 3000
    assert "nonce" not in found["metadata"] and found["metadata"]["auth_type"] == "ec2"
    record = json.loads(machine.nonce_file.read_text())
    assert machine.known()["client_nonce"] == record["nonce"]
    assert record["instance_id"] == machine.instance_id
    assert record["vault"] == machine.auth.vault.address and record["mount"] == f"auth/{machine.auth.mount}"
    assert stat.S_IMODE(machine.nonce_file.stat().st_mode) == 0o600
    before = machine.nonce_file.stat()
    for _number in range(2):
        machine.works()
    after = machine.nonce_file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert {asked.method for asked in machine.metadata.requests} == {"PUT", "GET"}
    assert machine.controller.asked() == {"login": 3, "revocation": 3}


def test_every_lookup_and_module_with_one_login(machine: Machine) -> None:
    machine.auth.role("web", token_policies=["deployer", "provisioner"], auth_type="ec2")
    creds = "{{ lookup('leasehold.vault.vault_aws_creds', 'deploy').access_key is match('ASIA') }}"
    read = "{{ lookup('leasehold.vault.vault_read', 'kv/app/config') | length }}"
    policy = {"name": "made-by-ec2", "policy": 'path "a" { capabilities = ["read"] }'}
    tasks = [{"ansible.builtin.debug": {"msg": text}} for text in (creds, read)]
    machine.controller.hosts(5)
    ended = machine.controller.playbook(play(*tasks, {"leasehold.vault.vault_policy": policy}))
    assert ended.code == 0, ended.out
    assert machine.auth.vault.api("DELETE", "sys/policies/acl/made-by-ec2") is None
    assert machine.controller.left() == []
    assert len(machine.controller.ledger.logins()) == 1


def test_e_two_hundred_first_logins_at_once_are_one(machine: Machine) -> None:
    with Run(machine.controller) as run:
        run.begin(*[run.message("vault_ec2_auth", "")] * 200)
        replies = run.replies()
    assert all("ok" in reply for reply in replies), replies
    assert machine.controller.left() == []
    assert machine.controller.asked() == {"login": 1, "revocation": 1}


def test_e_first_logins_of_many_programs_agree_on_one_nonce(machine: Machine) -> None:
    """Without a keeper each logs in by itself, all of them for the first time."""
    with Run(machine.controller, LEASEHOLD_VAULT_KEEPER="false") as run:
        run.begin(*[run.message("vault_ec2_auth", "", revoke=False)] * 20)
        replies = run.replies()
    assert all("ok" in reply for reply in replies), replies
    assert machine.controller.asked() == {"login": 20}
    assert machine.known()["client_nonce"] == json.loads(machine.nonce_file.read_text())["nonce"]
    assert len(list(machine.nonce_file.parent.iterdir())) == 1


def test_the_role_is_the_image_unless_told_otherwise(machine: Machine) -> None:
    machine.auth.role(IMAGE, auth_type="ec2", bound_ami_id=[IMAGE])
    del machine.controller.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"]
    assert machine.works(LEASEHOLD_VAULT_ROLE="")["metadata"]["role"] == IMAGE


@pytest.mark.parametrize("proof", ["pkcs7", "identity"])
def test_documents_given_as_options(machine: Machine, proof: str) -> None:
    document, signer = machine.metadata.instance.document(), machine.metadata.signer
    given = {"LEASEHOLD_VAULT_PKCS7": signer.pkcs7(document)}
    if proof == "identity":
        given = {"LEASEHOLD_VAULT_IDENTITY": base64.b64encode(document).decode()}
        given["LEASEHOLD_VAULT_SIGNATURE"] = signer.signature(document)
    machine.works(**given, LEASEHOLD_VAULT_NONCE="a-nonce-that-the-user-keeps")
    assert machine.known()["client_nonce"] == "a-nonce-that-the-user-keeps"
    assert machine.metadata.requests == [] and not machine.nonce_file.exists()


@pytest.mark.parametrize("where", ["home/.vault-token-meta-nonce", "elsewhere/nonce"])
def test_the_file_of_another_tool_is_kept_in_use(machine: Machine, where: str) -> None:
    """Such a tool has logged in without a nonce, and has written down the one that Vault made."""
    vault, document = machine.auth.vault, machine.metadata.instance.document()
    body = {"role": "web", "pkcs7": machine.metadata.signer.pkcs7(document).replace("\n", "")}
    made = vault.api("POST", f"auth/{machine.auth.mount}/login", body, token="")
    assert made
    vault.api("POST", "auth/token/revoke", {"token": made["auth"]["client_token"]})
    nonce = made["auth"]["metadata"]["nonce"]
    path = machine.controller.write(where, nonce)
    environ = {} if where.startswith("home/") else {"WP_VAULT_TOKEN_NONCE_PATH": str(path)}
    path.chmod(0o644)
    assert "may be read by others" in machine.refused(**environ)
    path.chmod(0o600)
    for _number in range(2):
        machine.works(**environ)
    assert path.read_text() == nonce and not machine.nonce_file.exists()


def test_credentials_of_the_instance_role_for_an_iam_login(machine: Machine) -> None:
    """By the same metadata service, in version 2."""
    machine.auth.role("ci", bound_iam_principal_arn=[arn("role", "deploy")])
    environ = {METHOD: "aws_iam", "LEASEHOLD_VAULT_ROLE": "ci", "VAULT_HEADER_VALUE": "vault.example.com"}
    environ |= {
        "LEASEHOLD_VAULT_LOG_PATH": str(machine.controller.folder / "log"),
        "LEASEHOLD_VAULT_AWS_REGION": "auto",
    }
    environ |= {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.metadata.url}
    with Run(machine.controller, **environ) as run:
        assert run.keys()
    assert machine.controller.left() == []
    assert "signed source=iam-role region=us-east-1" in (machine.controller.folder / "log").read_text()
    tokens = {asked.headers["X-aws-ec2-metadata-token"] for asked in machine.metadata.requests if asked.method == "GET"}
    assert tokens and None not in tokens


# -- the module, on the instance itself


def told(machine: Machine, *args: str, **options: t.Any) -> dict[str, t.Any]:
    """What one run of the module says; AppRole is how the controller would log in, if it had to."""
    module = {"role": "web", "mount_point": machine.auth.mount, "metadata_url": machine.metadata.url}
    task = {"leasehold.vault.vault_ec2_login": {**module, "token_file": str(token_file(machine)), **options}}
    group = {"group/leasehold.vault.vault": {"auth_method": "approle", "role_id": "nobody", "timeout": 20}}
    show = {
        "ansible.builtin.copy": {"content": "{{ found | to_json }}", "dest": str(machine.controller.folder / "told")}
    }
    tasks: list[Task] = [{**task, "register": "found"}, {**show, "check_mode": False}]
    machine.controller.hosts(1)
    ended = machine.controller.playbook(play(*tasks, module_defaults=group), args=["-vvv", *args])
    assert ended.code == 0, ended.out
    token = token_file(machine).read_text() if token_file(machine).exists() else "hvs."
    said = (machine.controller.folder / "told").read_text()
    assert token not in said and (token == "hvs." or token not in ended.out)
    return json.loads(said)


def token_file(machine: Machine) -> Path:
    return machine.controller.folder / "token"


def test_the_module_keeps_renews_and_replaces(machine: Machine) -> None:
    first = told(machine, "--check")
    assert (first["changed"], first["action"]) == (True, "logged in")
    assert not token_file(machine).exists() and not machine.nonce_file.exists() and machine.tries() == 0
    made = told(machine)
    assert (made["changed"], made["action"], made["policies"]) == (True, "logged in", ["default", "deployer"])
    assert "nonce" not in made["metadata"] and made["ttl"] == 3600
    assert stat.S_IMODE(token_file(machine).stat().st_mode) == 0o600
    token = token_file(machine).read_text()
    for args in (["--check"], []):
        kept = told(machine, *args)
        assert (kept["changed"], kept["action"], kept["accessor"]) == (False, "kept", made["accessor"])
    assert told(machine, "--check", min_ttl=3600)["action"] == "renewed"
    renewed = told(machine, min_ttl=3600)
    assert (renewed["changed"], renewed["action"], renewed["ttl"]) == (True, "renewed", 3600)
    assert token_file(machine).read_text() == token and machine.tries() == 1
    machine.auth.vault.api("POST", "auth/token/revoke", {"token": token})
    again = told(machine)
    assert (again["action"], machine.tries()) == ("logged in", 2)
    assert machine.known()["client_nonce"] == json.loads(machine.nonce_file.read_text())["nonce"]


def test_the_module_and_another_role(machine: Machine) -> None:
    told(machine)
    machine.auth.role("db", auth_type="ec2", bound_ami_id=[IMAGE], token_ttl="5m")
    other = told(machine, role="db")
    assert (other["action"], other["metadata"]["role"]) == ("logged in", "db")
    assert "less than min_ttl" in str(other["warnings"])
    assert told(machine, role="db", min_ttl=100)["action"] == "kept"
    assert machine.auth.vault.api("GET", "auth/token/lookup-self", token=token_file(machine).read_text())


def test_the_module_asks_whom_all_of_the_instance_ask(machine: Machine) -> None:
    """By the variable of the AWS SDKs, on the host."""
    options = {"mount_point": machine.auth.mount, "role": "web", "token_file": str(token_file(machine))}
    task = {
        "leasehold.vault.vault_ec2_login": options,
        "environment": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.metadata.url},
    }
    ended = machine.controller.playbook(play(task, hosts="h01"))
    assert ended.code == 0, ended.out + ended.err
    assert machine.tries() == 1 and token_file(machine).exists()


def test_the_module_fails_with_words(machine: Machine) -> None:
    machine.works()
    machine.nonce_file.unlink()
    options = {"mount_point": machine.auth.mount, "metadata_url": machine.metadata.url, "role": "web"}
    for path, said in ((token_file(machine), "client nonce mismatch"), (machine.controller.folder, "Is a directory")):
        task = {"leasehold.vault.vault_ec2_login": {**options, "token_file": str(path)}}
        ended = machine.controller.playbook(play(task))
        assert ended.code == 2 and said in ended.out + ended.err
        assert "Traceback" not in ended.out + ended.err
    assert not token_file(machine).exists()


def test_the_example_of_the_module(machine: Machine) -> None:
    """Here, because its token outlives the run."""
    (task,) = yaml.safe_load(examples_of(CHECKOUT / "plugins/modules/vault_ec2_login.py"))
    here = {"mount_point": machine.auth.mount, "metadata_url": machine.metadata.url}
    defaults = {"leasehold.vault.vault_ec2_login": here}
    ended = machine.controller.playbook(
        play(task, hosts="h01", vars={"work_dir": str(machine.controller.folder)}, module_defaults=defaults)
    )
    assert ended.code == 0, ended.out
    token = (machine.controller.folder / "vault-token").read_text()
    assert machine.auth.vault.api("GET", "auth/token/lookup-self", token=token)


# -- the nonce


def test_f51_a_wrong_nonce(machine: Machine) -> None:
    machine.works()
    content = machine.nonce_file.read_text()
    text = machine.refused(LEASEHOLD_VAULT_NONCE="somebody-elses-nonce")
    assert "client nonce mismatch" in text and "class=nonce" in text
    assert f"auth/{machine.auth.mount}/identity-accesslist/{machine.instance_id}" in text
    assert "somebody-elses-nonce" not in text
    assert machine.nonce_file.read_text() == content
    assert machine.tries() == 2
    machine.works()


def test_f51_a_lost_nonce_file(machine: Machine) -> None:
    machine.works()
    machine.nonce_file.unlink()
    text = machine.refused()
    assert "client nonce mismatch" in text and f"Put back {machine.nonce_file} as it was" in text
    second = machine.nonce_file.read_text()
    assert "client nonce mismatch" in machine.refused()
    assert machine.nonce_file.read_text() == second
    machine.forget()
    machine.works()


def test_f53_a_cloned_image(machine: Machine) -> None:
    machine.works()
    content, first = machine.nonce_file.read_text(), machine.instance_id
    copy = machine.metadata.instance._replace(instance_id=machine.auth.aws.run_instance(IMAGE))
    machine.metadata.instance = copy
    reply = machine.log_in()
    assert "ok" in reply and f"was made on {first}, of which this instance is a copy" in reply["warnings"][0]
    assert machine.nonce_file.with_name(f"ec2-nonce.{first}").read_text() == content
    assert machine.known()["client_nonce"] not in content
    machine.works()


@pytest.mark.parametrize(
    "content", ["", "x", "n" * 129, "reauthentication-disabled-nonce", '{"nonce": "aaaaaaaaaaaaaaaaaaa"']
)
def test_f53_a_damaged_file_is_never_sent_nor_written(machine: Machine, content: str) -> None:
    machine.works()
    good = machine.nonce_file.read_text()
    machine.nonce_file.write_text(content)
    text = machine.refused()
    assert "is damaged" in text and "class=nonce" in text
    assert machine.nonce_file.read_text() == content
    assert machine.tries() == 1
    machine.nonce_file.write_text(good)
    machine.works()


def test_f54_a_nonce_of_vaults_making_goes_nowhere(machine: Machine) -> None:
    machine.works()
    (answered,) = machine.controller.answers("auth/aws-*/login")
    assert "nonce" not in answered["auth"]["metadata"]


def test_f79_a_disk_that_cannot_keep_the_nonce_stops_the_login(machine: Machine) -> None:
    machine.controller.write("home/file", "")
    path = machine.controller.folder / "home/file/nonce"
    text = machine.refused(LEASEHOLD_VAULT_NONCE_FILE=str(path))
    assert "Not a directory" in text and "class=nonce" in text
    assert machine.tries() == 0


def test_another_vault_gets_a_nonce_of_its_own(machine: Machine) -> None:
    """Here another mount of the same one."""
    machine.works()
    with aws_auth(machine.controller.scene) as other:
        other.certify(machine.metadata.signer.pem)
        other.role("web", auth_type="ec2", bound_ami_id=[IMAGE])
        text = machine.refused(LEASEHOLD_VAULT_MOUNT_POINT=other.mount)
        assert f"is for auth/{machine.auth.mount} at {machine.auth.vault.address}" in text and "Set nonce_file" in text
        second = machine.controller.folder / "second-nonce"
        machine.works(LEASEHOLD_VAULT_MOUNT_POINT=other.mount, LEASEHOLD_VAULT_NONCE_FILE=str(second))
    machine.works()


# -- what roles demand


def test_f52_a_role_that_allows_one_login(machine: Machine) -> None:
    machine.auth.role("web", auth_type="ec2", disallow_reauthentication=True)
    machine.works()
    text = machine.refused()
    assert "reauthentication is disabled" in text and "may log in only once" in text and "identity-accesslist" in text
    assert machine.tries() == 2


def test_f52_a_document_of_an_earlier_start(machine: Machine) -> None:
    machine.works()
    machine.restarted(EARLIER)
    text = machine.refused()
    assert "older than the one used for previous login" in text and "was made before that of an earlier login" in text
    assert machine.tries() == 2


def test_migration(machine: Machine) -> None:
    """A role may forgive a lost nonce to an instance that was started since."""
    machine.auth.role("web", auth_type="ec2", allow_instance_migration=True)
    machine.works()
    machine.nonce_file.unlink()
    assert "client nonce mismatch" in machine.refused()
    machine.restarted(LATER)
    machine.works()
    # Vault goes on demanding the first one after that, which is gone: until the next start.
    assert machine.known()["client_nonce"] not in machine.nonce_file.read_text()


def test_role_tag(machine: Machine) -> None:
    auth = machine.auth
    auth.role("web", auth_type="ec2", role_tag="VaultRole", token_policies=["deployer", "provisioner"])
    assert "missing tag" in machine.refused()
    tag = auth.vault.api("POST", f"auth/{auth.mount}/role/web/tag", {"policies": ["deployer"], "max_ttl": "10m"})
    assert tag
    auth.aws.tag_instance(machine.instance_id, tag["data"]["tag_key"], tag["data"]["tag_value"])
    found = machine.works()
    assert found["policies"] == ["default", "deployer"] and found["ttl"] <= 600


def test_a_certificate_that_vault_does_not_know(machine: Machine) -> None:
    for kind, proof in (("pkcs7", "pkcs7"), ("identity", "signature")):
        path = f"auth/{machine.auth.mount}/config/certificate/bench-{kind}"
        machine.auth.vault.api("DELETE", path)
        text = machine.refused(LEASEHOLD_VAULT_EC2_PROOF=proof)
        assert "can't verify the identity document" in text and "config/certificate" in text


def test_an_instance_that_aws_does_not_know(machine: Machine) -> None:
    machine.metadata.instance = Instance("i-0123456789abcdef0")
    text = machine.refused()
    assert "Vault does not find this instance" in text and "ec2:DescribeInstances" in text


# -- the metadata service


def test_f50_a_token_that_has_ended_is_replaced(machine: Machine) -> None:
    class Forgetful(Metadata):
        """Its first token is good for nothing."""

        def answer(self, asked: t.Any) -> tuple[int, str, bytes]:
            if len(self.requests) == 2:
                self.forget_tokens()
            return super().answer(asked)

    with Forgetful(machine.metadata.signer, machine.metadata.instance) as service:
        machine.works(LEASEHOLD_VAULT_METADATA_URL=service.url)
        assert [asked.method for asked in service.requests] == ["PUT", "GET", "PUT", "GET"]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (black_hole(), "does not answer"),
        (answer(403), "is switched off"),
        (answer(404), "gives no token of version 2"),
        (answer(200, b""), "gives no token of version 2"),
    ],
)
def test_f50_no_token_no_login_and_never_version_1(machine: Machine, action: t.Any, said: str) -> None:
    with FaultServer() as service:
        service.on("PUT", "/latest/api/token", action)
        service.on("GET", ".*", answer(200, b"version 1"))
        begun = time.monotonic()
        text = machine.refused(LEASEHOLD_VAULT_METADATA_URL=service.url)
        assert time.monotonic() - begun < 15
        assert said in text and "class=auth" in text
        assert {seen.method for seen in service.requests} == {"PUT"}
    assert machine.tries() == 0


def test_f50_nobody_there_and_not_to_be_asked(machine: Machine) -> None:
    assert "connection refused" in machine.refused(LEASEHOLD_VAULT_METADATA_URL="http://127.0.0.1:9")
    assert "AWS_EC2_METADATA_DISABLED" in machine.refused(AWS_EC2_METADATA_DISABLED="true")
    assert machine.metadata.requests == []
    assert machine.tries() == 0


def test_an_instance_that_is_terminated(machine: Machine) -> None:
    """Vault renews no token of such an instance, and the next login says why."""
    machine.works()
    machine.auth.aws.call("ec2", "TerminateInstances", **{"InstanceId.1": machine.instance_id})
    await_truth(lambda: "Vault does not find this instance" in machine.refused(), 10)
