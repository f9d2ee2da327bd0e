# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a secret got out: the forms it may have taken, and what can be seen of a run from outside.

``hits(secrets, seen)`` names every secret that is in anything seen, with its form and the place. ``Watch`` looks at a
run while it lasts, because much of what it writes is gone when it ends.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

# Shorter texts are found by chance.
SHORTEST = 8
# What all secrets of a kind begin with, and so says nothing of the one at hand.
KIND = re.compile(r"hv[sb]\.(CAES)?|FQoGZXIvYXdz|AQoDYXdz|eyJ")
BEGINNING = 12
SECRET_FIELDS = (
    *("client_token", "token", "secret_id", "password", "jwt"),
    *("secret_key", "session_token", "security_token"),
    *("Authorization", "X-Amz-Security-Token", "nonce", "pkcs7"),
)
LOOK_EVERY = 0.05


class Seen(t.NamedTuple):
    """Something that others could read."""

    place: str
    content: bytes


def forms(secret: str) -> dict[str, bytes]:
    """What to look for, by the name of the form."""
    raw, quoted = secret.encode(), quote(secret, safe="")
    kind = KIND.match(secret)
    own = secret[kind.end() :] if kind else secret
    found = {
        "plain": raw,
        "reversed": secret[::-1].encode(),
        "hex": raw.hex().encode(),
        "upper hex": raw.hex().upper().encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "URL": quoted.encode(),
        "URL with slashes": quote(secret).encode(),
        "URL form": quoted.replace("%20", "+").encode(),
        "lower URL": re.sub("%..", lambda octet: octet[0].lower(), quoted).encode(),
    }
    for shift in range(3):
        found[f"base64 at {shift}"] = _base64(raw, shift)
        found[f"base64url at {shift}"] = _base64(raw, shift).replace(b"+", b"-").replace(b"/", b"_")
    return {**found, "its beginning": own[:BEGINNING].encode()}


def _base64(raw: bytes, shift: int) -> bytes:
    """The characters that stand for ``raw`` alone, wherever it begins in what is encoded, padded or not."""
    encoded = base64.b64encode(b"?" * shift + raw)
    return encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def hits(secrets: t.Mapping[str, str], seen: t.Iterable[Seen]) -> list[str]:
    """A line of words for each secret (name -> value) and each place that it is in."""
    parts = {(name, part) for name, secret in secrets.items() for part in {secret, *secret.split()}}
    long = [(name, part) for name, part in parts if len(part) >= SHORTEST]
    wanted = [(name, [(form, _squeezed(needle)) for form, needle in forms(part).items()]) for name, part in long]
    found = set()
    for place, squeezed in {(place, _squeezed(content)) for place, content in seen}:
        for name, needles in wanted:
            form = next((form for form, needle in needles if needle in squeezed), None)
            if form:
                found.add(f"{name} as {form} in {place}")
    return sorted(found)


def _squeezed(text: bytes) -> bytes:
    """Without what gets into a text on its way: line breaks, indents, and escapes upon escapes."""
    return text.translate(None, b" \t\r\n\\")


def secrets_in(records: t.Iterable[t.Any]) -> dict[str, str]:
    """The secrets in raw records of Vault's audit log, under names of their own."""
    found: dict[str, str] = {}
    for name, value in _fields(records):
        if name in SECRET_FIELDS and isinstance(value, str) and value not in found:
            found[value] = f"{name} {len(found)}"
    return {name: value for value, name in found.items()}


def _fields(value: t.Any) -> t.Iterator[tuple[str, t.Any]]:
    if isinstance(value, dict):
        yield from value.items()
        value = value.values()
    elif isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return
    for entry in value:
        yield from _fields(entry)


def files(folder: Path, known: set[tuple[str, int, int, int]] | None = None) -> t.Iterator[Seen]:
    """Every regular file under a folder that is not yet known in its present state; links are not followed."""
    known = set() if known is None else known
    for parent, _folders, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            with contextlib.suppress(OSError):
                now = path.lstat()
                state = (str(path), now.st_ino, now.st_mtime_ns, now.st_size)
                if stat.S_ISREG(now.st_mode) and state not in known:
                    yield Seen(f"file {path.relative_to(folder)}", path.read_bytes())
                    known.add(state)


class Watch:
    """Looks again and again at the processes of one run and at the files in some folders, and keeps what it saw.

    The processes are those that have ``mark`` in their arguments, and all that came from them. Their environment may
    hold what the user's does, unless ``keeper`` is in their arguments.
    """

    def __init__(self, folders: t.Collection[Path], mark: str, keeper: str, environ: t.Collection[str]) -> None:
        self._folders, self._mark, self._keeper = folders, mark.encode(), keeper.encode()
        self._environ = {os.fsencode(value) for value in environ}
        self._mine: set[str] = set()
        self._foreign: set[str] = set()
        self._files: set[tuple[str, int, int, int]] = set()
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._seen: dict[tuple[str, bytes], Seen] = {}
        self.commands: set[bytes] = set()

    def __enter__(self) -> Watch:
        self._looking = self._thread.submit(self._look_on)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.shutdown()
        self._looking.result()  # raises what ended it early, if anything did

    @property
    def seen(self) -> list[Seen]:
        return list(self._seen.values())

    def _look_on(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            for folder in self._folders:
                self._keep(files(folder, self._files))
            if sys.platform == "linux":
                for process in self._processes():
                    with contextlib.suppress(OSError):
                        self._keep(self._look_at(process))

    def _keep(self, things: t.Iterable[Seen]) -> None:
        for thing in things:
            self._seen.setdefault((thing.place, hashlib.sha256(thing.content).digest()), thing)

    def _processes(self) -> t.Iterator[Path]:
        present = {name for name in os.listdir("/proc") if name.isdigit()}
        self._foreign &= present
        for name in sorted(present - self._foreign, key=int):
            process = Path("/proc", name)
            with contextlib.suppress(OSError, IndexError):
                parent = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                if {name, parent} & self._mine or self._mark in (process / "cmdline").read_bytes():
                    self._mine.add(name)
                    yield process
                else:
                    self._foreign.add(name)

    def _look_at(self, process: Path) -> t.Iterator[Seen]:
        # First the arguments: a process that has just been forked may still have the environment of another one.
        command = (process / "cmdline").read_bytes()
        self.commands.add(command)
        yield Seen(f"arguments of {process.name}", command.replace(b"\0", b" "))
        environ = (process / "environ").read_bytes().split(b"\0")
        permitted = set() if self._keeper in command else self._environ
        foreign = [entry for entry in environ if entry.partition(b"=")[2] not in permitted]
        yield Seen(f"environment of {process.name}: {command[:80]!r}", b"\n".join(foreign))
        for link in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                yield from self._open_file(process, link)

    def _open_file(self, process: Path, link: Path) -> t.Iterator[Seen]:
        """A file without a name; those with one are found in their folder, and the first three are the run's output."""
        target = os.readlink(link)
        if int(link.name) > 2 and target.endswith(" (deleted)") and stat.S_ISREG(link.stat().st_mode):
            yield Seen(f"{target} of {process.name}", link.read_bytes())
