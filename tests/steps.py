# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of noxfile.py, then print each with its result and time. Arguments are for nox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REPORT = Path(".nox", "report.json")


def main(options: list[str]) -> int:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    code = subprocess.call([sys.executable, "-m", "nox", "--report", str(REPORT), *options])
    if REPORT.exists():
        print_table(json.loads(REPORT.read_text())["sessions"])
    return code


def print_table(steps: list[dict[str, str | float | None]]) -> None:
    print(f"\n{'step':<24}{'result':<10}{'seconds':>8}")
    for step in steps:
        print(f"{step['name']:<24}{step['result']:<10}{step['duration']:>8.1f}  {step['reason'] or ''}".rstrip())
    results = [step["result"] for step in steps]
    skipped = f", {results.count('skipped')} skipped" if "skipped" in results else ""
    failed = sum(result in ("failed", "aborted") for result in results)
    print(f"\n{results.count('success')} passed, {failed} failed{skipped}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
