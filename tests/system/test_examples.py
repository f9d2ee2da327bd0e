# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the documentation runs as it stands, and leaves nothing behind.

The programs and the module of other projects that they call are small ones of our own, which do the real thing with
what they are given: they ask the bench's AWS or Vault who they are, and fail if that is not the example's role.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.leasehold.vault.tests.system.controller import CHECKOUT, SAY_KEY, Controller, Play, play
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import instance

GUIDES = CHECKOUT / "docs" / "docsite" / "rst"
# test_roles and test_aws_guide run these, and test_module_examples has the examples of modules.
STEPS = ("guide_set_up_aws", "guide_aws_login")
FOLDERS = ("lookup", "filter", "callback")
AWS = """
import boto3, sys

assert ":assumed-role/deploy/" in boto3.client("sts").get_caller_identity()["Arn"]
service, command = sys.argv[1:3]
operation = {"ls": "list_buckets"}.get(command, command.replace("-", "_"))
print(getattr(boto3.client(service), operation)())
"""
TERRAFORM = """
import os, urllib.request

address, token = os.environ["VAULT_ADDR"], os.environ["VAULT_TOKEN"]
request = urllib.request.Request(address + "/v1/auth/token/lookup-self", headers={"X-Vault-Token": token})
print(urllib.request.urlopen(request).status)
"""
AWS_CALLER_INFO = """
import boto3
from ansible.module_utils.basic import AnsibleModule

names = ("access_key", "secret_key", "session_token")
module = AnsibleModule(argument_spec={name: {"type": "str", "required": True, "no_log": True} for name in names})
key, secret, token = (module.params[name] for name in names)
sts = boto3.client("sts", aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)
assert ":assumed-role/deploy/" in sts.get_caller_identity()["Arn"]
module.exit_json(changed=False)
"""


def examples_of(path: Path) -> str:
    """The text of EXAMPLES."""
    assigned = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign))
    (text,) = (ast.literal_eval(node.value) for node in assigned if ast.unparse(node.targets[0]) == "EXAMPLES")
    return text


def plugins() -> list[Path]:
    found = (path for folder in FOLDERS for path in sorted((CHECKOUT / "plugins" / folder).glob("*.py")))
    return [path for path in found if path.name != "__init__.py"]


def playbook_examples() -> t.Iterator[t.Any]:
    for path in plugins():
        if path.stem == "vault_ec2_login":  # what it makes outlives the run: see test_aws_ec2
            continue
        for number, example in enumerate(yaml.safe_load(examples_of(path)) or []):
            yield pytest.param(example, id=f"{path.parent.name}-{path.stem}-{number + 1}")


def guide_examples() -> t.Iterator[t.Any]:
    """The plays of the guides and of the README, but for guides whose tasks build upon each other."""
    guides = (path for path in sorted(GUIDES.glob("*.rst")) if path.stem not in STEPS)
    for path in (*guides, CHECKOUT / "README.md"):
        for number, example in enumerate(blocks_of(path)):
            yield pytest.param(example, id=f"{path.stem}-{number + 1}")


def blocks_of(path: Path) -> list[t.Any]:
    """All that the YAML of a guide has, in its order."""
    blocks = re.findall(r"(?:code-block:: yaml\n\n|```yaml\n)((?:    .*\n|- .*\n|  .*\n|\n)+)", path.read_text())
    found = [example for block in blocks for example in yaml.safe_load(textwrap.dedent(block))]
    assert found, path
    return found


def ini_examples() -> t.Iterator[t.Any]:
    """The examples that are a comment with the lines of an ansible.cfg."""
    for path in plugins():
        if yaml.safe_load(examples_of(path)) is None:
            lines = [line.removeprefix("# ") for line in examples_of(path).strip().splitlines()]
            yield pytest.param("\n".join(lines[1:]), id=path.stem)


@pytest.fixture
def equipped(controller: Controller) -> t.Iterator[Controller]:
    """A controller with the tools, the secret and the folder that the examples speak of."""
    controller.program("aws", f"#!{sys.executable}\n{AWS}")
    controller.program("terraform", f"#!{sys.executable}\n{TERRAFORM}")
    amazon = "tree/ansible_collections/amazon/aws"
    controller.write(f"{amazon}/meta/runtime.yml", {"action_groups": {"aws": ["aws_caller_info"]}})
    controller.write(f"{amazon}/plugins/modules/aws_caller_info.py", AWS_CALLER_INFO)
    controller.scene.vault.api("PUT", "secret/data/app", {"data": {"password": "not telling"}})
    (controller.folder / "work").mkdir()
    with instance(controller.scene, "aws") as (_auth, metadata):
        controller.environ |= {"LEASEHOLD_VAULT_METADATA_URL": metadata.url, "AWS_EC2_METADATA_DISABLED": "false"}
        yield controller


def as_play(example: dict[str, t.Any], work_dir: Path) -> Play:
    if "hosts" in example:
        return example
    return play(example, hosts="h01", vars={"work_dir": str(work_dir)})


@pytest.mark.parametrize("example", [*playbook_examples(), *guide_examples()])
def test_example(equipped: Controller, example: dict[str, t.Any]) -> None:
    ended = equipped.playbook(as_play(example, equipped.folder / "work"))
    assert ended.code == 0, ended.out + ended.err
    assert re.search(r"ok=[1-9]", ended.out)
    assert equipped.left() == []
    uses = int("lookup(" in str(example))
    assert len(equipped.ledger.logins()) == len(equipped.ledger.revocations()) == uses
    for path in (equipped.folder / "work").iterdir():
        if path.name != "nonce":
            check_file(equipped, path)


@pytest.mark.parametrize("lines", list(ini_examples()))
def test_example_of_a_configuration(equipped: Controller, lines: str) -> None:
    equipped.write("ansible.cfg", textwrap.dedent(lines))
    ended = equipped.playbook(play(SAY_KEY))
    assert ended.code == 0, ended.out + ended.err
    assert re.search(r"^Leases: 1 made", ended.out, re.MULTILINE)
    assert equipped.left() == []


def check_file(equipped: Controller, path: Path) -> None:
    """What an example has written for AWS SDKs is understood by one."""
    assert path.stat().st_mode & 0o077 == 0
    asks = f"[profile deploy]\ncredential_process = cat {path}\n"
    sources = {
        "credentials": {"AWS_SHARED_CREDENTIALS_FILE": str(path)},
        "credentials.json": {"AWS_CONFIG_FILE": str(equipped.write("config", asks))},
    }
    equipped.environ |= {"AWS_PROFILE": "deploy", **sources[path.name]}
    ended = equipped.run("aws", "sts", "get-caller-identity")
    assert ended.code == 0, ended.err
