# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guide about logins with an AWS identity takes for granted, and a Vault that its own set-up has prepared.

The names of AWS are real: Vault reaches them through a proxy, behind which each STS knows its host and region. What is
added is the addresses that Vault has no name for, and what the guide calls a variable.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
import re
import socket
import sys
import typing as t
from pathlib import Path

from ansible_collections.leasehold.vault.tests.system.controller import Controller, Ended, Play
from ansible_collections.leasehold.vault.tests.system.test_examples import AWS, GUIDES, blocks_of
from ansible_collections.leasehold.vault.tests.testbed.aws import Moto
from ansible_collections.leasehold.vault.tests.testbed.aws_auth import arn
from ansible_collections.leasehold.vault.tests.testbed.faults import FaultServer, passing
from ansible_collections.leasehold.vault.tests.testbed.loopback import RegionalSts
from ansible_collections.leasehold.vault.tests.testbed.metadata import Signer
from ansible_collections.leasehold.vault.tests.testbed.scene import POLICY, Scene, prepare
from ansible_collections.leasehold.vault.tests.testbed.vault import Vault
from ansible_collections.leasehold.vault.tests.unit.plugins.module_utils.certificates import Authority

GUIDE = GUIDES / "guide_aws_login.rst"
PLAYS: dict[str, Play] = {play["name"]: play for play in blocks_of(GUIDE)}
PLACES = {
    "sts.amazonaws.com": "us-east-1",
    "sts.us-west-1.amazonaws.com": "us-west-1",
    "vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com": "eu-west-1",
}
TERRAFORM = """
import os, ssl, urllib.request

address, token = os.environ["VAULT_ADDR"], os.environ["VAULT_TOKEN"]
request = urllib.request.Request(address + "/v1/auth/token/lookup-self", headers={"X-Vault-Token": token})
trusted = ssl.create_default_context(cafile=os.environ["VAULT_CACERT"])
print(urllib.request.urlopen(request, context=trusted).status)
"""


class Proxy(FaultServer):
    """Leads to what stands for each name of AWS, and nowhere else."""

    def __init__(self, hosts: t.Mapping[str, RegionalSts]) -> None:
        super().__init__()
        self._hosts = hosts
        self.on("CONNECT", ".*", passing())

    def _tunnel(self, connection: socket.socket, target: str) -> None:
        host = target.partition(":")[0]
        super()._tunnel(connection, self._hosts[host].url.removeprefix("https://"))


class Desk(Controller):
    """A controller with what the guide takes for granted."""

    def __init__(self, scene: Scene, ca_cert: str) -> None:
        super().__init__(scene)
        self.program("aws", f"#!{sys.executable}\n{AWS}")
        self.program("terraform", f"#!{sys.executable}\n{TERRAFORM}")
        self.hosts(1)
        for name in scene.who():
            del self.environ[name]
        self.environ |= {**exported(), "VAULT_CACERT": ca_cert, "LEASEHOLD_VAULT_LOG_PATH": str(self.folder / "log")}

    def runs(self, play: str | Play, *, user: bool = True, **variables: t.Any) -> Ended:
        """One play of the guide, with the variables it speaks of; an operator has a token that may do everything."""
        known = {"work_dir": str(self.folder), **variables}
        mine = dict(self.environ)
        self.environ |= {} if user else {"VAULT_TOKEN": self.scene.vault.token}
        chosen = PLAYS[play] if isinstance(play, str) else play
        ended = self.playbook(chosen, args=["-e", json.dumps(known)])
        self.environ = mine
        return ended

    def works(self, play: str | Play, **variables: t.Any) -> Ended:
        ended = self.runs(play, **variables)
        assert ended.code == 0, ended.out + ended.err
        assert re.search(r"ok=[1-9]", ended.out)
        assert self.left() == []
        return ended

    def signed(self) -> list[tuple[str, str]]:
        """Where the keys of each signature came from, and the region it was for."""
        return re.findall(r" signed source=(\S+) region=(\S+)", (self.folder / "log").read_text())

    def keys(self) -> dict[str, str]:
        return self.scene.aws.assume_role(arn("role", "deploy"))


def exported() -> dict[str, str]:
    """What the guide has its user export, but for the address and what is not told."""
    lines = re.findall(r"^    \$ export (.*)$", GUIDE.read_text(), re.MULTILINE)
    pairs = [pair.split("=", 1) for line in lines for pair in line.split()]
    return {name: value for name, value in pairs if name != "VAULT_ADDR" and value != "..."}


@dataclasses.dataclass(frozen=True)
class Stage:
    scene: Scene
    authority: Authority
    signer: Signer

    def desk(self) -> Desk:
        return Desk(self.scene, self.authority.ca_cert)

    def set_up(self, desk: Desk) -> Ended:
        """The guide's first play, told that EC2 and IAM are the bench's, which knows no unique ids."""
        play = copy.deepcopy(PLAYS["Set up logins with AWS identities"])
        (role,) = play["roles"]
        role["aws_auth_client"] |= dict.fromkeys(("endpoint", "iam_endpoint"), self.scene.aws.endpoint)
        role["aws_auth_roles"][0]["resolve_aws_unique_ids"] = False
        desk.write("new-region.pem", self.signer.pem)
        desk.environ["LEASEHOLD_VAULT_AUTH_METHOD"] = "token"
        return desk.works(play, user=False, auth_access_key="AKIAIOSFODNN7EXAMPLE", auth_secret_key="x" * 40)


@contextlib.contextmanager
def prepared(folder: Path) -> t.Iterator[Stage]:
    """A Vault that speaks TLS, is surrounded by what stands for AWS, and has what the guide sets up."""
    authority = Authority(folder)
    certificate, key = map(Path, authority.issue())
    certificate.write_text(certificate.read_text() + Path(authority.ca_cert).read_text())
    with contextlib.ExitStack() as stack:
        aws = stack.enter_context(Moto())
        hosts = {
            host: stack.enter_context(RegionalSts(host, region, aws.endpoint, tls=authority.server(host)))
            for host, region in PLACES.items()
        }
        proxy = stack.enter_context(Proxy(hosts))
        environ = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": authority.ca_cert}
        vault = stack.enter_context(Vault(certificate=certificate, key=key, environ=environ))
        made = Stage(prepare(vault, aws), authority, Signer())
        vault.api("PUT", "sys/policies/acl/deploy", {"policy": POLICY})
        with made.desk() as desk:
            assert len(made.set_up(desk).changed()) == 5
        yield made
