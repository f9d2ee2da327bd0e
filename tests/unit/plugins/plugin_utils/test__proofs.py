# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signer is a real process here; only its sources of credentials are made for the test."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError
from ansible_collections.leasehold.vault.plugins.plugin_utils import _proofs, _spawn

KEYS = {"aws_access_key": "AKIAIOSFODNN7EXAMPLE", "aws_secret_key": "hidden-secret-key"}


def prove(**known: t.Any) -> tuple[dict[str, t.Any], list[str], list[str]]:
    warnings: list[str] = []
    logged: list[str] = []
    proof = _proofs.prove(
        {"method": "aws_iam", "mount": "aws", **known},
        "https://vault.example.com:8200",
        warnings.append,
        lambda *words, **facts: logged.append(repr(facts)),
    )
    return proof, warnings, logged


def test_what_is_sent() -> None:
    proof, warnings, logged = prove(**KEYS, aws_region="eu-west-1", header_value="vault.example.com")
    assert proof["iam_http_request_method"] == "POST"
    assert base64.b64decode(proof["iam_request_url"]) == b"https://sts.eu-west-1.amazonaws.com/"
    assert base64.b64decode(proof["iam_request_body"]) == b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = ["Authorization", "Content-Type", "Host", "X-Amz-Date", "X-Vault-AWS-IAM-Server-ID"]
    assert sorted(proof["iam_request_headers"]) == headers
    assert warnings == []
    assert logged == ["{'source': 'options', 'region': 'eu-west-1', 'url': 'https://sts.eu-west-1.amazonaws.com/'}"]
    assert "hidden" not in json.dumps(proof)


def test_s18_the_missing_server_id_is_said() -> None:
    assert [text.partition(":")[0] for text in prove(**KEYS)[1]] == ["header_value is not set"]


def test_other_logins_prove_nothing() -> None:
    assert _proofs.prove({"method": "approle"}, "", pytest.fail, pytest.fail) == {}


def test_an_error_of_the_signer_is_ours() -> None:
    with pytest.raises(AuthError, match=r"no AWS profile absent .*class=config"):
        prove(aws_profile="absent", caller={"environment": {"AWS_CONFIG_FILE": "/nowhere"}, "folder": "/"})


def test_the_caller_is_what_aws_reads_of_his_environment() -> None:
    found = {"AWS_PROFILE": "work", "AWS_REGION": "", "VAULT_TOKEN": "canary", "no_proxy": "a"}
    assert _proofs.caller(found, "/play") == {
        "environment": {"AWS_PROFILE": "work", "no_proxy": "a"},
        "folder": "/play",
    }


def test_a_source_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = sh -c 'echo $$ > {tmp_path}/pid; exec sleep 60'\n")
    order = {"environment": {"AWS_CONFIG_FILE": str(config)}, "folder": str(tmp_path)}
    begun = time.monotonic()
    assert _spawn.ask("_signer", json.dumps(order), 2.0) is None
    assert time.monotonic() - begun < 10
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        for _number in range(50):
            os.kill(pid, 0)
            time.sleep(0.1)


def test_e_the_keeper_itself_never_loads_botocore() -> None:
    folder = os.path.dirname(_spawn.SCRIPT)
    script = f"""
import sys
sys.path.insert(0, {folder!r})
import _bootstrap
_bootstrap.find_collection()
import ansible_collections.leasehold.vault.plugins.plugin_utils._keeper
print([name for name in sys.modules if name.startswith("boto")])
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
