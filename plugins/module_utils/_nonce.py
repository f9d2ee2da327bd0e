# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""The file with the nonce that an EC2 instance logs in to Vault with.

Vault remembers the nonce of an instance's first login and demands it at each later one, until an operator removes its
memory of the instance. So the nonce is made here, and is on the disk before Vault hears of it. After that the file is
never written again: what looks damaged may still be what Vault remembers.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import secrets
import stat
import time
import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError
from ansible_collections.leasehold.vault.plugins.module_utils._values import is_opaque

# Vault takes no longer one; a shorter one is a piece of one.
SHORTEST, LONGEST = 16, 128
LARGEST_FILE = 4096
LOCKED_WITHIN = 10.0
# Vault's own word for an instance that may not log in again.
RESERVED = "reauthentication-disabled-nonce"

_AT = os.O_NOFOLLOW | os.O_CLOEXEC
_KEPT = "It is left as it is, for Vault may demand just this nonce."
_LOST = " If it is lost, an operator has to delete {entry} in Vault; remove the file then."


class Bound(t.NamedTuple):
    """What a nonce belongs to: one instance, at one auth method of one Vault."""

    instance_id: str
    vault: str
    mount: str


class _Record(t.NamedTuple):
    nonce: str
    bound: Bound | None = None


class NonceFile:
    """The file of a nonce; two who need it at once agree on one."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self._parent, self._name = os.path.split(self.path)

    def get(self, bound: Bound) -> tuple[str, str]:
        """The nonce, and what is to be said of it; when this returns, it is durable."""
        with self._complaining(), self._folder() as folder:
            record = self._read(folder, bound)
            warning = ""
            if not self._fits(record, bound):
                with _locked(folder):
                    record, warning = self._made(folder, bound)
            # Whoever made it may not have come to this yet.
            os.fsync(folder)
            return t.cast(_Record, record).nonce, warning

    def _made(self, folder: int, bound: Bound) -> tuple[_Record, str]:
        """A new record, unless somebody else made one while this waited for the lock."""
        record, warning = self._read(folder, bound), ""
        if record and self._fits(record, bound):
            return record, warning
        if record and record.bound:
            aside = self._set_aside(folder, record.bound.instance_id)
            warning = (
                f"{self.path} was made on {record.bound.instance_id}, of which this instance is a copy. It is now "
                f"{aside}, and this instance has a nonce of its own."
            )
        record = _Record(secrets.token_urlsafe(32), bound)
        self._write(folder, _text(record))
        return record, warning

    def _fits(self, record: _Record | None, bound: Bound) -> bool:
        if record is None or (record.bound and record.bound.instance_id != bound.instance_id):
            return False
        if record.bound and record.bound != bound:
            where = f"{record.bound.mount} at {record.bound.vault}"
            raise self._refused(f"is for {where}", bound, "Set nonce_file to another one for this Vault.")
        return True

    # -- the disk

    @contextlib.contextmanager
    def _complaining(self) -> t.Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise AuthError(
                f"The nonce file {self.path} can't be used: {problem.strerror}",
                kind="nonce",
                remedy="No login was tried. Set nonce_file to a place on a local disk that this user may write to.",
            ) from None

    @contextlib.contextmanager
    def _folder(self) -> t.Iterator[int]:
        _make_folder(self._parent)
        folder = os.open(self._parent, os.O_RDONLY | os.O_DIRECTORY | _AT)
        try:
            found = os.fstat(folder)
            is_shared = bool(found.st_mode & 0o022) and not (found.st_mode & stat.S_ISVTX and found.st_uid == 0)
            if is_shared or found.st_uid not in (0, os.geteuid()):
                raise AuthError(
                    f"The folder of the nonce file {self.path} belongs to others, or others may write to it",
                    kind="nonce",
                    remedy="Set nonce_file to a place that only this user may write to.",
                )
            yield folder
        finally:
            os.close(folder)

    def _read(self, folder: int, bound: Bound) -> _Record | None:
        try:
            file = os.open(self._name, os.O_RDONLY | os.O_NONBLOCK | _AT, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as problem:
            if problem.errno not in (errno.ELOOP, errno.ENXIO):
                raise
            raise self._refused("is not a regular file", bound) from None
        try:
            self._check(os.fstat(file), bound)
            content = os.read(file, LARGEST_FILE + 1)
        finally:
            os.close(file)
        record = _record(content)
        if record is None:
            raise self._refused("is damaged", bound)
        return record

    def _check(self, found: os.stat_result, bound: Bound) -> None:
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise self._refused("is not a regular file, or has more than one name", bound)
        if found.st_uid != os.geteuid():
            raise self._refused("belongs to another user", bound)
        if found.st_mode & 0o077:
            raise self._refused("may be read by others", bound, f"If nobody has, chmod 600 {self.path} is enough.")

    def _write(self, folder: int, content: bytes) -> None:
        """All of it or nothing, whenever this is killed; and if it comes back, for good."""
        begin, end = f".{self._name}.", ".new"
        for name in os.listdir(folder):
            if name.startswith(begin) and name.endswith(end):
                # Of somebody who was killed: whoever lives would have the lock.
                os.unlink(name, dir_fd=folder)
        new = f"{begin}{secrets.token_hex(8)}{end}"
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AT, 0o600, dir_fd=folder)
        try:
            with os.fdopen(file, "wb") as stream:
                os.fchmod(file, 0o600)
                stream.write(content)
                stream.flush()
                os.fsync(file)
            os.rename(new, self._name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(new, dir_fd=folder)
            raise
        os.fsync(folder)

    def _set_aside(self, folder: int, instance_id: str) -> str:
        taken = set(os.listdir(folder))
        names = [f"{self._name}.{instance_id}", *(f"{self._name}.{instance_id}.{n}" for n in range(1, len(taken) + 2))]
        name = next(name for name in names if name not in taken)
        os.rename(self._name, name, src_dir_fd=folder, dst_dir_fd=folder)
        return os.path.join(self._parent, name)

    def _refused(self, why: str, bound: Bound, remedy: str = "") -> AuthError:
        entry = f"{bound.mount}/identity-accesslist/{bound.instance_id}"
        remedy = remedy or "Put back the file as it was." + _LOST.format(entry=entry)
        return AuthError(f"The nonce file {self.path} {why}", kind="nonce", remedy=f"{_KEPT} {remedy}")


def check(nonce: str) -> bool:
    """Whether this may be sent to Vault as a nonce."""
    return SHORTEST <= len(nonce) <= LONGEST and is_opaque(nonce) and nonce != RESERVED


def default_file(environ: t.Mapping[str, str]) -> str:
    """Where the nonce is kept unless told otherwise; a file that older tools have left is kept in use."""
    home = os.path.expanduser("~")
    state = environ.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state")
    own, older = os.path.join(state, "leasehold-vault", "ec2-nonce"), os.path.join(home, ".vault-token-meta-nonce")
    return older if os.path.lexists(older) and not os.path.lexists(own) else own


def _record(content: bytes) -> _Record | None:
    """What a file says; None if it is damaged. Other tools write just the nonce."""
    try:
        text = content.decode("ascii").strip()
        if not text.startswith("{"):
            return _Record(text) if check(text) else None
        known = json.loads(text)
        record = _Record(known["nonce"], Bound(known["instance_id"], known["vault"], known["mount"]))
        return record if check(record.nonce) and known["checksum"] == _checksum(known) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _text(record: _Record) -> bytes:
    bound = t.cast(Bound, record.bound)
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    known = {"version": 1, "nonce": record.nonce, **bound._asdict(), "created": made}
    return json.dumps({**known, "checksum": _checksum(known)}, indent=1).encode() + b"\n"


def _checksum(known: t.Mapping[str, t.Any]) -> str:
    rest = {name: value for name, value in known.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _make_folder(path: str) -> None:
    if os.path.lexists(path):
        return
    parent = os.path.dirname(path)
    _make_folder(parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(folder: int) -> t.Iterator[None]:
    """The folder itself is the lock, so that none is left lying about."""
    end = time.monotonic() + LOCKED_WITHIN
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
    try:
        yield
    finally:
        fcntl.flock(folder, fcntl.LOCK_UN)


__all__ = ("Bound", "NonceFile", "check", "default_file")
