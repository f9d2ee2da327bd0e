# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins with what AWS knows about the caller: each source of credentials, each place of STS, and what may go wrong."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import time
import typing as t
from email.utils import formatdate
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller, play
from ansible_collections.leasehold.vault.tests.system.runs import Run, behind
from ansible_collections.leasehold.vault.tests.testbed.aws import Moto
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import AwsAuth, arn, aws_auth
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer
from ansible_collections.leasehold.vault.tests.testbed.loopback import Canned, Loopback, RegionalSts
from ansible_collections.leasehold.vault.tests.testbed.scene import bench
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

METHOD = "ANSIBLE_HASHI_VAULT_AUTH_METHOD"
ONCE = {"login": 1, "revocation": 1}
TOKENS = "AWS_WEB_IDENTITY_TOKEN_FILE"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

Environ = dict[str, str]


@pytest.fixture
def auth(controller: Controller) -> t.Iterator[AwsAuth]:
    """A controller of a user who logs in as an AWS identity, to the role ``ci``."""
    with aws_auth(controller.scene) as made:
        in_china = arn("role", "deploy").replace("arn:aws:", "arn:aws-cn:")
        made.role("ci", bound_iam_principal_arn=[arn("role", "deploy"), in_china])
        controller.environ |= {
            METHOD: "aws_iam",
            "LEASEHOLD_VAULT_MOUNT_POINT": made.mount,
            "VAULT_AWS_ROLE": "ci",
            "VAULT_AWS_IAM_SERVER_ID": "vault.example.com",
            "LEASEHOLD_VAULT_LOG_PATH": str(controller.folder / "lease.log"),
        }
        yield made


def keys(controller: Controller) -> Environ:
    return controller.scene.aws.assume_role(arn("role", "deploy"))


def logins_tried(controller: Controller) -> int:
    return len(controller.ledger.requests("auth/*/login"))


def log(controller: Controller) -> str:
    return (controller.folder / "lease.log").read_text()


# -- where credentials come from


def as_credential_process(found: Environ) -> str:
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    return json.dumps({"Version": 1, "Expiration": soon, **dict(zip(names, found.values(), strict=True))})


def env(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    return keys(controller)


def in_lambda(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    return {**keys(controller), "AWS_LAMBDA_FUNCTION_NAME": "deploy", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}


def profile(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    lines = "".join(f"{name.lower()} = {value}\n" for name, value in keys(controller).items())
    path = controller.write("credentials", f"[work]\n{lines}")
    # Not by its whole path: what the caller's environment names is meant from where the caller is.
    return {"AWS_PROFILE": "work", "AWS_SHARED_CREDENTIALS_FILE": path.name}


def credential_process(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    controller.write("keys.json", as_credential_process(keys(controller)))
    path = controller.write("config", "[default]\ncredential_process = cat keys.json\n")
    return {"AWS_CONFIG_FILE": str(path)}


def web_identity(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    path = controller.write("token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjaSJ9.c2lnbmF0dXJl")
    return {TOKENS: str(path), "AWS_ROLE_ARN": arn("role", "deploy"), "AWS_ROLE_SESSION_NAME": "ci"}


def assumed_role(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    role = f"role_arn = {arn('role', 'deploy')}\ncredential_source = Environment\n"
    path = controller.write("config", f"[profile deploy]\n{role}")
    return {**keys(controller), "AWS_CONFIG_FILE": str(path), "LEASEHOLD_VAULT_AWS_PROFILE": "deploy"}


def container(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    found = json.loads(as_credential_process(keys(controller)))
    found["Token"] = found.pop("SessionToken")
    server = servers.enter_context(Canned({"/keys": (200, "application/json", json.dumps(found).encode())}))
    token = controller.write("token", "pod identity")
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/keys",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
    }


def sso(controller: Controller, servers: contextlib.ExitStack) -> Environ:
    found = dict(zip(("accessKeyId", "secretAccessKey", "sessionToken"), keys(controller).values(), strict=True))
    body = json.dumps({"roleCredentials": {**found, "expiration": int(time.time() + 3600) * 1000}}).encode()
    server = servers.enter_context(Canned({"/federation/credentials": (200, "application/json", body)}))
    start = "https://example.awsapps.com/start"
    lines = ["[default]", f"sso_start_url = {start}", "sso_region = us-east-1"]
    lines += ["sso_account_id = 123456789012", "sso_role_name = deploy"]
    path = controller.write("config", "\n".join(lines))
    # botocore's name of the cache is the SHA-1 of the address.
    name = "home/.aws/sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json"
    controller.write(name, json.dumps({"startUrl": start, "accessToken": "sso", "expiresAt": "2099-01-01T00:00:00Z"}))
    return {"AWS_CONFIG_FILE": str(path), "AWS_ENDPOINT_URL_SSO": server.url}


SOURCES = {
    "env": env,
    "env, in Lambda": in_lambda,
    "shared-credentials-file": profile,
    "custom-process": credential_process,
    "assume-role-with-web-identity": web_identity,
    "assume-role": assumed_role,
    "container-role": container,
    "sso": sso,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_of_credentials(controller: Controller, auth: AwsAuth, source: str) -> None:
    with contextlib.ExitStack() as servers:
        environ = SOURCES[source](controller, servers)
        with Run(controller, **environ) as run:
            run.begin(run.message("vault_login", ""))
            (reply,) = run.replies()
            assert reply["ok"]["results"][0]["policies"] == ["default", "deployer"], reply
    assert controller.left() == []
    assert controller.asked() == ONCE
    assert f"signed source={source.partition(',')[0]} region=us-east-1" in log(controller)


def test_credentials_of_another_lookup(controller: Controller, auth: AwsAuth) -> None:
    """The login of one Vault's AWS engine leads to the next one, for lookups and for modules."""
    del controller.environ["LEASEHOLD_VAULT_MOUNT_POINT"]
    approle = "auth_method='approle', mount_point='approle'"
    options = {
        "leasehold_vault_auth_method": "aws_iam",
        "leasehold_vault_mount_point": auth.mount,
        "leasehold_vault_aws_access_key": "{{ found.access_key }}",
        "leasehold_vault_aws_secret_key": "{{ found.secret_key }}",
        "leasehold_vault_aws_session_token": "{{ found.session_token }}",
    }
    found = f"{{{{ lookup('leasehold.vault.vault_aws_creds', 'deploy', {approle}) }}}}"
    fact = {"ansible.builtin.set_fact": {"found": found}, "run_once": True, "no_log": True}
    read = {"ansible.builtin.debug": {"msg": "{{ lookup('leasehold.vault.vault_read', 'kv/app/config') | length }}"}}
    controller.hosts(5)
    ended = controller.playbook(play(fact), play({**read, "vars": options}, {**read, "vars": options}))
    assert ended.code == 0, ended.out
    assert controller.left() == []
    logins = [entry.path for entry in controller.ledger.logins()]
    assert logins == ["auth/approle/login", f"auth/{auth.mount}/login"]
    assert "signed source=options" in log(controller)


@pytest.mark.every_core
def test_a_login_of_a_module(controller: Controller, auth: AwsAuth) -> None:
    controller.environ |= keys(controller)
    auth.role("ci", token_policies=["provisioner"])
    policy = {"name": "made-by-iam", "policy": 'path "a" { capabilities = ["read"] }'}
    ended = controller.playbook(play({"leasehold.vault.vault_policy": policy}))
    assert ended.code == 0, ended.out
    assert controller.scene.vault.api("DELETE", "sys/policies/acl/made-by-iam") is None
    assert controller.left() == []
    assert len(controller.ledger.logins()) == 1


def counted(controller: Controller) -> Path:
    """A source of credentials that counts how often it is asked, and gives others each time."""
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    script = f"""
import json, pathlib, sys
sys.path.insert(0, {str(controller.tree / "ansible_collections/leasehold/vault")!r})
from tests.testbed.aws import Moto
aws = Moto()
Moto.endpoint = {controller.scene.aws.endpoint!r}
found = aws.assume_role({arn("role", "deploy")!r})
with open("count", "a") as file:
    file.write("asked\\n")
print(json.dumps({{"Version": 1, **dict(zip({names!r}, found.values()))}}))
"""
    path = controller.write("process.py", script)
    command = shlex.join([sys.executable, str(path)])
    controller.environ["AWS_CONFIG_FILE"] = str(
        controller.write("config", f"[default]\ncredential_process = {command}\n")
    )
    return controller.folder / "count"


def test_e_fifty_forks_are_one_signature_and_one_login(controller: Controller, auth: AwsAuth) -> None:
    count = counted(controller)
    with Run(controller) as run:
        assert len(run.keys(forks=50)) == 1
    assert count.read_text() == "asked\n"
    assert log(controller).count(" signed ") == 1
    assert controller.left() == []
    assert controller.asked() == {**ONCE, "mint": 1}


def test_a_second_login_of_a_run_is_signed_anew(controller: Controller, auth: AwsAuth) -> None:
    count = counted(controller)
    with Run(controller) as run:
        for _number in range(2):
            run.begin(run.message("vault_login", "", fresh=True))
            (reply,) = run.replies()
            assert "ok" in reply, reply
    assert count.read_text() == "asked\n" * 2
    assert controller.left() == []
    assert controller.asked() == {"login": 2, "revocation": 2}


# -- what AWS verifies


class Strict(t.NamedTuple):
    """An AWS that verifies signatures, and temporary keys that it knows, here and in China, which is another world."""

    moto: Moto
    keys: Environ
    keys_in_china: Environ


@pytest.fixture(scope="module")
def strict() -> t.Iterator[Strict]:
    with Moto() as moto:
        role = arn("role", "deploy")
        made = Strict(moto, moto.assume_role(role), moto.assume_role(role.replace("aws", "aws-cn"), "cn-north-1"))
        moto.check_signatures()
        yield made


def refusal(controller: Controller, environ: Environ, forks: int = 1) -> str:
    with Run(controller, **environ) as run:
        return run.refusal(forks=forks)


def test_f47_f48_the_signature_is_verified(controller: Controller, auth: AwsAuth, strict: Strict) -> None:
    """Key, secret and token are of one set, and so is all that is signed, the server id among it."""
    moto, found, _in_china = strict
    auth.configure(sts_endpoint=moto.endpoint, iam_server_id_header_value="vault.example.com")
    with Run(controller, **found) as run:
        assert len(run.keys(forks=5)) == 1
    wrong = {**found, "AWS_SECRET_ACCESS_KEY": "x" * 40}
    assert "class=auth" in refusal(controller, wrong)
    assert controller.left() == []
    assert logins_tried(controller) == 2


def test_f47_the_server_id(controller: Controller, auth: AwsAuth) -> None:
    controller.environ |= keys(controller)
    auth.configure(iam_server_id_header_value="vault.example.com")
    for given in ("another.example.com", ""):
        text = refusal(controller, {"VAULT_AWS_IAM_SERVER_ID": given}, forks=5)
        assert "iam_server_id_header_value" in text and f"auth/{auth.mount}/config/client" in text
    assert logins_tried(controller) == 2
    with Run(controller, VAULT_AWS_IAM_SERVER_ID="", VAULT_HEADER_VALUE="vault.example.com") as run:
        assert run.keys()
    assert controller.left() == []


def test_s18_without_a_server_id_there_is_one_warning(controller: Controller, auth: AwsAuth) -> None:
    controller.environ |= keys(controller)
    del controller.environ["VAULT_AWS_IAM_SERVER_ID"]
    with Run(controller) as run:
        run.begin(*[run.message("vault_login", "")] * 10)
        warnings = [text for reply in run.replies() for text in reply["warnings"]]
    assert len(warnings) == 1 and warnings[0].startswith("header_value is not set")
    assert controller.left() == []


VPC = "https://vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com"
PLACES: list[tuple[str, str, Environ, Environ]] = [
    ("sts.amazonaws.com", "us-east-1", {}, {"AWS_REGION": "eu-west-1"}),
    ("sts.eu-west-1.amazonaws.com", "eu-west-1", {"AWS_REGION": "eu-west-1"}, {}),
    ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1", {"AWS_REGION": "cn-north-1"}, {"AWS_REGION": "us-east-1"}),
    ("vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com", "eu-west-1", {"AWS_STS_ENDPOINT": VPC}, {"AWS_REGION": "eu-west-1"}),
    (
        "sts-fips.us-west-2.amazonaws.com",
        "us-west-2",
        {"AWS_STS_ENDPOINT": "https://sts-fips.us-west-2.amazonaws.com"},
        {},
    ),
    ("127.0.0.1:4567", "eu-west-1", {"AWS_STS_ENDPOINT": "http://127.0.0.1:4567", "AWS_REGION": "eu-west-1"}, {}),
]


@pytest.mark.parametrize(("host", "region", "right", "wrong"), PLACES, ids=[host for host, *_rest in PLACES])
def test_region_and_endpoint(
    controller: Controller,
    auth: AwsAuth,
    strict: Strict,
    host: str,
    region: str,
    right: Environ,
    wrong: Environ,
) -> None:
    """Vault asks an STS of its own choice, which knows one host and one region."""
    controller.environ |= strict.keys_in_china if region.startswith("cn-") else strict.keys
    with RegionalSts(host, region, strict.moto.endpoint) as sts:
        auth.configure(sts_endpoint=sts.url)
        with Run(controller, **{f"LEASEHOLD_VAULT_{name}": value for name, value in right.items()}) as run:
            assert run.keys()
        text = refusal(controller, {f"LEASEHOLD_VAULT_{name}": value for name, value in wrong.items()})
        assert "AWS refused the signature" in text and "Credential should be scoped to a valid region" in text
        assert "compare aws_region and aws_sts_endpoint with sts_endpoint" in text
    assert logins_tried(controller) == 2
    assert controller.left() == []


@pytest.mark.parametrize("how", ["AWS_REGION", "AWS_DEFAULT_REGION", "profile"])
def test_region_auto(controller: Controller, auth: AwsAuth, strict: Strict, how: str) -> None:
    moto, found, _in_china = strict
    controller.environ |= {**found, "LEASEHOLD_VAULT_AWS_REGION": "auto", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
    given = {how: "eu-west-1"}
    if how == "profile":
        given = {"AWS_CONFIG_FILE": str(controller.write("config", "[default]\nregion = eu-west-1\n"))}
    with RegionalSts("sts.eu-west-1.amazonaws.com", "eu-west-1", moto.endpoint) as sts:
        auth.configure(sts_endpoint=sts.url)
        with Run(controller, **given) as run:
            assert run.keys()
    assert "aws_region is auto, and neither" in refusal(controller, {})
    assert controller.left() == []


def test_use_sts_region_from_client(strict: Strict, tmp_path: Path) -> None:
    """Vault itself makes the host out of the region that was signed; both are on the bench, behind a proxy."""
    moto, found, _in_china = strict
    authority, host = Authority(tmp_path), "sts.eu-west-1.amazonaws.com"
    with contextlib.ExitStack() as stack:
        sts = stack.enter_context(RegionalSts(host, "eu-west-1", moto.endpoint, tls=authority.server(host)))
        proxy = stack.enter_context(FaultServer(upstream=sts.url))
        proxy.on("CONNECT", r"sts\.us-east-1\..*", answer(502))
        environ = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": authority.ca_cert}
        scene = stack.enter_context(bench(environ))
        controller = stack.enter_context(Controller(scene))
        auth = stack.enter_context(aws_auth(scene))
        auth.role("ci", bound_iam_principal_arn=[arn("role", "deploy")])
        auth.configure(use_sts_region_from_client=True, max_retries=0)
        controller.environ |= {METHOD: "aws_iam", "LEASEHOLD_VAULT_MOUNT_POINT": auth.mount, **found}
        controller.environ |= {"VAULT_AWS_ROLE": "ci", "VAULT_HEADER_VALUE": "vault.example.com"}
        with Run(controller, LEASEHOLD_VAULT_AWS_REGION="eu-west-1") as run:
            assert run.keys()
        assert "Vault could not reach STS" in refusal(controller, {})
        assert {seen.target for seen in proxy.requests} == {f"{host}:443", "sts.us-east-1.amazonaws.com:443"}
        assert controller.left() == []


# -- what goes wrong


def test_f46_a_signature_that_is_too_old(controller: Controller, auth: AwsAuth, strict: Strict) -> None:
    moto, found, _in_china = strict
    with RegionalSts("sts.amazonaws.com", "us-east-1", moto.endpoint, clock=1200) as sts:
        auth.configure(sts_endpoint=sts.url)
        text = refusal(controller, found, forks=20)
    assert "Signature expired" in text and "This machine's clock is 20 min behind that of AWS" in text, text
    assert controller.left() == []
    assert logins_tried(controller) == 1


@pytest.mark.parametrize(("minutes", "said"), [(20, "20 min behind"), (-20, "20 min ahead of")])
def test_f46_a_clock_that_is_wrong(controller: Controller, auth: AwsAuth, minutes: int, said: str) -> None:
    """Vault's words as in the test above, with the time of day that Vault has then."""
    errors = ["error making upstream request: received error code 403 from STS: <ErrorResponse><Error></Error>"]
    dated = answer(400, {"errors": errors}, {"Date": formatdate(time.time() + minutes * 60, usegmt=True)})
    with behind(controller, **keys(controller)) as (faults, run):
        faults.on("POST", f"/v1/auth/{auth.mount}/login", dated)
        text = run.refusal(forks=20)
        assert f"This machine's clock is {said} that of Vault" in text and "class=auth" in text
        assert len(faults.requests) == 1


def test_what_aws_quotes_is_not_shown(controller: Controller, auth: AwsAuth, strict: Strict) -> None:
    moto, found, _in_china = strict
    with RegionalSts("sts.amazonaws.com", "us-east-1", moto.endpoint) as sts:
        auth.configure(sts_endpoint=sts.url)
        text = refusal(controller, {**found, "AWS_SECRET_ACCESS_KEY": "wrong-secret-of-forty-characters-0123456"})
    assert "The request signature we calculated does not match" in text
    assert found["AWS_SESSION_TOKEN"][:20] not in text and "Canonical" not in text and "AWS4-HMAC" not in text
    assert controller.left() == []


def test_f49_an_sts_that_is_down_or_too_busy(controller: Controller, auth: AwsAuth) -> None:
    controller.environ |= keys(controller)
    auth.configure(sts_endpoint="http://127.0.0.1:9", max_retries=0)
    text = refusal(controller, {}, forks=20)
    assert "Vault could not reach STS" in text and "class=auth" in text
    assert logins_tried(controller) == 1
    auth.configure()
    with behind(controller) as (faults, run):
        faults.on(
            "POST", f"/v1/auth/{auth.mount}/login", answer(502, {"errors": ["Throttling: Rate exceeded"]}), nth=[1, 2]
        )
        assert run.keys(forks=5)
        assert len([seen for seen in faults.requests if seen.target.endswith("/login")]) == 3


def test_somebody_else(controller: Controller, auth: AwsAuth) -> None:
    """An identity that the role is not bound to, and a role that there is not."""
    controller.environ |= keys(controller)
    auth.role("others", bound_iam_principal_arn=[arn("user", "somebody")])
    assert "does not belong to the role" in refusal(controller, {"VAULT_AWS_ROLE": "others"})
    text = refusal(controller, {"VAULT_AWS_ROLE": "absent"})
    assert "the aws_iam login as absent" in text and "not found" in text
    # Vault takes the name of the AWS role.
    del controller.environ["ANSIBLE_HASHI_VAULT_ROLE_ID"]
    assert "entry for role deploy not found" in refusal(controller, {"VAULT_AWS_ROLE": ""})
    assert controller.left() == []


def test_no_credentials_is_no_request(controller: Controller, auth: AwsAuth) -> None:
    broken = str(
        controller.write("config", "[profile broken]\ncredential_process = sh -c 'echo canary-secret >&2; exit 3'\n")
    )
    with behind(controller) as (faults, run):
        text = run.refusal(forks=20)
        assert "There are no AWS credentials to log in with" in text and "class=auth" in text
        assert "no AWS profile absent" in run.refusal(aws_profile="absent")
        assert "belong together" in run.refusal(aws_access_key="AKIAIOSFODNN7EXAMPLE")
        assert faults.requests == []
    text = refusal(controller, {"AWS_CONFIG_FILE": broken, "LEASEHOLD_VAULT_AWS_PROFILE": "broken"})
    assert "could not be had: CredentialRetrievalError" in text and "canary" not in text
    assert controller.left() == []


def test_s22_instance_credentials_never_by_version_1(controller: Controller, auth: AwsAuth) -> None:
    class Old(Loopback):
        """A metadata service that knows version 1 only."""

        def answer(self, asked: t.Any) -> tuple[int, str, bytes]:
            return (405, "text/plain", b"") if asked.method == "PUT" else (200, "text/plain", b"deploy")

    with Old() as old:
        environ = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": old.url}
        text = refusal(controller, environ)
        assert "class=auth" in text
        assert {asked.method for asked in old.requests} == {"PUT"}
    assert controller.left() == []
