# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
import typing as t
import warnings
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError, TransportError
from ansible_collections.leasehold.vault.plugins.module_utils._tls import tls_context
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, raw
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import DAY, Authority

TOKEN = "hvs.CANARY-token-0006"
PATH = "aws/roles/x"
OK = {"data": {"a": 1}}


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(name="other", scope="module")
def _other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "Other authority")


def ask(faults: FaultServer, **options: t.Any) -> object:
    faults.on("*", r"/v1/.*", answer(200, OK))
    client = Client({"url": faults.url, "timeout": 3, **options}, sleep=_no_second_try)
    try:
        return client.request("GET", PATH, token=TOKEN)
    finally:
        client.close()


def _no_second_try(_seconds: float) -> None:
    raise AssertionError("a TLS failure was tried again")


def fails(context: ssl.SSLContext, **options: t.Any) -> TransportError:
    start = time.monotonic()
    with FaultServer(tls=context) as faults, pytest.raises(TransportError) as caught:
        ask(faults, **options)
    assert time.monotonic() - start < 5
    assert faults.requests == [], "a request was sent before the server was known"
    error = caught.value
    assert (error.kind, error.where["tries"]) == ("tls", 1)
    assert str(error).startswith("TLS failed: ")
    assert TOKEN not in str(error)
    assert error.__cause__ is None
    return error


def test_own_authority(authority: Authority) -> None:
    with FaultServer(tls=authority.server()) as faults:
        assert ask(faults, ca_cert=authority.ca_cert) == OK


def test_f31_wrong_ca(authority: Authority, other: Authority) -> None:
    assert "local issuer" in str(fails(authority.server(), ca_cert=other.ca_cert))


def test_f31_self_signed(authority: Authority, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    lonely = Authority(tmp_path, "127.0.0.1")
    context.load_cert_chain(*lonely.issue("127.0.0.1"))
    assert "not trusted" in str(fails(context, ca_cert=authority.ca_cert))
    assert "not trusted" in str(fails(context))


def test_f31_expired(authority: Authority) -> None:
    assert "expired" in str(fails(authority.server(start=-2 * DAY, end=-DAY), ca_cert=authority.ca_cert))


def test_f31_not_yet_valid(authority: Authority) -> None:
    assert "not yet valid" in str(fails(authority.server(start=DAY, end=2 * DAY), ca_cert=authority.ca_cert))


def test_f31_wrong_name(authority: Authority) -> None:
    error = fails(authority.server("vault.example"), ca_cert=authority.ca_cert)
    assert "not valid for '127.0.0.1'" in str(error)
    assert "tls_server_name" in error.remedy


def test_tls_server_name(authority: Authority) -> None:
    with FaultServer(tls=authority.server("vault.example")) as faults:
        assert ask(faults, ca_cert=authority.ca_cert, tls_server_name="vault.example") == OK
    with pytest.raises(ConfigError, match="tls_server_name"):
        Client({"url": "https://127.0.0.1:1", "tls_server_name": "a b"})


def test_f31_tls_1_1_only(authority: Authority) -> None:
    context = authority.server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert "no TLS version in common" in str(fails(context, ca_cert=authority.ca_cert))


def test_f31_port_that_speaks_plain_http(authority: Authority) -> None:
    with FaultServer() as faults:
        client = Client({"url": faults.url.replace("http:", "https:")}, sleep=_no_second_try)
        with pytest.raises(TransportError) as caught:
            client.request("GET", PATH, token=TOKEN)
        assert faults.requests == []
    assert caught.value.kind == "tls"
    assert "begin with http://" in str(caught.value)


def test_server_that_hangs_up_in_the_handshake_is_tried_again() -> None:
    accepted: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(2)

        def hang_up() -> None:
            with contextlib.suppress(TimeoutError):
                while len(accepted) < 4:
                    connection, _peer = listener.accept()
                    with connection:
                        accepted.append(connection.recv(65536))

        server = threading.Thread(target=hang_up)
        server.start()
        client = Client({"url": f"https://127.0.0.1:{listener.getsockname()[1]}"}, sleep=lambda _seconds: None)
        with pytest.raises(TransportError) as caught:
            client.request("POST", PATH, {}, retry="unprocessed")
        server.join()
    assert (caught.value.kind, caught.value.processed, len(accepted)) == ("network", False, 4)


def test_f31_plain_http_on_a_tls_port_that_answers_with_an_alert() -> None:
    with FaultServer() as faults:
        faults.on("*", r".*", raw(b"\x15\x03\x01\x00\x02\x02\x46", end="close"))
        with pytest.raises(TransportError) as caught:
            Client({"url": faults.url}, sleep=_no_second_try).request("GET", PATH)
    assert caught.value.kind == "tls"
    assert "begin with https://" in str(caught.value)


@pytest.mark.parametrize(
    "page",
    ["Client sent an HTTP request to an HTTPS server.\n", "<h1>The plain HTTP request was sent to HTTPS port</h1>"],
)
def test_f31_plain_http_on_a_tls_port_that_answers_in_http(page: str) -> None:
    with FaultServer() as faults:
        faults.on("GET", r".*", answer(400, page.encode(), {"Content-Type": "text/plain"}))
        with pytest.raises(TransportError) as caught:
            Client({"url": faults.url}, sleep=_no_second_try).request("GET", PATH)
    assert caught.value.kind == "tls"
    assert "https://" in caught.value.remedy


@pytest.mark.parametrize("option", ["ca_cert", "ca_path", "client_cert", "client_key"])
@pytest.mark.parametrize("flaw", ["missing", "directory", "garbage", "below-a-file"])
def test_f32_unusable_file_names_its_option(option: str, flaw: str, authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "it"
    if flaw == "directory":
        path.mkdir()
    elif flaw != "missing":
        path.write_text("no certificate")
    if flaw == "below-a-file":
        path = path / "it"
    options = {"url": "https://127.0.0.1:1", option: str(path)}
    if option == "client_key":
        options["client_cert"] = authority.issue()[0]
    with pytest.raises(ConfigError) as caught:
        Client(options)
    assert option in str(caught.value)


def test_f32_files_do_not_matter_for_plain_http() -> None:
    Client({"url": "http://127.0.0.1:1", "ca_cert": "/nowhere"}).close()


def test_f32_key_without_certificate(authority: Authority) -> None:
    with pytest.raises(ConfigError, match="client_key is set without client_cert"):
        Client({"url": "https://127.0.0.1:1", "client_key": authority.issue()[1]})


def test_f32_encrypted_key_is_refused_without_a_prompt(authority: Authority) -> None:
    certificate, key = authority.issue(password=b"canary-password")
    with pytest.raises(ConfigError, match="unencrypted"):
        Client({"url": "https://127.0.0.1:1", "client_cert": certificate, "client_key": key})


def test_f33_unverified(authority: Authority) -> None:
    with FaultServer(tls=authority.server("vault.example")) as faults:
        assert ask(faults, validate_certs=False) == OK


@pytest.mark.parametrize("validate", [None, True])
def test_f33_only_false_switches_it_off(validate: bool | None, authority: Authority) -> None:
    assert "not trusted" in str(fails(authority.server(), validate_certs=validate))


def test_f34_one_authority_for_every_request(authority: Authority) -> None:
    with FaultServer(tls=authority.server()) as faults:
        faults.on("*", r"/v1/.*", answer(200, OK))
        client = Client({"url": faults.url, "ca_cert": authority.ca_cert})
        assert client.request("POST", "auth/approle/login", {"role_id": "r"}) == OK
        assert client.request("GET", PATH, token=TOKEN) == OK
        assert faults.connections == 1


def test_ca_path_needs_no_hashed_names(authority: Authority, other: Authority, tmp_path: Path) -> None:
    for number, file in enumerate([other.ca_cert, authority.ca_cert]):
        (tmp_path / f"{number}.pem").write_bytes(Path(file).read_bytes())
    (tmp_path / "README").write_text("these are ours")
    with FaultServer(tls=authority.server()) as faults:
        assert ask(faults, ca_path=str(tmp_path)) == OK


def test_client_certificate(authority: Authority, other: Authority) -> None:
    certificate, key = other.issue("client")
    context = authority.server(client_ca=other.ca_cert)
    with FaultServer(tls=context) as faults:
        assert ask(faults, ca_cert=authority.ca_cert, client_cert=certificate, client_key=key) == OK


def test_f35_client_certificate_that_expires_in_mid_run(authority: Authority, other: Authority) -> None:
    certificate, key = other.issue("client", end=datetime.timedelta(seconds=2))
    options = {"ca_cert": authority.ca_cert, "client_cert": certificate, "client_key": key}
    old, new = authority.server(client_ca=other.ca_cert), authority.server(client_ca=other.ca_cert)
    # Version 1.2 refuses within the handshake, 1.3 only when the first answer is due.
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with FaultServer(tls=old) as one, FaultServer(tls=new) as two:
        clients = [Client({"url": faults.url, **options}, sleep=_no_second_try) for faults in (one, two)]
        for faults in (one, two):
            faults.on("*", r"/v1/.*", answer(200, OK, end="close"))
        assert [client.request("GET", PATH) for client in clients] == [OK, OK]
        time.sleep(2)
        for client in clients:
            with pytest.raises(TransportError) as caught:
                client.request("GET", PATH)
            client.close()
            assert caught.value.kind == "tls"
            assert "it has expired" in str(caught.value)


def test_session_keys_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with FaultServer(tls=authority.server()) as faults:
        ask(faults, ca_cert=authority.ca_cert)
    assert not (tmp_path / "keys").exists()


def test_nothing_below_tls_1_2() -> None:
    assert tls_context({}).minimum_version == ssl.TLSVersion.TLSv1_2
