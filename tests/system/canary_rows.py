# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the canary gate: the ways for a lookup to succeed or to fail, each with its secrets where they hurt."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import typing as t
import uuid

from ansible_collections.leasehold.vault.tests.system.canary_stage import Stage, nothing
from ansible_collections.leasehold.vault.tests.system.controller import Task, await_truth
from ansible_collections.leasehold.vault.tests.system.runs import Run
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import arn, aws_auth, instance
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, answer, passing
from ansible_collections.leasehold.vault.tests.testbed.faults import echo as echo_sent
from ansible_collections.leasehold.vault.tests.testbed.vault import Vault
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority


class Row(t.NamedTuple):
    """One way to succeed, or to fail.

    ``fails`` and ``says`` have to be heard: how every lookup of it fails, and what else there is to say. ``keeper`` is
    whether one has to be seen. ``ways`` limits the tasks for each call.
    """

    fails: str = ""
    arrange: t.Callable[[Stage], object] = nothing
    calls: t.Sequence[tuple[str, str]] = (("vault_aws_creds", "'deploy'"),)
    meanwhile: t.Callable[[Stage], None] = nothing
    says: str = ""
    keeper: bool = True
    more: t.Sequence[Task] = ()
    ways: int | None = None


def alone(row: Row) -> Row:
    """The same without a keeper."""

    def arrange(stage: Stage) -> None:
        row.arrange(stage)
        stage.set(LEASEHOLD_VAULT_KEEPER="false")

    return row._replace(arrange=arrange, keeper=False, more=())


def wrong_secret_id(stage: Stage) -> None:
    """Of a role of its own, because Vault locks one out after five wrong ones."""
    scene, role = stage.controller.scene, f"canary-{uuid.uuid4()}"
    scene.vault.api("PUT", f"auth/approle/role/{role}", {"token_policies": ["deployer"]})
    stage.set(ANSIBLE_HASHI_VAULT_ROLE_ID=scene.approle(role))
    stage.give("ANSIBLE_HASHI_VAULT_SECRET_ID", str(uuid.uuid4()))


def unreachable(stage: Stage) -> None:
    stage.set(VAULT_ADDR="http://127.0.0.1:9", LEASEHOLD_VAULT_TIMEOUT="2")


def untrusted(stage: Stage) -> None:
    context = Authority(stage.controller.folder / "home").server()
    stage.set(VAULT_ADDR=stage.until_done.enter_context(FaultServer(tls=context)).url)


def sealed(stage: Stage) -> None:
    vault = stage.until_done.enter_context(Vault())
    vault.seal()
    stage.set(VAULT_ADDR=vault.address, LEASEHOLD_VAULT_TIMEOUT="2")


PAGE = "<html><body><h1>Bad gateway</h1><pre>X-Vault-Token: {}\nbody: {}</pre></body></html>"


def html(status: int) -> t.Callable[[Stage], None]:
    """A proxy's error page that repeats what it was sent, for the token and for the login."""

    def arrange(stage: Stage) -> None:
        page = PAGE.format(stage.give_token(), json.dumps(stage.given)).encode()
        stage.vault.on("*", "/v1/.*", answer(status, page, {"Content-Type": "text/html"}))

    return arrange


def login_error(stage: Stage) -> None:
    """Vault's refusal, with what it was sent, as it is and quoted by several languages."""
    password("another one")(stage)
    told = [f"no {PASSWORD}", json.dumps(PASSWORD), json.dumps(PASSWORD, ensure_ascii=False)]
    stage.vault.on("*", "/v1/auth/.*", answer(400, {"errors": told}))


def html_at_login(stage: Stage) -> None:
    page = PAGE.format("", json.dumps(stage.given)).encode()
    stage.vault.on("*", "/v1/.*", answer(500, page, {"Content-Type": "text/html"}))


def malformed(stage: Stage) -> None:
    body = b'{"data": {"access_key": "AKIA", "secret_key": "' + stage.give_token().encode()
    stage.vault.on("GET", "/v1/aws/.*", answer(200, body))


def echo(
    document: t.Callable[[str], object], status: int, headers: t.Mapping[str, str] | None = None
) -> t.Callable[..., None]:
    """An answer of Vault's own form that repeats the token."""

    def arrange(stage: Stage) -> None:
        token = stage.give_token()
        sent = {name: value.format(token) for name, value in (headers or {}).items()}
        stage.vault.on("GET", "/v1/aws/.*", answer(status, document(token), sent))

    return arrange


def made_with_warnings(token: str) -> dict[str, t.Any]:
    keys = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "no secret of ours", "session_token": "none of ours"}
    warnings = [f"Token {token} is about to expire", "\x1b[31mred"]
    return {"data": keys, "lease_id": "aws/creds/deploy/1", "lease_duration": 3600, "warnings": warnings}


def wrapped(stage: Stage) -> None:
    stage.give("ANSIBLE_HASHI_VAULT_SECRET_ID", stage.controller.scene.wrapped_secret_id())


def used_wrapping(stage: Stage) -> None:
    wrapped(stage)
    vault = stage.controller.scene.vault
    vault.api("POST", "sys/wrapping/unwrap", token=stage.given["ANSIBLE_HASHI_VAULT_SECRET_ID"])


def given_wrapping(stage: Stage) -> None:
    """A secret of another role, wrapped, which the user hands on."""
    stage.give("CANARY", stage.controller.scene.wrapped_secret_id("batch"))


def refused_wrapping(stage: Stage) -> None:
    given_wrapping(stage)
    stage.vault.on("POST", "/v1/sys/wrapping/lookup", echo_sent(403))


def broken_token(stage: Stage) -> None:
    stage.give("VAULT_TOKEN", stage.give_token() + "\nsecond-line-of-it")


PASSWORD = 'pass "wörd"\\ +/&% {{ 6 * 7 }} \''


def password(kept: str) -> t.Callable[[Stage], None]:
    """A login as a new user, whom Vault knows by this password."""

    def arrange(stage: Stage) -> None:
        user = f"canary-{uuid.uuid4()}"
        known = {"password": kept, "token_policies": ["deployer"]}
        stage.controller.scene.vault.api("PUT", f"auth/userpass/users/{user}", known)
        stage.set(ANSIBLE_HASHI_VAULT_AUTH_METHOD="userpass", ANSIBLE_HASHI_VAULT_USERNAME=user)
        stage.give("ANSIBLE_HASHI_VAULT_PASSWORD", PASSWORD)

    return arrange


def jwt(stage: Stage) -> None:
    stage.set(ANSIBLE_HASHI_VAULT_AUTH_METHOD="jwt", LEASEHOLD_VAULT_ROLE="deployer")
    stage.give("ANSIBLE_HASHI_VAULT_JWT", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbnNpYmxlIn0.c2lnbmF0dXJlK29mL2l0")


def aws_iam(bound_to: str) -> t.Callable[[Stage], None]:
    """A login as a role of AWS, with keys that are in the environment; good where Vault's role is bound to that."""

    def arrange(stage: Stage) -> None:
        scene = stage.controller.scene
        auth = stage.until_done.enter_context(aws_auth(scene))
        auth.role("ci", bound_iam_principal_arn=[arn("role", bound_to)])
        stage.set(
            ANSIBLE_HASHI_VAULT_AUTH_METHOD="aws_iam", LEASEHOLD_VAULT_MOUNT_POINT=auth.mount, VAULT_AWS_ROLE="ci"
        )
        names = scene.aws.assume_role(arn("role", "deploy"))
        stage.set(AWS_ACCESS_KEY_ID=names.pop("AWS_ACCESS_KEY_ID"))
        for name, value in names.items():
            stage.give(name, value)

    return arrange


def aws_ec2(stage: Stage) -> None:
    """A login as an instance. Its nonce is kept where nobody looks, for there it has to be."""
    auth, metadata = stage.until_done.enter_context(instance(stage.controller.scene))
    folder = stage.until_done.enter_context(tempfile.TemporaryDirectory())
    stage.set(LEASEHOLD_VAULT_MOUNT_POINT=auth.mount, LEASEHOLD_VAULT_ROLE="web", AWS_EC2_METADATA_DISABLED="false")
    stage.set(LEASEHOLD_VAULT_METADATA_URL=metadata.url, LEASEHOLD_VAULT_NONCE_FILE=f"{folder}/nonce")


def wrong_nonce(stage: Stage) -> None:
    """Of an instance that has logged in with another one."""
    aws_ec2(stage)
    with Run(stage.controller, LEASEHOLD_VAULT_NONCE="the-nonce-that-vault-remembers") as run:
        run.begin(run.message("vault_ec2_auth", ""))
        (reply,) = run.replies()
    assert "ok" in reply, reply
    stage.give("LEASEHOLD_VAULT_NONCE", "a-nonce-that-is-wrong-but-nobodys-business")


def misplaced(stage: Stage) -> None:
    stage.give("CANARY", stage.give_token())


SECRET = "lookup('env', 'CANARY')"
UNWRAP = ("vault_unwrap", f"{SECRET}, creation_path='auth/approle/role/batch/secret-id'")
MISPLACED = (
    *(f"{option}={SECRET}" for option in ("auth_method", "min_ttl", "timeout", "validate_certs", "endpoint", "wait")),
    f"token={{'a': {SECRET}}}",
    f"password=[{SECRET}], auth_method='userpass', username='alice'",
    f"url='https://ansible:' ~ {SECRET} ~ '@127.0.0.1'",
    f"url='https://vault.example.com', proxies='https://ansible:' ~ {SECRET} ~ '@127.0.0.1'",
    f"secretid={SECRET}",
)


def keeper_dies(number: signal.Signals) -> Row:
    """It dies while Vault makes credentials for it; a core dump would have its tokens."""

    def arrange(stage: Stage) -> None:
        stage.vault.on("GET", "/v1/aws/creds/.*", passing(delay=3), nth=[1])

    def meanwhile(stage: Stage) -> None:
        await_truth(lambda: [seen for seen in stage.vault.requests if "/creds/" in seen.target])
        os.kill(stage.controller.keeper(), number)

    return Row("", arrange, meanwhile=meanwhile)


def aws_never_knows_the_key(stage: Stage) -> None:
    error = b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
    stage.aws.on("POST", "/", answer(403, error, {"Content-Type": "text/xml"}))


# A job file, a module's leftover files, and the report: none of them has been given a secret.
ELSEWHERE: list[Task] = [
    {"ansible.builtin.command": "true", "async": 20, "poll": 1, "when": "kept.secret_key is defined"},
    {"leasehold.vault.vault_finish": {}},
]
ROWS = {
    "session": Row(more=ELSEWHERE),
    "new user": Row(calls=[("vault_aws_creds", "'uploader'")]),
    "read": Row(calls=[("vault_read", "'secret/data/app/config', kv2=true"), ("vault_read", "'kv/app/config'")]),
    "login": Row("", password(PASSWORD), [("vault_login", "")]),
    "wrapped": Row("", wrapped, [("vault_login", "secret_id_wrapped_at='auth/approle/role/ansible/secret-id'")]),
    "given token": Row("", Stage.give_token),
    "wrong secret_id": Row("class=auth", wrong_secret_id),
    "wrong password": Row("class=auth", password("another one")),
    "aws_iam": Row("", aws_iam("deploy"), [("vault_login", "")], says="header_value is not set"),
    "wrong aws_iam": Row("class=auth", aws_iam("somebody")),
    "aws_ec2": Row("", aws_ec2, [("vault_ec2_auth", "")]),
    "wrong nonce": Row("class=nonce", wrong_nonce, [("vault_ec2_auth", "")]),
    "wrong jwt": Row("class=auth", jwt),
    "unreachable": Row("class=network", unreachable),
    "untrusted": Row("class=tls", untrusted),
    "sealed": Row("class=sealed", sealed),
    "denied": Row("class=permission", calls=[("vault_read", "'sys/mounts/aws'")]),
    "absent": Row("class=absent", calls=[("vault_read", "'secret/data/nothing'")]),
    "html 502": Row("class=response", html(502)),
    "html 200": Row("class=response", html(200)),
    "error with password": Row("class=auth", login_error),
    "html at login": Row("class=auth", html_at_login),
    "malformed": Row("class=response", malformed),
    "error with token": Row("class=response", echo(lambda token: {"errors": [f"no {token}", json.dumps(token)]}, 400)),
    "warning with token": Row("", echo(made_with_warnings, 200), says="Vault says of"),
    "redirect with token": Row("class=redirect", echo(str, 307, {"Location": "https://example.com/{0}?t={0}"})),
    "swapped wrapping": Row(
        "made elsewhere than secret_id_wrapped_at says",
        wrapped,
        [("vault_login", "secret_id_wrapped_at='auth/approle/role/batch/secret-id'")],
    ),
    "used wrapping": Row(
        "it was used before, or has expired",
        used_wrapping,
        [("vault_login", "secret_id_wrapped_at='auth/approle/role/ansible/secret-id'")],
    ),
    "unwrapped": Row("", given_wrapping, [UNWRAP]),
    "unwrap refused": Row("class=permission", refused_wrapping, [UNWRAP]),
    "unwrap swapped": Row(
        "class=", given_wrapping, [("vault_unwrap", f"{SECRET}, creation_path='auth/approle/role/ansible/secret-id'")]
    ),
    "broken token": Row("other non-printable characters", broken_token),
    "misplaced": Row("class=config", misplaced, [("vault_aws_creds", f"'deploy', {how}") for how in MISPLACED], ways=2),
    "bad names": Row(
        "class=path",
        calls=[("vault_aws_creds", name) for name in (r"'../sys'", r"'a/b?list=true'", r"'a\nb'", "''")],
        ways=2,
    ),
    "truncated": Row("class=truncated", calls=[("vault_aws_creds", "'deploy', min_ttl=99999")]),
    "keeper killed": keeper_dies(signal.SIGKILL),
    "keeper crashed": keeper_dies(signal.SIGSEGV),
}
ROWS |= {f"{name}, alone": alone(ROWS[name]) for name in ("session", "wrong secret_id", "html 502", "malformed")}
ROWS["new user, alone"] = alone(ROWS["new user"])._replace(ways=2)
# The wait for AWS lasts a minute.
SLOW = {"never accepted": Row("class=aws-wait", aws_never_knows_the_key, [("vault_aws_creds", "'uploader'")])}
