# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FAULTS.md says where each fault and each threat is tested: they are all there, and so are the tests."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| ([FLS]\d{2,3}) \| [^|]+ \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`(test_\w+\.py::test_\w+)`")


def test_every_fault_and_threat_has_its_row() -> None:
    rows = dict(ROW.findall((TESTS / "FAULTS.md").read_text()))
    faults = [f"F{number:02}" for number in (*range(1, 73), *range(91, 103), 111)]
    wanted = [*faults, *(f"S{number:02}" for number in range(1, 35))]
    assert [row for row in wanted if row not in rows] == []
    assert [row for row, text in rows.items() if not NAME.search(text) and not text.startswith("not done: ")] == []


def test_every_test_in_the_table_exists() -> None:
    known = {
        f"{path.name}::{test}"
        for path in TESTS.rglob("test_*.py")
        for test in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    assert [name for name in NAME.findall((TESTS / "FAULTS.md").read_text()) if name not in known] == []
