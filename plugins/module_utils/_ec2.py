# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What an EC2 instance proves itself with: a document that AWS has signed, and a nonce that nobody else knows."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._imds import metadata
from ansible_collections.leasehold.vault.plugins.module_utils._nonce import Bound, NonceFile, check, default_file

if t.TYPE_CHECKING:
    Known = t.Mapping[str, t.Any]

_DOCUMENTS = ("pkcs7", "identity", "signature")
_INSTANCE = re.compile(rb'"instanceId"\s*:\s*"(i-[0-9a-f]{8,32})"')
_FOLDER = "dynamic/instance-identity/"


def prove(known: Known, vault: str, warn: t.Callable[[str], None]) -> dict[str, str]:
    """What is sent to Vault, and ``instance_id`` and ``nonce_file`` to speak of; the nonce is durable by then."""
    environ = known.get("caller", {}).get("environment", {})
    sent = {name: "".join(known[name].split()) for name in _DOCUMENTS if known.get(name)}
    sent = sent or _from_metadata(known, environ)
    instance_id = _instance_of(sent)
    if known.get("nonce"):
        if not check(known["nonce"]):
            raise ConfigError("nonce is not what Vault takes as one", remedy="It has 16 to 128 printable characters.")
        return {**sent, "instance_id": instance_id, "nonce_file": "nonce"}
    file = NonceFile(known.get("nonce_file") or default_file(environ))
    nonce, warning = file.get(Bound(instance_id, vault, _mount(known)))
    if warning:
        warn(warning)
    return {**sent, "nonce": nonce, "instance_id": instance_id, "nonce_file": file.path}


def _from_metadata(known: Known, environ: t.Mapping[str, str]) -> dict[str, str]:
    service = metadata(known.get("metadata_url"), environ)
    if known.get("ec2_proof") != "signature":
        return {"pkcs7": "".join(service.read(f"{_FOLDER}pkcs7").split())}
    document = service.read(f"{_FOLDER}document")
    signature = "".join(service.read(f"{_FOLDER}signature").split())
    return {"identity": base64.b64encode(document.encode()).decode(), "signature": signature}


def _instance_of(sent: t.Mapping[str, str]) -> str:
    """Whom the signed document is about; a PKCS#7 signature holds it as it is."""
    try:
        found = _INSTANCE.search(base64.b64decode(sent.get("identity") or sent["pkcs7"]))
    except (binascii.Error, ValueError):
        found = None
    if not found:
        raise ConfigError(
            f"{'identity' if 'identity' in sent else 'pkcs7'} holds no instance identity document",
            remedy="Give it as the metadata service does; identity in base64.",
        )
    return found.group(1).decode()


def _mount(known: Known) -> str:
    parts = [known.get("namespace") or "", "auth", known["mount"]]
    return "/".join(part.strip("/") for part in parts if part)


__all__ = ("prove",)
