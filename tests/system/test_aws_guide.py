# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every play of the guide about logins with an AWS identity, as it stands there, on a real Vault."""

from __future__ import annotations

import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.aws_stage import GUIDE, PLAYS, Desk, Stage, prepared
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import arn
from ansible_collections.leasehold.vault.tests.testbed.metadata import IMAGE, Instance, Metadata


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Stage]:
    with prepared(tmp_path_factory.mktemp("authority")) as made:
        yield made


@pytest.fixture
def desk(stage: Stage) -> t.Iterator[Desk]:
    with stage.desk() as made:
        yield made


@pytest.fixture
def instance(stage: Stage, desk: Desk) -> t.Iterator[Instance]:
    """The controller is on an EC2 instance with the role ``deploy``."""
    made = Instance(stage.scene.aws.run_instance(IMAGE))
    with Metadata(stage.signer, made, desk.keys()) as metadata:
        desk.environ |= {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "AWS_EC2_METADATA_DISABLED": "false"}
        yield made
        assert {asked.method for asked in metadata.requests} == {"PUT", "GET"}


@pytest.fixture
def usual_sts(stage: Stage) -> t.Iterator[None]:
    """Vault asks the global STS again afterwards."""
    yield
    stage.scene.vault.api("PUT", "auth/aws/config/client", {"sts_endpoint": "", "sts_region": ""})


# -- each play of the guide


def test_set_up(stage: Stage, desk: Desk) -> None:
    """It is done already; and nothing of it is done again."""
    assert stage.set_up(desk).changed() == []


def test_server_id(desk: Desk) -> None:
    desk.environ |= {**desk.keys(), "VAULT_HEADER_VALUE": "another.example.com"}
    assert '"deploy"' in desk.works("Say which Vault is meant").out
    ended = desk.runs("Work wherever this is")
    assert ended.code == 2 and "iam_server_id_header_value" in ended.out + ended.err


def test_on_a_laptop(desk: Desk) -> None:
    lines = "".join(f"{name.lower()} = {value}\n" for name, value in desk.keys().items())
    desk.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(desk.write("credentials", f"[work]\n{lines}"))
    desk.works("Work with a profile")
    assert desk.signed() == [("shared-credentials-file", "us-east-1")]


def test_in_ci(desk: Desk) -> None:
    token = desk.write("token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjaSJ9.c2lnbmF0dXJl")
    desk.environ |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": arn("role", "deploy")}
    desk.hosts(3)
    desk.works("Deploy from CI")
    written = {path.read_text() for path in desk.folder.glob("h*.conf")}
    assert written == {f"password={desk.scene.sample}"}
    assert desk.signed() == [("assume-role-with-web-identity", "us-east-1")]


def test_in_lambda(desk: Desk) -> None:
    function = {"AWS_LAMBDA_FUNCTION_NAME": "deploy", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
    desk.environ |= {**desk.keys(), **function}
    desk.works("Work wherever this is")
    assert desk.signed() == [("env", "us-east-1")]


def test_role_of_the_instance(desk: Desk, instance: Instance) -> None:
    desk.works("Work as the role of the instance")
    assert desk.signed() == [("iam-role", "us-east-1")]


def test_as_the_instance(desk: Desk, instance: Instance) -> None:
    for _number in range(2):
        desk.works("Work as the instance")
    assert [entry.path for entry in desk.ledger.logins()] == ["auth/aws/login"] * 2


def test_token_of_the_instance(desk: Desk, instance: Instance) -> None:
    desk.works("Take the token of the instance")
    assert instance.instance_id in desk.scene.vault.names("auth/aws/identity-accesslist")


def test_each_instance(desk: Desk, instance: Instance) -> None:
    here = {"metadata_url": desk.environ.pop("AWS_EC2_METADATA_SERVICE_ENDPOINT")}
    play = {
        **PLAYS["Introduce each instance to Vault"],
        "module_defaults": {"leasehold.vault.vault_ec2_login": here},
    }
    for changed in (1, 0):
        ended = desk.runs(play)
        assert ended.code == 0, ended.out + ended.err
        assert len(ended.changed()) == changed
    token = (desk.folder / "vault-token").read_text()
    assert desk.scene.vault.api("GET", "auth/token/lookup-self", token=token)
    assert json.loads((desk.folder / "nonce").read_text())["instance_id"] == instance.instance_id


def test_lost_nonce(desk: Desk, instance: Instance) -> None:
    desk.works("Work as the instance")
    shutil.rmtree(desk.folder / "home/.local")
    ended = desk.runs("Work as the instance")
    assert ended.code == 2 and "client nonce mismatch" in ended.out + ended.err
    forgets = "Let an instance log in as if for the first time"
    assert len(desk.works(forgets, user=False, instance_id=instance.instance_id).changed()) == 1
    desk.works("Work as the instance")


@pytest.mark.usefixtures("usual_sts")
def test_another_region(desk: Desk) -> None:
    desk.environ |= desk.keys()
    assert len(desk.works("Let Vault ask another region", user=False).changed()) == 1
    desk.works("Sign for another region")
    assert desk.signed() == [("env", "us-west-1")]
    ended = desk.runs("Work wherever this is")
    assert ended.code == 2 and "compare aws_region and aws_sts_endpoint" in ended.out + ended.err


@pytest.mark.usefixtures("usual_sts")
def test_private_endpoint(desk: Desk) -> None:
    desk.environ |= desk.keys()
    assert len(desk.works("Let Vault ask a VPC endpoint", user=False).changed()) == 1
    desk.works("Sign for a VPC endpoint")
    assert desk.signed() == [("env", "eu-west-1")]
    ended = desk.runs("Work wherever this is")
    assert ended.code == 2 and "compare aws_region and aws_sts_endpoint" in ended.out + ended.err


def own_keys(desk: Desk) -> dict[str, t.Any]:
    names = {
        "my_access_key": "ACCESS_KEY_ID",
        "my_secret_key": "SECRET_ACCESS_KEY",
        "my_session_token": "SESSION_TOKEN",
    }
    found = desk.keys()
    return {name: found[f"AWS_{variable}"] for name, variable in names.items()}


def test_keys_of_a_user(desk: Desk) -> None:
    """Vault takes the name of the user for that of the role."""
    del desk.environ["VAULT_AWS_ROLE"]
    key = desk.scene.aws.create_user("deploy")
    desk.works("Log in with keys of my own", my_access_key=key.access_key, my_secret_key=key.secret_key)
    (login,) = desk.answers("auth/aws/login")
    assert login["auth"]["display_name"] == "aws-deploy"
    assert desk.signed() == [("options", "us-east-1")]


def test_temporary_keys(desk: Desk) -> None:
    del desk.environ["VAULT_AWS_ROLE"]
    desk.works("Log in with keys of my own", **own_keys(desk))
    assert desk.signed() == [("options", "us-east-1")]


def test_keys_and_a_role(desk: Desk) -> None:
    desk.environ["VAULT_AWS_ROLE"] = "absent"
    ended = desk.runs("Log in with keys of my own", **own_keys(desk))
    assert ended.code == 2 and "the aws_iam login as absent" in ended.out + ended.err
    desk.works("Log in with keys of my own", **own_keys(desk), leasehold_vault_role="deploy")


def test_keys_of_another_lookup(desk: Desk) -> None:
    who = {"auth_method": "approle", "role_id": desk.scene.role_id, "secret_id": desk.scene.secret_id}
    assert '"deploy"' in desk.works("Log in with keys of another Vault", first_vault=who).out
    assert [entry.path for entry in desk.ledger.logins()] == ["auth/approle/login", "auth/aws/login"]


def test_certificates(stage: Stage, desk: Desk) -> None:
    del desk.environ["VAULT_CACERT"]
    desk.environ |= desk.keys()
    certificate, key = stage.authority.issue("robot")
    for name, path in (("ca.pem", stage.authority.ca_cert), ("client.pem", certificate), ("client.key", key)):
        shutil.copy(path, desk.folder / name)
    assert '"deploy"' in desk.works("Trust our own authority", certificates=str(desk.folder)).out
    ended = desk.runs("Say which Vault is meant")
    assert ended.code == 2 and "the certificate of the server is not trusted" in ended.out + ended.err


# -- the guide as a whole


def test_every_play_of_the_guide_is_run_here() -> None:
    source = Path(__file__).read_text() + Path(__file__).with_name("aws_stage.py").read_text()
    assert [name for name in PLAYS if f'"{name}"' not in source] == []


def test_every_test_in_the_table_exists() -> None:
    rows = GUIDE.read_text().partition("list-table::")[2].split("\n   * - ")[2:]
    named = [re.findall(r"``(test_\w+\.py)::(test_\w+)``", row) for row in rows]
    assert len(rows) > 20 and all(named)
    folder = Path(__file__).parent
    known = [f"\ndef {test}(" in (folder / file).read_text() for row in named for file, test in row]
    assert all(known), [pair for row in named for pair in row]
