# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canary gate can fail: a secret is found wherever it is planted, in whatever form."""

from __future__ import annotations

import base64
import contextlib
import fnmatch
import json
import re
import resource
import sys
import textwrap
import typing as t
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, quote_plus

import ansible
import pytest
from ansible_collections.leasehold.vault.tests.system.canary import Seen, hits, secrets_in
from ansible_collections.leasehold.vault.tests.system.canary_rows import ELSEWHERE
from ansible_collections.leasehold.vault.tests.system.canary_stage import EVERYTHING, Mode, stage, tasks
from ansible_collections.leasehold.vault.tests.system.controller import Controller, Task, play

TOKEN = "hvs.CAESIHLvww0v-SE7r9LGCh0NiXTG-I23lfQtlHrX6sLuJyJlGh4KHGh2cy44ZzJ2MzJaRkxRejJCZklXZVFRWFRLdnA"
OTHER = "hvs.CAESICMv4jcsqdR_7BCJwPUiFR6EXN9W2EBqzcde-tK-WeMBGh4KHGh2cy5WWHFBTjE4UVdxNlZuVjFhRDlqRktWb2E"
SECRETS = {"token": TOKEN, "key": "ZoT516skZdNqSZ+jeM4UDLjvNt+P4/aVAyIKfF2H", "password": 'p "wörd"\\ +/&% {{ 6 * 7 }}'}

FORMS: dict[str, t.Callable[[str], str]] = {
    "plain": str,
    "beginning": lambda secret: secret[:24] + "...",
    "wrapped": lambda secret: textwrap.fill(f"[WARNING]: {secret} is no good", 20, subsequent_indent="  "),
    "reversed": lambda secret: secret[::-1],
    "hex": lambda secret: secret.encode().hex(),
    "upper hex": lambda secret: secret.encode().hex().upper(),
    "JSON": json.dumps,
    "JSON in Unicode": lambda secret: json.dumps(secret, ensure_ascii=False),
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)),
    "JSON with slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "Python": repr,
    "URL": lambda secret: quote(secret, safe=""),
    "URL path": quote,
    "URL form": quote_plus,
    "lower URL": lambda secret: re.sub("%..", lambda octet: octet[0].lower(), quote(secret, safe="")),
}
BASE64 = {"base64": base64.b64encode, "base64url": base64.urlsafe_b64encode, "base64 lines": base64.encodebytes}


def found(text: str) -> list[str]:
    return hits(SECRETS, [Seen("elsewhere", b"nothing"), Seen("the output", text.encode())])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SECRETS)
def test_every_form_is_found(name: str, form: str) -> None:
    lines = found(f"... {FORMS[form](SECRETS[name])} ...")
    assert lines and all(line.startswith(f"{name} as ") and line.endswith(" in the output") for line in lines)


@pytest.mark.parametrize("before", [b"", b"u", b"us", b"user:", b"Bearer "])
@pytest.mark.parametrize("after", [b"", b"&", b"\r\n"])
@pytest.mark.parametrize("encoding", BASE64)
@pytest.mark.parametrize("name", SECRETS)
def test_base64_is_found_wherever_the_secret_begins(name: str, encoding: str, before: bytes, after: bytes) -> None:
    text = BASE64[encoding](before + SECRETS[name].encode() + after).decode()
    for padded_or_not in (text, text.replace("=", "")):
        (line,) = found(f"Basic {padded_or_not};")
        assert line.startswith(f"{name} as base64") and line.endswith(" in the output")


@pytest.mark.parametrize("form", FORMS)
def test_another_secret_of_the_kind_is_no_hit(form: str) -> None:
    assert found(FORMS[form](OTHER)) == []


def test_each_line_of_a_secret_counts() -> None:
    assert hits({"key": "first line\nMIIEvQIBADANBg"}, [Seen("log", b"MIIEvQIBADANBg")]) == ["key as plain in log"]


def test_secrets_are_known_from_the_audit_log() -> None:
    record = {
        "auth": {"client_token": "a", "accessor": "b"},
        "request": {"path": "c", "data": {"role_id": "d", "secret_id": "e"}},
        "response": {
            "data": {"access_key": "f", "secret_key": "g", "session_token": None, "list": [{"password": "h"}]}
        },
    }
    assert list(secrets_in([record]).values()) == ["a", "e", "g", "h"]


LEAK = """#!/bin/sh
cat > tmp/for-a-moment
exec 5> without-a-name
rm without-a-name
cat tmp/for-a-moment >&5
sleep 0.5
{python} -c 'import os, sys; key = sys.stdin.read(); os.abort()' < tmp/for-a-moment
rm tmp/for-a-moment
"""
SHOWN = {
    "login": "lookup('leasehold.vault.vault_login').token",
    "key": "aws.secret_key",
    "session": "aws.session_token",
    "sample": "lookup('leasehold.vault.vault_read', 'kv/app/config').password",
    "secret_id": "lookup('env', 'ANSIBLE_HASHI_VAULT_SECRET_ID')",
}
KINDS = ("client_token", "secret_key", "se(ssion|curity)_token", "password", "ANSIBLE_HASHI_VAULT_SECRET_ID")


def test_a_play_that_shows_everything_is_caught(controller: Controller) -> None:
    with stage(controller) as made:
        show: Task = {"ansible.builtin.debug": {"msg": {name: f"{{{{ {what} }}}}" for name, what in SHOWN.items()}}}
        lines = made.run([play(show)], Mode(environ={"ANSIBLE_CALLBACKS_ENABLED": "dump"})).hits()
    for kind in KINDS:
        for place in ("stdout", "file sinks/dump.json"):
            assert [line for line in lines if re.fullmatch(rf"{kind}( \d+)? as plain in {place}", line)], (kind, place)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_is_there_for_a_moment_is_caught(controller: Controller) -> None:
    controller.program("leak", LEAK.format(python=sys.executable))
    leak: Task = {
        "ansible.builtin.command": {"argv": ["leak", "{{ aws.secret_key }}"], "stdin": "{{ aws.secret_key }}"},
        "args": {"chdir": str(controller.folder)},
        "environment": {"KEY": "{{ aws.secret_key }}"},
        "no_log": True,
    }
    places = ["arguments of", "environment of", "file for-a-moment", "/without-a-name (deleted) of"]
    here = Path("/proc/sys/kernel/core_pattern").read_text().startswith("core")
    if here and resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY:
        places.append("file core")
    with stage(controller) as made:
        lines = made.run([play(leak)], Mode()).hits()
    for place in places:
        assert [line for line in lines if line.startswith("secret_key") and f"{place}" in line], place


def test_a_url_and_a_header_are_searched(controller: Controller) -> None:
    with stage(controller) as made:
        made.given["token"] = TOKEN
        run = made.run([play()], Mode())
        for target, header in (
            (f"/v1/kv/{TOKEN}", {}),
            ("/v1/kv", {"X-Debug": TOKEN}),
            ("/", {"X-Vault-Token": TOKEN}),
        ):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(made.vault.url + target, headers=header))
        assert run.hits() == ["token as plain in URLs", "token as plain in headers"]


def test_everything_that_can_be_made_to_talk_talks(controller: Controller) -> None:
    calls = [("vault_aws_creds", "'deploy'"), ("vault_aws_creds", "'../deploy'")]
    asked = [task for call in calls for task in tasks(*call)] + ELSEWHERE
    with stage(controller) as made:
        run = made.run([play(*asked)], EVERYTHING)
    said, places = run.said(), {seen.place for seen in run.seen()}
    for words in ("task path: ", "done getting next task for host h01", "class=path", "Leases: ", " INFO| "):
        assert words in said
    if ansible.__version__ >= "2.19":
        assert "Traceback (most recent call last)" in said
    for name in ("ansible.log", "lease.log", "dump.json", "junit/*.xml", "/AnsiballZ_*.py"):
        assert [place for place in places if fnmatch.fnmatch(place, f"file *{name}")], name
