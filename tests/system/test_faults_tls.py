# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Vault that speaks TLS, whose certificate is that of a private authority: who is trusted, and who is told what."""

from __future__ import annotations

import dataclasses
import datetime
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import SAY_KEY, UPLOADER, Controller, play
from ansible_collections.leasehold.vault.tests.system.runs import Run, asked
from ansible_collections.leasehold.vault.tests.testbed.aws import Moto
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, passing
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene, prepare
from ansible_collections.leasehold.vault.tests.testbed.vault import Vault
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

ONCE = {"login": 1, "mint": 1, "revocation": 1}
WARNING = "validate_certs is off"


@dataclasses.dataclass(frozen=True)
class Secure:
    scene: Scene
    ca_cert: str


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Secure]:
    folder = tmp_path_factory.mktemp("authority")
    authority = Authority(folder)
    certificate, key = map(Path, authority.issue())
    certificate.write_text(certificate.read_text() + Path(authority.ca_cert).read_text())
    with Moto() as aws, Vault(certificate=certificate, key=key) as vault:
        yield Secure(prepare(vault, aws), authority.ca_cert)


@pytest.fixture
def controller(secure: Secure) -> t.Iterator[Controller]:
    with Controller(secure.scene) as made:
        yield made


def test_f34_the_authority_holds_for_the_login_as_for_the_rest(controller: Controller, secure: Secure) -> None:
    with Run(controller, VAULT_CACERT=secure.ca_cert) as run:
        assert len(run.keys(forks=10)) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f34_authorities_of_the_environment_relative_to_where_the_run_began(
    controller: Controller, secure: Secure
) -> None:
    controller.write("ca.pem", Path(secure.ca_cert).read_text())
    with Run(controller, SSL_CERT_FILE="ca.pem") as run:
        assert len(run.keys(forks=10)) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE


@pytest.mark.parametrize("wrong", [True, False])
def test_f31_an_authority_that_did_not_sign(controller: Controller, tmp_path: Path, wrong: bool) -> None:
    known = {"VAULT_CACERT": Authority(tmp_path, "Another authority").ca_cert} if wrong else {}
    with Run(controller, **known) as run:
        text = run.refusal()
    assert "the certificate of the server is not trusted" in text and "tries=1 class=tls" in text
    assert controller.left() == []
    assert controller.asked() == {}


def test_f31_a_name_that_is_not_in_the_certificate(controller: Controller, secure: Secure) -> None:
    port = secure.scene.vault.address.rpartition(":")[2]
    with Run(controller, VAULT_ADDR=f"https://localhost:{port}", VAULT_CACERT=secure.ca_cert) as run:
        text = run.refusal()
        assert "localhost" in text and "tries=1 class=tls" in text and "tls_server_name" in text
        assert controller.asked() == {}
        assert run.keys(tls_server_name="127.0.0.1")
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f32_authorities_that_cannot_be_read(controller: Controller) -> None:
    paths = {
        "No such file or directory": controller.folder / "absent.pem",
        "Is a directory": controller.folder,
        "no certificate in PEM format": controller.write("empty.pem", "no certificate"),
    }
    with Run(controller) as run:
        for why, path in paths.items():
            text = run.refusal(ca_cert=str(path))
            assert why in text and f"ca_cert='{path}' class=config" in text
    assert controller.left() == []
    assert controller.asked() == {}


def test_f33_unverified_is_said_once_in_a_play_of_ten_hosts(controller: Controller) -> None:
    controller.hosts(10, leasehold_vault_validate_certs="false")
    ended = controller.playbook(play(SAY_KEY, SAY_KEY, aws=UPLOADER), args=["--forks", "5"])
    assert ended.code == 0, ended.out
    assert len(ended.keys()) == 20 and len(set(ended.keys())) == 1
    assert " ".join((ended.out + ended.err).split()).count(WARNING) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f33_unverified_as_vaults_own_tools_have_it(controller: Controller) -> None:
    with Run(controller, VAULT_SKIP_VERIFY="true") as run:
        run.begin_creds(forks=10)
        warnings = [text for reply in run.replies() for text in reply["warnings"]]
    assert len(warnings) == 1 and WARNING in warnings[0]
    assert controller.left() == []
    assert controller.asked() == ONCE


def test_f33_another_word_does_not_switch_it_off(controller: Controller) -> None:
    with Run(controller, VAULT_SKIP_VERIFY="maybe") as run:
        text = run.refusal()
    assert "VAULT_SKIP_VERIFY" in text and "class=config" in text
    assert controller.left() == []
    assert controller.asked() == {}


def test_f26_a_proxy_that_was_asked_for_sees_nothing_but_tls(controller: Controller, secure: Secure) -> None:
    """This machine itself is never asked through a proxy: so Vault goes by a name that only the proxy knows."""
    with FaultServer(upstream=secure.scene.vault.address) as proxy:
        proxy.on("CONNECT", "vault.example:8200", passing())
        far_away = {"VAULT_ADDR": "https://vault.example:8200", "VAULT_PROXY_ADDR": proxy.url}
        with Run(controller, **far_away, VAULT_CACERT=secure.ca_cert, VAULT_TLS_SERVER_NAME="127.0.0.1") as run:
            assert len(run.keys(forks=10)) == 1
        assert controller.left() == []
        assert set(asked(proxy)) == {"CONNECT vault.example:8200"}
        assert [seen.header("X-Vault-Token") for seen in proxy.requests] == [None] * len(proxy.requests)
    assert controller.asked() == ONCE


@pytest.fixture
def clients(secure: Secure, tmp_path: Path) -> Authority:
    """Who signs the certificates that the auth method cert lets in as ``robot``."""
    made = Authority(tmp_path, "Client authority")
    vault = secure.scene.vault
    if "cert/" not in (vault.api("GET", "sys/auth") or {})["data"]:
        vault.api("POST", "sys/auth/cert", {"type": "cert"})
    allowed = {"allowed_common_names": "robot", "token_policies": ["deployer"]}
    vault.api("PUT", "auth/cert/certs/robot", {"certificate": Path(made.ca_cert).read_text(), **allowed})
    return made


def logging_in_with(authority: Authority, secure: Secure, name: str = "robot", **validity: t.Any) -> dict[str, str]:
    certificate, key = authority.issue(name, **validity)
    known = {"VAULT_CACERT": secure.ca_cert, "VAULT_CLIENT_CERT": certificate, "VAULT_CLIENT_KEY": key}
    return {**known, "ANSIBLE_HASHI_VAULT_AUTH_METHOD": "cert", "ANSIBLE_HASHI_VAULT_ROLE_ID": ""}


@pytest.mark.parametrize("role", ["", "robot"])
def test_login_by_certificate(controller: Controller, secure: Secure, clients: Authority, role: str) -> None:
    with Run(controller, **logging_in_with(clients, secure), ANSIBLE_HASHI_VAULT_ROLE=role) as run:
        assert len(run.keys(forks=10)) == 1
    assert controller.left() == []
    assert controller.asked() == ONCE
    assert len(controller.ledger.requests("auth/cert/login")) == 1


@pytest.mark.parametrize(("name", "wrong"), [("somebody", False), ("robot", True)])
def test_a_certificate_that_vault_does_not_let_in(
    controller: Controller, secure: Secure, clients: Authority, tmp_path: Path, name: str, wrong: bool
) -> None:
    authority = Authority(tmp_path, "Another authority") if wrong else clients
    with Run(controller, **logging_in_with(authority, secure, name)) as run:
        text = run.refusal(forks=10)
    assert text.startswith("Vault refused the cert login: ") and "Check the client certificate" in text
    assert controller.left() == []
    assert [entry.path for entry in controller.ledger.requests()] == ["auth/cert/login"]


def test_f35_a_client_certificate_that_expires_in_mid_run(
    controller: Controller, secure: Secure, clients: Authority
) -> None:
    """What is held lives on, and ends with the run; only another login is refused."""
    soon = datetime.timedelta(seconds=4)
    with Run(controller, **logging_in_with(clients, secure, end=soon)) as run:
        held = run.keys()
        time.sleep(soon.total_seconds() + 1)
        assert run.keys(forks=10) == held
        made = run.keys("deploy")
        assert len(made) == 1
        run.begin(run.message("vault_login", "", fresh=True))
        (reply,) = run.replies()
        assert "Vault refused the cert login: " in reply["error"] and "expired" in reply["error"]
    assert controller.left() == []
    assert controller.asked() == {"login": 1, "mint": 2, "refusal": 1, "revocation": 1}
