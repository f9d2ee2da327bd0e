# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of noxfile.py, then print each with its result and time. Arguments are for nox.

With CORES=all the default ansible-core and the others run side by side: one of them alone keeps one processor busy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HOME = Path(".nox")
OTHERS_LOG = HOME / "others.log"

Steps = list[dict[str, "str | float | None"]]


def main(options: list[str]) -> int:
    HOME.mkdir(exist_ok=True)
    cores = os.environ.get("CORES", "")
    if cores != "all" or options:
        code, steps = run(cores, options)
    else:
        code, steps = run_side_by_side()
    print_table(steps)
    return code


def run_side_by_side() -> tuple[int, Steps]:
    """What the others say is kept apart until they are through."""
    print(f"The other versions of ansible-core run beside this one; {OTHERS_LOG} has what they say.", flush=True)
    with OTHERS_LOG.open("wb") as log:
        others = start("others", [], stdout=log, stderr=subprocess.STDOUT)
        code, steps = run("", [])
        print("Waiting for the other versions of ansible-core", flush=True)
        others_code = others.wait()
    if others_code:
        print(OTHERS_LOG.read_text(errors="replace"), flush=True)
    return code or others_code, steps + reported("others")


def run(cores: str, options: list[str]) -> tuple[int, Steps]:
    return start(cores, options).wait(), reported(cores)


def start(cores: str, options: list[str], **streams: object) -> subprocess.Popen[bytes]:
    report(cores).unlink(missing_ok=True)
    command = [sys.executable, "-m", "nox", "--report", str(report(cores)), *options]
    return subprocess.Popen(command, env=os.environ | {"CORES": cores}, **streams)  # type: ignore[call-overload]


def report(cores: str) -> Path:
    return HOME / f"report{cores and '-others'}.json"


def reported(cores: str) -> Steps:
    path = report(cores)
    steps: Steps = json.loads(path.read_text())["sessions"] if path.exists() else []
    return steps


def print_table(steps: Steps) -> None:
    print(f"\n{'step':<24}{'result':<10}{'seconds':>8}")
    for step in steps:
        print(f"{step['name']:<24}{step['result']:<10}{step['duration']:>8.1f}  {step['reason'] or ''}".rstrip())
    results = [step["result"] for step in steps]
    skipped = f", {results.count('skipped')} skipped" if "skipped" in results else ""
    failed = sum(result in ("failed", "aborted") for result in results)
    print(f"\n{results.count('success')} passed, {failed} failed{skipped}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
