# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.plugin_utils._keeper import Diary


def test_lines_from_before_it_was_asked_for_come_first(tmp_path: Path) -> None:
    diary, path = Diary(), tmp_path / "lease.log"
    diary.write("login", method="approle", ttl=3600.0)
    diary.open(str(path))
    diary.write("left", what="2 could not be revoked")
    first, second = path.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z login method=approle ttl=3600\.0", first)
    assert second.endswith('Z left what="2 could not be revoked"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "lease_id", ["aws/creds/x/1\n2026-11-21T00:00:00.000Z revoke", "a\x1b[2Kb", "a\u202eb", "a\rb"]
)
def test_what_vault_says_cannot_forge_a_line(tmp_path: Path, lease_id: str) -> None:
    diary, path = Diary(), tmp_path / "lease.log"
    diary.open(str(path))
    diary.write("make", lease=lease_id)
    written = path.read_text()
    assert written.endswith("\n") and written[:-1].isprintable()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lease.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        Diary().open(str(tmp_path / "lease.log"))
    assert not (tmp_path / "elsewhere").exists()
