# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client in front of a server that misbehaves, and what its failures have in common."""

from __future__ import annotations

import socket
import typing as t

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import VaultError
from ansible_collections.leasehold.vault.tests.testbed.faults import Action, FaultServer

TOKEN = "hvs.CANARY-token-0003"
BODY_CANARY = "canary-in-the-body-0004"
OK = {"data": {"a": 1}}
PATH = "aws/creds/x"
TARGET = r"/v1/aws/creds/x"


def client(url: str, **connection: t.Any) -> Client:
    """A client that does not wait between its tries."""
    return Client({"url": url, "timeout": 3, **connection}, sleep=lambda _seconds: None, jitter=lambda: 0.0)


def fails(url: str, *, retry: str = "never", **connection: t.Any) -> VaultError:
    with pytest.raises(VaultError) as caught:
        client(url, **connection).request("GET", PATH, token=TOKEN, retry=retry)
    text = str(caught.value)
    assert text.isprintable()
    assert TOKEN not in text
    assert BODY_CANARY not in text
    assert caught.value.__cause__ is None
    return caught.value


def fails_with(action: Action, **options: t.Any) -> tuple[VaultError, FaultServer]:
    with FaultServer() as faults:
        faults.on("GET", TARGET, action)
        return fails(faults.url, **options), faults


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
