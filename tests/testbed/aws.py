# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS of the bench: moto on a free port, and the few IAM calls that preparing and checking need.

The calls are plain query requests, because moto does not check signatures unless it is told to: so this module
needs nothing but the standard library, and nothing of the user's AWS configuration can reach it.
"""

from __future__ import annotations

import json
import sys
import typing as t
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path

from .child import BenchError, Child, clean_environ

ACCOUNT = "123456789012"
REGION = "us-east-1"
_VERSIONS = {"ec2": "2016-11-15", "iam": "2010-05-08", "sts": "2011-06-15"}
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Key(t.NamedTuple):
    access_key: str
    secret_key: str


class Moto:
    """``with Moto() as aws`` has an AWS account to itself."""

    def __enter__(self) -> Moto:
        script = Path(__file__).with_name("serve_moto.py")
        # -P: the modules beside the script are no business of moto's.
        self._child = Child([sys.executable, "-P", script], clean_environ())
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    @property
    def pid(self) -> int:
        return self._child.process.pid

    @property
    def folder(self) -> Path:
        return self._child.folder

    @property
    def endpoint(self) -> str:
        return self._child.facts["endpoint"]

    def call(
        self, service: str, action: str, *, access_key: str = "bench", region: str = REGION, **params: str
    ) -> ET.Element:
        """One query request of EC2, IAM or STS, in the name of an access key."""
        scope = f"{access_key}/20260101/{region}/{service}/aws4_request"
        body = urllib.parse.urlencode({"Action": action, "Version": _VERSIONS[service], **params}).encode()
        request = urllib.request.Request(self.endpoint, body)
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
        try:
            with _OPENER.open(request, timeout=30) as answer:
                return ET.fromstring(answer.read())
        except urllib.error.HTTPError as error:
            code = ET.fromstring(error.read()).findtext(".//{*}Code")
            raise BenchError(f"AWS refuses {action}: {code}") from None

    def create_user(self, name: str) -> Key:
        """A new IAM user with an access key."""
        self.call("iam", "CreateUser", UserName=name)
        made = self.call("iam", "CreateAccessKey", UserName=name)
        return Key(made.findtext(".//{*}AccessKeyId", ""), made.findtext(".//{*}SecretAccessKey", ""))

    def remove_user(self, name: str) -> None:
        """An IAM user and its access keys."""
        for key in self.access_keys(name):
            self.call("iam", "DeleteAccessKey", UserName=name, AccessKeyId=key)
        self.call("iam", "DeleteUser", UserName=name)

    def assume_role(self, arn: str, region: str = REGION) -> dict[str, str]:
        """New temporary keys of a role, under the names of the environment."""
        made = self.call("sts", "AssumeRole", region=region, RoleArn=arn, RoleSessionName="bench")
        names = {
            "AccessKeyId": "ACCESS_KEY_ID",
            "SecretAccessKey": "SECRET_ACCESS_KEY",
            "SessionToken": "SESSION_TOKEN",
        }
        return {f"AWS_{name}": made.findtext(f".//{{*}}{tag}", "") for tag, name in names.items()}

    def run_instance(self, image: str) -> str:
        """The id of a new EC2 instance."""
        made = self.call("ec2", "RunInstances", ImageId=image, MinCount="1", MaxCount="1")
        return made.findtext(".//{*}instanceId", "")

    def tag_instance(self, instance_id: str, key: str, value: str) -> None:
        self.call("ec2", "CreateTags", **{"ResourceId.1": instance_id, "Tag.1.Key": key, "Tag.1.Value": value})

    def check_signatures(self) -> None:
        """From now on AWS verifies each request, and this object's own are refused."""
        plain = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset-auth", b"0", plain)
        with _OPENER.open(request, timeout=30) as answer:
            assert answer.status == 200

    def create_role(self, name: str) -> str:
        """The ARN of a new IAM role that everybody in the account may take on."""
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.call("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document)
        return made.findtext(".//{*}Arn", "")

    def iam_users(self, prefix: str = "vault-") -> list[str]:
        """The IAM users whose name starts so; by default those that Vault made."""
        names = [user.text or "" for user in self.call("iam", "ListUsers").iter() if user.tag.endswith("}UserName")]
        return sorted(name for name in names if name.startswith(prefix))

    def access_keys(self, user: str) -> list[str]:
        """The access keys that a user has now."""
        listed = self.call("iam", "ListAccessKeys", UserName=user)
        return sorted(key.text or "" for key in listed.iter() if key.tag.endswith("}AccessKeyId"))

    def who_is(self, access_key: str) -> str:
        """The ARN that AWS knows the access key by."""
        return self.call("sts", "GetCallerIdentity", access_key=access_key).findtext(".//{*}Arn", "")
