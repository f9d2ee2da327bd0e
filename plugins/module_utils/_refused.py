# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""A login that Vault refused, in words that say what to do about it."""

from __future__ import annotations

import calendar
import re
import time
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, AuthError, VaultError

if t.TYPE_CHECKING:
    Known = t.Mapping[str, t.Any]

# AWS takes a signature from the future if it is no further ahead, and from the past for 15 minutes.
TOLERATED = 300.0
_TIME_AT_AWS = re.compile(r"\((\d{8}T\d{6}Z) [-+] \d+ min")
_PASSING = ("sealed", "leaderless", "standby", "rate", "consistency")
_XML = re.compile(r"<.*", re.DOTALL)
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
# One sentence: after it comes what was signed, with the session token in it.
_SENTENCE = re.compile(r"<Message>([^<.']{1,200})")

_REMEDIES = {
    "approle": "Check role_id and secret_id; the secret_id's uses or TTL may be spent. "
    "vault write -f auth/approle/role/ROLE/secret-id gives another one.",
    "jwt": "Check role and jwt; the JWT may have expired.",
    "kubernetes": "Check role and the service account that it is bound to.",
    "cert": "Check the client certificate and the role.",
    "aws_iam": "Check role, and with vault read auth/{mount}/role/ROLE whom it is bound to.",
    "aws_ec2": "Check role, and with vault read auth/{mount}/role/ROLE what it demands of an instance.",
}
_USER = "Check username, password and mount_point."
_FORGET = "an operator deletes auth/{mount}/identity-accesslist/{instance_id}, as vault_aws_auth_accesslist_entry does."


class _Cure(t.NamedTuple):
    """What Vault says in some case, and what helps then."""

    words: str
    remedy: str
    text: str = ""
    kind: str = "auth"


_CURES = {
    "aws_iam": (
        _Cure(
            "X-Vault-AWS-IAM-Server-ID header",
            "header_value has to be what iam_server_id_header_value is in auth/{mount}/config/client.",
        ),
        _Cure("invalid request header", "allowed_sts_header_values in auth/{mount}/config/client has to name it."),
        _Cure(
            "from STS",
            "Vault has to ask the STS that the request was signed for, {sts}: compare aws_region and aws_sts_endpoint "
            "with sts_endpoint and use_sts_region_from_client in auth/{mount}/config/client. Or the key is dead.",
            "AWS refused the signature",
        ),
        _Cure(
            "error making request",
            "Check sts_endpoint in auth/{mount}/config/client, and the network between Vault and there.",
            "Vault could not reach STS",
        ),
        _Cure(
            "body of GetCallerIdentity is invalid",
            "Check that sts_endpoint in auth/{mount}/config/client leads to STS, and to no proxy's error page.",
            "What Vault asked instead of STS gave an answer of its own",
        ),
    ),
    "aws_ec2": (
        _Cure(
            "client nonce mismatch",
            "Put back {nonce_file} as it was. If it is lost, " + _FORGET + " No other nonce was made.",
            "Another client has logged in from this instance, or its nonce was lost",
            "nonce",
        ),
        _Cure("reauthentication is disabled", _FORGET, "This instance may log in only once, and it has"),
        _Cure(
            "instance meta-data is older",
            "Leave pkcs7, identity and signature to the metadata service. After a restore from a backup: " + _FORGET,
            "The identity document was made before that of an earlier login",
        ),
        _Cure(
            "failed to verify instance ID",
            "It has to run, and Vault needs ec2:DescribeInstances in its account and region.",
            "Vault does not find this instance",
        ),
        _Cure(
            "signature",
            "Vault needs the certificate of this region in auth/{mount}/config/certificate, with the type pkcs7, or "
            "identity for ec2_proof: signature.",
            "Vault can't verify the identity document",
        ),
    ),
}


def login_refused(known: Known, problem: ApiError, now: float) -> VaultError:
    """The error to raise; ``now`` is this machine's time, which AWS compares with its own."""
    if problem.kind in _PASSING:
        return problem
    method = known["method"]
    said = "; ".join(map(_without_xml, problem.errors)) or f"status {problem.status}"
    cure = next((cure for cure in _CURES.get(method, ()) if cure.words in said), None)
    facts = {"sts": "", "instance_id": "", "nonce_file": "", **known}
    # Vault's own words come without what was sent, and the name of a role may well help.
    role = f" as {known['role']}" if known.get("role") else ""
    cause = f" {cure.text}:" if cure and cure.text else ""
    remedy = (cure.remedy if cure else _REMEDIES.get(method, _USER)).format(**facts)
    late = _lateness(problem, now) if method == "aws_iam" else ""
    return AuthError(
        f"Vault refused the {method} login{role}:{cause} {said}",
        kind=cure.kind if cure else None,
        where=problem.where,
        remedy=f"{late}{remedy} It is not tried again for 30 s.",
    )


def _without_xml(text: str) -> str:
    """What Vault quotes of STS, without what may quote the request."""
    found = [match.group(1).strip() for match in (_CODE.search(text), _SENTENCE.search(text)) if match]
    return " ".join([_XML.sub("", text).rstrip(), *found])


def _lateness(problem: ApiError, now: float) -> str:
    told = _TIME_AT_AWS.search(" ".join(problem.errors))
    there = calendar.timegm(time.strptime(told.group(1), "%Y%m%dT%H%M%SZ")) if told else problem.server_time
    if there is None or abs(now - there) < TOLERATED:
        return ""
    side, whose = "ahead of" if now > there else "behind", "that of AWS" if told else "that of Vault"
    minutes = abs(now - there) / 60
    return f"This machine's clock is {minutes:.0f} min {side} {whose}: set it right, AWS takes no other time. "


__all__ = ("login_refused",)
