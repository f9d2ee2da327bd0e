# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Replacing the access key that Vault works with, in its AWS engine or its AWS auth method."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._act import Act
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._iam import Iam
from ansible_collections.leasehold.vault.plugins.module_utils._resource import Vault, normal_form, path_of

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]


def rotation(config: str, writer: str, mount: Options) -> Act:
    """For the configuration at this path, which the module ``writer`` writes."""

    def rotate_if_due(vault: Vault, params: Options, check: bool) -> Options:
        if check and params["force"]:
            # There may be no key yet, because the task that makes one has not made it either.
            return {"changed": True}
        path = path_of(config, params)
        known = _with_a_key(vault, path, writer)
        told = {"access_key": known["access_key"]}
        is_due = params["force"]
        if not is_due and params["older_than"]:
            longest = normal_form("older_than", params["older_than"], _normal.duration)
            told["age"] = _age(known, params["aws_credentials"])
            is_due = told["age"] >= longest
        if is_due and not check:
            told["access_key"] = _rotate(vault, path, writer, known["access_key"])
        return {"changed": is_due, **told}

    return Act(
        options={
            "mount": mount,
            "force": {"type": "bool", "default": False},
            "older_than": {"type": "str"},
            "aws_credentials": {"type": "dict", "no_log": True},
        },
        act=rotate_if_due,
    )


def _with_a_key(vault: Vault, path: str, writer: str) -> Options:
    """What the configuration says, which has to have a key."""
    answer = vault.request("GET", path)
    if not answer or not answer["data"].get("access_key"):
        raise ApiError(
            "Vault has no access key there that could be rotated",
            kind="absent",
            where={"path": path},
            remedy=f"Check the mount, or set the key with {writer}.",
        )
    return dict(answer["data"])


def _age(known: Options, credentials: t.Any) -> int:
    if not credentials:
        raise ConfigError(
            "Nobody can tell the age of the access key: Vault keeps no date, and AWS wants credentials from who asks",
            remedy="Give aws_credentials, or rotate with force: true.",
        )
    return Iam(known, credentials).seconds_since_made(known["access_key"])


def _rotate(vault: Vault, path: str, writer: str, old: str) -> str:
    """The new access key, which only the configuration tells; it may be there although Vault reports a failure."""
    trouble = None
    try:
        vault.request("POST", path.rpartition("/")[0] + "/rotate-root", {}, retry="unprocessed")
    except VaultError as problem:
        trouble = problem
    new = str(_with_a_key(vault, path, writer)["access_key"])
    if trouble and new == old:
        raise trouble
    if trouble:
        vault.warn(f"Vault has a new access key, but the old one, {old}, may still be valid: {trouble.message}")
    return new


__all__ = ("rotation",)
