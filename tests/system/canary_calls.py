# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules' part of the canary gate: what they are called with, and what happens to them."""

from __future__ import annotations

import json
import tempfile
import typing as t
import uuid

from ansible_collections.leasehold.vault.tests.system.canary_rows import PAGE, PASSWORD
from ansible_collections.leasehold.vault.tests.system.canary_stage import Stage
from ansible_collections.leasehold.vault.tests.system.controller import Task
from ansible_collections.leasehold.vault.tests.testbed.aws import ACCOUNT
from ansible_collections.leasehold.vault.tests.testbed.faults import Action, answer, echo
from ansible_collections.leasehold.vault.tests.testbed.metadata import IMAGE, Instance, Metadata, Signer

Args = dict[str, t.Any]

ITEMS = ("one", "one", "other")
WORDS = ("failed", "changed")


class Call(t.NamedTuple):
    """A module's task, in a loop over as many of ``ITEMS`` as ``becomes`` has letters: each of them is to be
    (c)hanged, (u)nchanged or (f)ailed.
    """

    module: str
    args: Args
    becomes: str = "f"
    register: str = ""

    def task(self, register: str) -> Task:
        loop = {"loop": list(ITEMS[: len(self.becomes)]), "register": self.register or register}
        return {f"leasehold.vault.{self.module}": self.args, **loop, "ignore_errors": True}

    def became(self, register: str) -> str:
        """What has to be true afterwards."""
        flags = [
            f"{self.register or register}.results | map(attribute='{flag}', default=false) | list" for flag in WORDS
        ]
        expected = [[letter == word[0] for letter in self.becomes] for word in WORDS]
        return f"[{', '.join(flags)}] == {json.dumps(expected)}"


def secret(name: str) -> str:
    """A secret of the user, as a template."""
    return f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}"


def provision(stage: Stage) -> None:
    """A login that may do everything, and secrets for its modules."""
    scene, name = stage.controller.scene, f"canary-{uuid.uuid4()}"
    key, second = scene.aws.create_user(name), scene.aws.create_user(f"{name}-too")
    stage.set(CANARY_USER=name, CANARY_ACCESS_KEY=key.access_key, CANARY_AWS=scene.aws.endpoint)
    stage.set(CANARY_SECOND_ACCESS_KEY=second.access_key)
    stage.set(ANSIBLE_HASHI_VAULT_ROLE_ID=scene.approle("provisioner"))
    stage.give("ANSIBLE_HASHI_VAULT_SECRET_ID", scene.new_secret_id("provisioner"))
    stage.give("CANARY_KEY", key.secret_key)
    stage.give("CANARY_SECOND_KEY", second.secret_key)
    stage.give("CANARY_PASSWORD", PASSWORD)
    stage.give("CANARY_SECRET_ID", f"chosen by {uuid.uuid4()}")
    stage.give("CANARY_TOKEN", scene.wrapped_secret_id())


def provision_an_instance(stage: Stage) -> None:
    """The controller is one. Its token and its nonce are kept where nobody looks, for there they have to be."""
    provision(stage)
    scene, signer = stage.controller.scene, Signer()
    instance = Instance(scene.aws.run_instance(IMAGE))
    metadata = stage.until_done.enter_context(Metadata(signer, instance))
    folder = stage.until_done.enter_context(tempfile.TemporaryDirectory())
    stage.set(CANARY_INSTANCE=instance.instance_id, CANARY_CERTIFICATE=signer.pem, CANARY_FOLDER=folder)
    stage.set(CANARY_METADATA=metadata.url, AWS_EC2_METADATA_DISABLED="false")


def deprive(stage: Stage) -> None:
    """The same secrets, and a login that may do next to nothing."""
    provision(stage)
    stage.set(ANSIBLE_HASHI_VAULT_ROLE_ID=stage.controller.scene.role_id)
    stage.give("ANSIBLE_HASHI_VAULT_SECRET_ID", stage.controller.scene.new_secret_id())


# A run has to be able to begin and to end.
OTHERS = r"/v1/(?!auth/approle/login$|auth/token/\w+-self$|sys/leases/revoke$).*"


def refuse(stage: Stage) -> None:
    """Vault refuses every write, and repeats what it was sent. 400 is its word for a wrapping token that has ended."""
    provision(stage)
    stage.vault.on("POST", "/v1/sys/wrapping/lookup", echo(403))
    stage.vault.on("POST", OTHERS, echo(400))


def instead(document: t.Callable[[Stage], Action]) -> t.Callable[[Stage], None]:
    def arrange(stage: Stage) -> None:
        provision(stage)
        stage.vault.on("*", OTHERS, document(stage))

    return arrange


def page(stage: Stage) -> Action:
    """A page with everything that a proxy on the way could know."""
    shown = PAGE.format("", json.dumps(stage.given)).encode()
    return answer(200, shown, {"Content-Type": "text/html"})


def wrong_types(stage: Stage) -> Action:
    """Vault's own form, with a secret where moments and numbers should be."""
    names = ("creation_time", "creation_ttl", "expiration_time", "ttl")
    return answer(200, {"data": dict.fromkeys(names, stage.given["CANARY_KEY"])})


AWS, AUTH, ROLE = {"mount": "canary"}, {"mount": "canary-aws"}, {"role_name": "canary"}
PAIR = {"access_key": secret("CANARY_ACCESS_KEY"), "secret_key": secret("CANARY_KEY")}
SECOND_PAIR = {"access_key": secret("CANARY_SECOND_ACCESS_KEY"), "secret_key": secret("CANARY_SECOND_KEY")}
CONFIG = {**PAIR, "iam_endpoint": secret("CANARY_AWS"), "sts_endpoint": secret("CANARY_AWS"), "region": "us-east-1"}
ALWAYS = {"update_secret": "{{ 'always' if item == 'other' else 'on_create' }}"}
TTL = {"token_ttl": "{{ '1h' if item == 'other' else '2h' }}"}
WORD = {"secret_data": {"password": secret("CANARY_PASSWORD")}}
AS_TEXT = {"secret_data": "{{ {'password': lookup('ansible.builtin.env', 'CANARY_PASSWORD')} | to_json }}"}
ALICE = {"path": "auth/canary/users/alice", "compare": {"password": "never"}}
CHOSEN = {"custom_secret_id": secret("CANARY_SECRET_ID")}
WRAP = {"path": "sys/wrapping/wrap", "state": "written", "wrap_ttl": "60s"}
LEASE = {"lease_id": "{{ lookup('leasehold.vault.vault_aws_creds', 'uploader', wait=false).lease_id }}"}
DAILY = {"iam_user": secret("CANARY_USER"), "rotation_period": "{{ '24h' if item == 'one' else '48h' }}"}
POLICY = {"name": "canary", "policy": 'path "{{ item }}" { capabilities = ["read"] }'}
TYPED = {"name": "canary", "credential_type": "iam_user", "user_path": "/{{ item }}/"}
GONE = {"state": "absent", "destroy_data": True}
WEB = {**AUTH, "name": "web", "auth_type": "ec2"}
INSTANCE = {**AUTH, "instance_id": secret("CANARY_INSTANCE")}
TAGGED = {**AUTH, "role_name": "tagged"}
CERTIFICATE = {**AUTH, "name": "canary", "aws_public_cert": secret("CANARY_CERTIFICATE")}
STS_ROLE = {"sts_role": f"arn:aws:iam::{ACCOUNT}:role/vault", "external_id": "{{ item }}"}
TIDY = {**AUTH, "what": "identity-accesslist"}
CLIENT_ENDPOINTS = dict.fromkeys(("endpoint", "iam_endpoint", "sts_endpoint"), secret("CANARY_AWS"))
KEPT = {"token_file": secret("CANARY_FOLDER") + "/token", "nonce_file": secret("CANARY_FOLDER") + "/nonce"}
INTRODUCED = {"role": "web", "metadata_url": secret("CANARY_METADATA"), **KEPT}

MADE = (
    Call("vault_secrets_engine", {"path": "canary", "type": "aws", "description": "{{ item }}"}, "cuc"),
    Call("vault_aws_config_root", {**AWS, **CONFIG, **ALWAYS}, "cuc"),
    Call("vault_aws_rotate_root", {**AWS, "older_than": "1h", "aws_credentials": PAIR}, "u"),
    Call("vault_auth_method", {"path": "canary-aws", "type": "aws"}, "cu"),
    Call(
        "vault_aws_auth_client", {**AUTH, **SECOND_PAIR, **CLIENT_ENDPOINTS, "sts_region": "us-east-1", **ALWAYS}, "cuc"
    ),
    Call("vault_aws_auth_certificate", {**CERTIFICATE, "type": "pkcs7"}, "cu"),
    Call(
        "vault_aws_auth_identity",
        {**AUTH, "ec2_alias": "{{ 'image_id' if item == 'other' else 'instance_id' }}"},
        "cuc",
    ),
    Call("vault_aws_auth_sts_role", {**AUTH, "account_id": ACCOUNT, **STS_ROLE}, "cuc"),
    Call("vault_aws_auth_role", {**WEB, "bound_ami_id": [IMAGE], **TTL}, "cuc"),
    Call(
        "vault_aws_auth_role",
        {**AUTH, "name": "tagged", "auth_type": "ec2", "bound_ami_id": [IMAGE], "role_tag": "role"},
        "cu",
    ),
    Call("vault_aws_auth_role_tag", {**TAGGED, **INSTANCE, "policies": ["web"]}, "u"),
    Call("vault_ec2_login", {**INTRODUCED, "mount_point": "canary-aws"}, "cu"),
    Call("vault_aws_auth_rotate_root", {**AUTH, "older_than": "1h", "aws_credentials": SECOND_PAIR}, "u"),
    Call("vault_aws_rotate_root", {**AWS, "force": True}, "c"),
    Call("vault_approle_role", {"name": "canary", **TTL}, "cuc"),
    Call("vault_approle_secret_id", {**ROLE, "metadata": {"host": "web"}}, "cu"),
    Call("vault_approle_secret_id", {**ROLE, **CHOSEN}, "cu"),
    Call("vault_approle_secret_id", {**ROLE, "wrap_ttl": "60s"}, "c", "wrapped"),
    Call("vault_token", {"ttl": "60s"}, "c", "token"),
    Call("vault_token", {"ttl": "60s", "wrap_ttl": "60s"}, "c"),
    Call("vault_write", {"path": "auth/token/roles/canary", "data": {"orphan": True}}, "cu"),
    Call("vault_token", ROLE, "c"),
    Call("vault_auth_method", {"path": "canary", "type": "userpass", "description": "{{ item }}"}, "cuc"),
    Call("vault_write", {**ALICE, **WORD, **ALWAYS}, "cuc"),
    Call("vault_write", {**ALICE, **AS_TEXT}, "u"),
    Call("vault_write", {"path": "auth/approle/role/canary/secret-id", "state": "written", "return_data": True}, "c"),
    Call("vault_write", {**WRAP, **WORD}, "c"),
    Call("vault_wrap_info", {"wrapping_token": "{{ wrapped.results[0].wrap_info.token }}"}, "u"),
    Call("vault_lease", {**LEASE, "state": "renewed"}, "c"),
    Call("vault_lease", {**LEASE, "state": "absent"}, "cu"),
)
TOLD = (
    Call("vault_policy", POLICY, "cuc"),
    Call("vault_aws_config_lease", {**AWS, "lease": "1h", "lease_max": "{{ '2h' if item == 'one' else '3h' }}"}, "cuc"),
    Call("vault_aws_role", {**AWS, **TYPED}, "cuc"),
    Call("vault_aws_static_role", {**AWS, "name": "canary", **DAILY}, "cuc"),
    *(
        Call(f"vault_{name}_info", args, "u")
        for name, args in {
            "secrets_engine": {"path": "canary"},
            "aws_config_root": AWS,
            **{
                f"aws_auth_{name}": AUTH
                for name in ("client", "certificate", "identity", "role", "sts_role", "accesslist")
            },
            "aws_config_lease": AWS,
            "aws_role": AWS,
            "aws_static_role": AWS,
            "auth_method": {},
            "policy": {"name": "canary"},
            "approle_role": {},
            "approle_secret_id": ROLE,
            "token": {"accessor": "{{ token.results[0].accessor | default('none') }}"},
            "lease": {"prefix": "aws"},
        }.items()
    ),
    Call("vault_approle_tidy", {}, "c"),
    Call("vault_aws_auth_tidy", {**TIDY, "safety_buffer": "{{ '3h' if item == 'other' else '2h' }}"}, "cuc"),
    Call("vault_aws_auth_tidy", {**TIDY, "state": "started"}, "c"),
)
REMOVED = (
    Call("vault_aws_auth_sts_role", {**AUTH, "account_id": ACCOUNT, "state": "absent"}, "cu"),
    Call("vault_aws_auth_accesslist_entry", {**INSTANCE, "state": "absent"}, "cu"),
    Call("vault_aws_auth_role", {**WEB, "state": "absent"}, "cu"),
    Call("vault_aws_auth_certificate", {**AUTH, "name": "canary", "state": "absent"}, "cu"),
    Call("vault_aws_auth_rotate_root", {**AUTH, "force": True}, "c"),
    Call("vault_approle_secret_id", {**ROLE, **CHOSEN, "state": "absent"}, "cu"),
    Call("vault_token", {"accessor": "{{ token.results[0].accessor }}", "state": "absent"}, "cu"),
    Call("vault_write", {**ALICE, **WORD, "state": "absent"}, "cu"),
    Call("vault_write", {"path": "auth/token/roles/canary", "state": "absent"}, "c"),
    Call("vault_approle_role", {"name": "canary", "state": "absent"}, "cu"),
    Call("vault_policy", {"name": "canary", "state": "absent"}, "cu"),
    Call("vault_secrets_engine", {"path": "canary", **GONE}, "cu"),
    *(Call("vault_auth_method", {"path": path, **GONE}, "cu") for path in ("canary", "canary-aws")),
    Call("vault_finish", {}, "c"),
)

LIFE = (*MADE, *TOLD, *REMOVED)
# Where each call takes a second: what differs there is only how a module gets its secrets and tells its result.
SHORT_LIFE = (
    Call("vault_aws_config_root", {**CONFIG, "update_secret": "always"}, "c"),
    Call("vault_aws_config_root_info", {}, "u"),
    Call("vault_aws_rotate_root", {"older_than": "1h", "aws_credentials": PAIR}, "u"),
    Call("vault_approle_secret_id", {"role_name": "ansible"}, "c"),
    Call("vault_approle_secret_id", {"role_name": "ansible", **CHOSEN}, "cu"),
    Call("vault_approle_secret_id", {"role_name": "ansible", "wrap_ttl": "60s"}, "c", "wrapped"),
    Call("vault_token", {"wrap_ttl": "60s"}, "c"),
    Call("vault_write", {**ALICE, **WORD, "path": "auth/userpass/users/canary", "update_secret": "always"}, "c"),
    Call("vault_write", {**WRAP, **AS_TEXT}, "c"),
    Call("vault_write", {"path": "auth/approle/role/ansible/secret-id", "state": "written", "return_data": True}, "c"),
    Call("vault_wrap_info", {"wrapping_token": "{{ wrapped.results[0].wrap_info.token }}"}, "u"),
    Call("vault_policy", {**POLICY, "name": secret("CANARY_USER")}, "c"),
)
FORETOLD = tuple(call._replace(becomes="c") for call in (*MADE, *TOLD) if call.becomes.startswith("c"))
# Each of these asks Vault to do something with a secret.
ASKED = (
    Call("vault_aws_config_root", {**CONFIG, "update_secret": "always"}),
    Call("vault_approle_secret_id", {"role_name": "ansible"}),
    Call("vault_approle_secret_id", {"role_name": "ansible", **CHOSEN}),
    Call("vault_approle_secret_id", {"role_name": "ansible", "wrap_ttl": "60s"}),
    Call("vault_token", {"wrap_ttl": "60s"}),
    Call("vault_aws_auth_client", {**PAIR, "update_secret": "always"}),
    Call("vault_write", {"path": "auth/userpass/users/canary", **WORD}),
    Call("vault_write", {**WRAP, **AS_TEXT}),
)
# These ask for it without one, but for the token of the run.
OTHERS_ASKED = (
    Call("vault_secrets_engine", {"path": "canary", "type": "aws"}),
    Call("vault_auth_method", {"path": "canary", "type": "userpass"}),
    Call("vault_aws_rotate_root", {"force": True}),
    Call("vault_aws_config_lease", {"lease": "5h", "lease_max": "6h"}),
    Call("vault_aws_role", TYPED),
    Call("vault_aws_static_role", {"name": "canary", **DAILY}),
    Call("vault_policy", POLICY),
    Call("vault_approle_role", {"name": "canary", **TTL}),
    Call("vault_approle_tidy", {}),
    Call("vault_token", {}),
    Call("vault_token", ROLE),
)
AWS_AUTH_ARGS: dict[str, Args] = {
    "accesslist_entry": {"instance_id": "i-0123456789abcdef0", "state": "absent"},
    "accesslist_info": {},
    "certificate": {"name": "canary", "aws_public_cert": "canary"},
    "certificate_info": {},
    "identity": {"iam_alias": "unique_id"},
    "identity_info": {},
    "role": {"name": "canary", "auth_type": "iam", "bound_account_id": ["123456789012"]},
    "role_info": {},
    "role_tag": ROLE,
    "rotate_root": {"force": True},
    "sts_role": {"account_id": "123456789012", "sts_role": "arn:aws:iam::123456789012:role/vault"},
    "sts_role_info": {},
    "tidy": {"what": "identity-accesslist", "state": "started"},
}
AWS_AUTH = tuple(Call(f"vault_aws_auth_{name}", args) for name, args in AWS_AUTH_ARGS.items())
LOOKED_UP = (
    Call("vault_wrap_info", {"wrapping_token": secret("CANARY_TOKEN")}),
    Call("vault_lease", {"lease_id": "aws/creds/uploader/canary", "state": "renewed"}),
)
# These do more with an answer than hand it on.
READING = (*ASKED[1:3], *LOOKED_UP)
INFOS = tuple(call._replace(becomes="f") for call in TOLD if call.module.endswith("_info"))

MISPLACED = secret("CANARY_PASSWORD")
MISPLACED_ARGS: tuple[Args, ...] = (
    *({option: MISPLACED} for option in ("auth_method", "timeout", "validate_certs", "secretid")),
    {"token": {"a": MISPLACED}},
    {"password": [MISPLACED], "auth_method": "userpass", "username": "alice"},
)
WRONG = (
    *(Call("vault_policy", {**POLICY, **args}) for args in MISPLACED_ARGS),
    Call("vault_policy", {**POLICY, "state": MISPLACED}),
    Call("vault_policy", {**POLICY, "paths": MISPLACED}),
    Call("vault_aws_config_root", {**CONFIG, "update_secret": secret("CANARY_KEY")}),
    Call("vault_aws_config_root", {"max_retries": secret("CANARY_KEY")}),
    Call("vault_aws_rotate_root", {"force": secret("CANARY_KEY")}),
    Call("vault_aws_rotate_root", {"older_than": "1h", "aws_credentials": secret("CANARY_KEY")}),
    Call("vault_aws_role", {**TYPED, "credential_type": secret("CANARY_KEY")}),
    Call("vault_approle_secret_id", {**ROLE, "metadata": secret("CANARY_SECRET_ID")}),
    Call("vault_approle_secret_id", {**ROLE, "num_uses": secret("CANARY_SECRET_ID"), **CHOSEN}),
    Call("vault_token", {"period": {"a": secret("CANARY_TOKEN")}, "num_uses": secret("CANARY_TOKEN")}),
    Call("vault_write", {**ALICE, "secret_data": MISPLACED}),
    Call("vault_write", {**ALICE, "compare": {"password": secret("CANARY_PASSWORD")}, **WORD}),
    Call("vault_wrap_info", {"wrapping_token": [secret("CANARY_TOKEN") + "\n"]}),
    Call("vault_lease", {"lease_id": "a", "state": secret("CANARY_KEY"), "sync": secret("CANARY_KEY")}),
    Call("vault_finish", {"state": secret("CANARY_KEY")}),
)


class Row(t.NamedTuple):
    """What is called, in the process of the run and on a host, and what all failures have to say."""

    arrange: t.Callable[[Stage], object]
    here: t.Sequence[Call]
    there: t.Sequence[Call]
    says: str = ""


ROWS = {
    "success": Row(provision_an_instance, LIFE, SHORT_LIFE),
    "refused": Row(refuse, (*ASKED, *OTHERS_ASKED, *LOOKED_UP), (*ASKED, *LOOKED_UP), "Vault"),
    "page": Row(instead(page), (*ASKED, *OTHERS_ASKED, *LOOKED_UP, *INFOS, *AWS_AUTH), ASKED[:2], "class=response"),
    "denied": Row(deprive, (*ASKED[:-1], *OTHERS_ASKED), ASKED[:2], "class=permission"),
    "wrong types": Row(instead(wrong_types), READING, READING, "class=internal"),
    "check mode": Row(provision_an_instance, FORETOLD, [call._replace(becomes="c") for call in ASKED[:2]]),
    "wrong options": Row(provision, WRONG, WRONG[-5:]),
}
