# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EC2 instances of the bench: AWS's signature, and the metadata service that each instance has."""

from __future__ import annotations

import base64
import datetime
import json
import secrets
import textwrap
import time
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from .aws import ACCOUNT, REGION
from .loopback import Answer, Asked, Loopback

IMAGE = "ami-12c6146b"


class Signer:
    """What AWS has for each region: a key that signs identity documents, and its certificate."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Instances of the bench")])
        now = datetime.datetime.now(datetime.UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(self._key, hashes.SHA256())
        )
        self.pem = self._certificate.public_bytes(Encoding.PEM).decode()

    def signature(self, document: bytes) -> str:
        return _lines(self._key.sign(document, padding.PKCS1v15(), hashes.SHA256()), 76)

    def pkcs7(self, document: bytes) -> str:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(document)
        builder = builder.add_signer(self._certificate, self._key, hashes.SHA256())
        return _lines(builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary]), 64)


class Instance(t.NamedTuple):
    """What a document says of an instance; ``pending`` is when it was started last."""

    instance_id: str
    pending: str = "2026-11-20T10:00:00Z"
    region: str = REGION

    def document(self) -> bytes:
        facts = {"accountId": ACCOUNT, "architecture": "x86_64", "availabilityZone": f"{self.region}a"}
        facts |= {"imageId": IMAGE, "instanceId": self.instance_id, "instanceType": "t3.micro"}
        facts |= {"pendingTime": self.pending, "privateIp": "10.0.0.1", "region": self.region, "version": "2017-09-30"}
        return json.dumps(facts, indent=2).encode()


class Metadata(Loopback):
    """The metadata service of one instance: version 2 only, with tokens that end when they were asked to.

    ``keys`` are those of the instance's role, under the names of the environment.
    """

    def __init__(self, signer: Signer, instance: Instance, keys: t.Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.signer, self.instance, self._keys = signer, instance, keys
        self._tokens: dict[str, float] = {}

    def forget_tokens(self) -> None:
        """As if all of them had ended."""
        self._tokens.clear()

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/latest/api/token":
            return self._new_token(asked)
        if self._tokens.get(asked.headers["X-aws-ec2-metadata-token"] or "", 0) < time.monotonic():
            return 401, "text/html", b"<h1>401 - Unauthorized</h1>"
        text = self._texts().get(asked.path.removeprefix("/latest/").rstrip("/"))
        return (404, "text/html", b"<h1>404 - Not Found</h1>") if text is None else (200, "text/plain", text.encode())

    def _new_token(self, asked: Asked) -> Answer:
        seconds = asked.headers["X-aws-ec2-metadata-token-ttl-seconds"] or ""
        if asked.method != "PUT" or not seconds.isdigit() or not 1 <= int(seconds) <= 21600:
            return 400, "text/html", b"<h1>400 - Bad Request</h1>"
        token = base64.b64encode(secrets.token_bytes(40)).decode()
        self._tokens[token] = time.monotonic() + int(seconds)
        return 200, "text/plain", token.encode()

    def _texts(self) -> dict[str, str]:
        document, identity = self.instance.document(), "dynamic/instance-identity"
        texts = {
            f"{identity}/document": document.decode(),
            f"{identity}/signature": self.signer.signature(document),
            f"{identity}/pkcs7": self.signer.pkcs7(document),
            "meta-data/placement/availability-zone": f"{self.instance.region}a",
        }
        role = "meta-data/iam/security-credentials"
        return texts | ({role: "web", f"{role}/web": self._role()} if self._keys else {})

    def _role(self) -> str:
        assert self._keys
        names = {"AccessKeyId": "ACCESS_KEY_ID", "SecretAccessKey": "SECRET_ACCESS_KEY", "Token": "SESSION_TOKEN"}
        keys = {name: self._keys[f"AWS_{variable}"] for name, variable in names.items()}
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 3600))
        return json.dumps({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": soon, "Expiration": soon, **keys})


def _lines(content: bytes, width: int) -> str:
    return "\n".join(textwrap.wrap(base64.b64encode(content).decode(), width)) + "\n"
