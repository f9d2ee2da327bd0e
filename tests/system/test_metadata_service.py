# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metadata service and what an instance proves, against a service of our own on a real socket."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _ec2
from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError, ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._imds import Metadata as Client
from ansible_collections.leasehold.vault.plugins.module_utils._imds import metadata
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, reset
from ansible_collections.leasehold.vault.tests.testbed.metadata import Instance, Metadata, Signer

HERE = Instance("i-0123456789abcdef0")
VAULT = "https://vault.example.com:8200"
DOCUMENT = "dynamic/instance-identity/document"


@pytest.fixture(scope="module")
def service() -> t.Iterator[Metadata]:
    with Metadata(Signer(), HERE) as made:
        yield made


def test_version_2(service: Metadata) -> None:
    asked, client = len(service.requests), Client(service.url)
    assert json.loads(client.read(DOCUMENT))["instanceId"] == HERE.instance_id
    assert client.read("meta-data/placement/availability-zone") == "us-east-1a"
    seen = service.requests[asked:]
    assert [(one.method, one.path) for one in seen] == [
        ("PUT", "/latest/api/token"),
        ("GET", f"/latest/{DOCUMENT}"),
        ("GET", "/latest/meta-data/placement/availability-zone"),
    ]


def test_f50_a_token_that_has_ended(service: Metadata) -> None:
    client = Client(service.url)
    client.read(DOCUMENT)
    service.forget_tokens()
    assert client.read(DOCUMENT)


def test_what_is_not_there(service: Metadata) -> None:
    with pytest.raises(AuthError, match="answers 404 at meta-data/absent"):
        Client(service.url).read("meta-data/absent")


def test_f50_one_answer_may_get_lost() -> None:
    with FaultServer() as faults:
        faults.on("PUT", "/latest/api/token", reset(), nth=[1])
        faults.on("PUT", "/latest/api/token", answer(200, b"the-token"))
        faults.on("GET", f"/latest/{DOCUMENT}", answer(200, b"found"))
        assert Client(faults.url).read(DOCUMENT) == "found"
        assert faults.requests[-1].header("X-aws-ec2-metadata-token") == "the-token"


@pytest.mark.parametrize("word", ["true", "True"])
def test_f50_it_may_not_be_asked(word: str) -> None:
    with pytest.raises(ConfigError, match="forbids"):
        metadata(None, {"AWS_EC2_METADATA_DISABLED": word})


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match="metadata_url"):
        Client("169.254.169.254")


def prove(path: Path, **known: t.Any) -> dict[str, str]:
    return _ec2.prove({"mount": "aws", "nonce_file": str(path / "nonce"), **known}, VAULT, pytest.fail)


@pytest.mark.parametrize("proof", ["pkcs7", "signature"])
def test_what_an_instance_sends(service: Metadata, tmp_path: Path, proof: str) -> None:
    sent = prove(tmp_path, metadata_url=service.url, ec2_proof=proof)
    assert sent["instance_id"] == HERE.instance_id
    assert len(sent["nonce"]) == 43 and "\n" not in "".join(sent.values())
    assert ("pkcs7" in sent, "identity" in sent, "signature" in sent) == (
        (True, False, False) if proof == "pkcs7" else (False, True, True)
    )
    if proof == "signature":
        assert base64.b64decode(sent["identity"]) == HERE.document()
    assert prove(tmp_path, metadata_url=service.url)["nonce"] == sent["nonce"]


def test_the_nonce_belongs_to_the_mount_in_its_namespace(service: Metadata, tmp_path: Path) -> None:
    prove(tmp_path, metadata_url=service.url, namespace="team/", mount="aws-eu/")
    assert json.loads((tmp_path / "nonce").read_text())["mount"] == "team/auth/aws-eu"


def test_a_nonce_that_is_given_needs_no_file(service: Metadata, tmp_path: Path) -> None:
    sent = prove(tmp_path, metadata_url=service.url, nonce="kept-by-the-user-himself")
    assert "nonce" not in sent and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nonce", ["short", "n" * 129, "reauthentication-disabled-nonce", "with a blank in it"])
def test_f53_a_nonce_that_is_none_is_not_sent(service: Metadata, tmp_path: Path, nonce: str) -> None:
    with pytest.raises(ConfigError, match="nonce is not what Vault takes") as caught:
        prove(tmp_path, metadata_url=service.url, nonce=nonce)
    assert nonce not in caught.value.message.replace("shorter", "")


@pytest.mark.parametrize("given", [{"pkcs7": "bm90aGluZw=="}, {"pkcs7": "%"}, {"identity": "e30=", "signature": "x"}])
def test_what_is_no_document_is_refused_before_any_nonce(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="holds no instance identity document"):
        prove(tmp_path, **given)
    assert list(tmp_path.iterdir()) == []
