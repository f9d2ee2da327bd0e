# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import datetime
import json
import typing as t

from ansible.plugins.lookup import LookupBase
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID


class LookupModule(LookupBase):
    """What an EC2 instance of a region of its own logs in with, and the certificate by which that region is known."""

    def run(self, terms: list[t.Any], variables: t.Any = None, **_options: t.Any) -> list[t.Any]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        document = json.dumps(
            {
                "instanceId": terms[0],
                "imageId": "ami-12345678",
                "accountId": "123456789012",
                "region": "us-east-1",
                "pendingTime": "2026-01-01T00:00:00Z",
            }
        ).encode()
        signature = key.sign(document, padding.PKCS1v15(), hashes.SHA256())
        proof = {"identity": _text(document), "signature": _text(signature)}
        return [{"id": terms[0], "certificate": _certificate(key), "proof": proof}]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a region")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
