# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vault's AWS auth method on the bench, at a path of its own each time."""

from __future__ import annotations

import contextlib
import typing as t
import uuid

from .aws import ACCOUNT, REGION
from .metadata import IMAGE, Instance, Metadata, Signer
from .scene import Scene
from .vault import Answer


class AwsAuth:
    """One mount of the method: its AWS is the bench's, unless ``configure`` says otherwise."""

    def __init__(self, scene: Scene, mount: str) -> None:
        self.vault, self.aws, self.mount = scene.vault, scene.aws, mount
        self.vault.api("POST", f"sys/auth/{self.mount}", {"type": "aws"})
        key = self.aws.create_user(f"auth-{self.mount}")
        self.configure(**key._asdict())

    def configure(self, **client: t.Any) -> None:
        """Set what is given of the client's configuration."""
        own = dict.fromkeys(("endpoint", "iam_endpoint", "sts_endpoint"), self.aws.endpoint)
        self.vault.api("PUT", f"auth/{self.mount}/config/client", {**own, "sts_region": REGION, **client})

    def role(self, name: str, **options: t.Any) -> None:
        """A login role; of type iam and without unique ids, which are known to real AWS only, unless told otherwise."""
        own = {"auth_type": "iam", "resolve_aws_unique_ids": False, "token_policies": ["deployer"], "token_ttl": "1h"}
        if options.get("auth_type") == "ec2":
            del own["resolve_aws_unique_ids"]
        self.vault.api("PUT", f"auth/{self.mount}/role/{name}", {**own, **options})

    def certify(self, pem: str) -> None:
        """Trust a certificate, for either kind of signature."""
        for kind in ("pkcs7", "identity"):
            body = {"aws_public_cert": pem, "type": kind}
            self.vault.api("PUT", f"auth/{self.mount}/config/certificate/bench-{kind}", body)

    def read(self, path: str) -> Answer:
        """What the method has at a path under its mount."""
        found = self.vault.api("GET", f"auth/{self.mount}/{path}")
        assert found
        return found["data"]


@contextlib.contextmanager
def aws_auth(scene: Scene, mount: str = "") -> t.Iterator[AwsAuth]:
    """The method mounted; it goes with all of its tokens."""
    made = AwsAuth(scene, mount or f"aws-{uuid.uuid4().hex[:8]}")
    try:
        yield made
    finally:
        scene.vault.api("DELETE", f"sys/auth/{made.mount}")
        scene.aws.remove_user(f"auth-{made.mount}")


@contextlib.contextmanager
def instance(
    scene: Scene, mount: str = "", *, keys: t.Mapping[str, str] | None = None, signer: Signer | None = None
) -> t.Iterator[tuple[AwsAuth, Metadata]]:
    """An EC2 instance with its metadata service, and the method that lets it log in as ``web``."""
    signer = signer or Signer()
    made = Instance(scene.aws.run_instance(IMAGE))
    with Metadata(signer, made, keys) as metadata, aws_auth(scene, mount) as auth:
        auth.certify(signer.pem)
        auth.role("web", auth_type="ec2", bound_ami_id=[IMAGE])
        yield auth, metadata


def arn(kind: str, name: str) -> str:
    """The ARN of a user or a role of the bench's account."""
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
