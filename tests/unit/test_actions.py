# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module has its action, and is a member of the group that sets defaults."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
# The one has nothing to do on a host, whatever the connection, and the other has nothing to do anywhere else.
OWN = {"vault_finish", "vault_ec2_login"}


def names(folder: str) -> set[str]:
    return {path.stem for path in (PLUGINS / folder).glob("*.py")} - {"__init__"}


def test_each_module_has_an_action() -> None:
    assert names("action") == names("modules")


def test_all_actions_are_one() -> None:
    model = (PLUGINS / "action" / "vault_policy.py").read_text()
    assert "import ActionModule" in model
    others = {path.stem for path in (PLUGINS / "action").glob("*.py") if path.read_text() != model}
    assert others == OWN


def test_each_module_is_in_the_group() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    assert groups == {"vault": sorted(names("modules"))}
