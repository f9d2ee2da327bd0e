# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Vault without sockets and without waiting: scripted answers, and time that passes only in sleep."""

from __future__ import annotations

import typing as t

import httpx
import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._errors import VaultError

TOKEN = "hvs.CANARY-token-0001"
SECRET = "canary-secret-id-0002"
OK = {"request_id": "", "lease_id": "", "renewable": False, "lease_duration": 0, "data": {"a": 1}, "auth": None}


class Script:
    """A Vault of scripted answers; the last one is repeated. Time only passes while the client sleeps."""

    def __init__(self, *answers: httpx.Response | Exception, **connection: t.Any) -> None:
        self._answers = list(answers)
        self._now = 1000.0
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.client = Client(
            {"url": "https://vault.example:8200", **connection},
            transport=httpx.MockTransport(self._answer),
            clock=lambda: self._now,
            sleep=self._sleep,
            jitter=lambda: 1.0,
        )

    def fails(self, *args: t.Any, **kwargs: t.Any) -> VaultError:
        with pytest.raises(VaultError) as caught:
            self.client.request(*args, **kwargs)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        assert str(caught.value).isprintable()
        assert TOKEN not in str(caught.value)
        assert SECRET not in str(caught.value)
        return caught.value

    def _answer(self, request: httpx.Request) -> httpx.Response:
        # A copy: the client keeps a request for its next try, and adds to its headers.
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        self.requests.append(copy)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._now += seconds


def refuse(status: int, *errors: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"errors": errors}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def ok(**headers: str) -> httpx.Response:
    return httpx.Response(200, json=OK, headers={key.replace("_", "-"): value for key, value in headers.items()})
