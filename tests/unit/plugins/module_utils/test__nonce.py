# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nonce file on a real disk: what is refused, what is kept, and what is left when somebody is killed over it."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import signal
import socket
import stat
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils import _nonce
from ansible_collections.leasehold.vault.plugins.module_utils._errors import AuthError
from ansible_collections.leasehold.vault.plugins.module_utils._nonce import Bound, NonceFile, default_file

HERE = Bound("i-0123456789abcdef0", "https://vault.example.com:8200", "auth/aws")
PLAIN = "0f7c6e52-3b1a-4c8e-9b1e-6f3f5f0c2d11"


def nonce_of(path: Path, bound: Bound = HERE) -> str:
    return NonceFile(str(path)).get(bound)[0]


def put(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return path


def test_it_is_made_once_with_all_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "state" / "leasehold-vault" / "nonce"
    first = nonce_of(path)
    assert len(first) >= 43 and _nonce.check(first)
    assert nonce_of(path) == first
    assert [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]
    record = json.loads(path.read_text())
    assert record["instance_id"] == HERE.instance_id and record["vault"] == HERE.vault
    assert [p.name for p in path.parent.iterdir()] == ["nonce"]


def test_two_files_have_nothing_in_common(tmp_path: Path) -> None:
    assert len({nonce_of(tmp_path / str(number)) for number in range(50)}) == 50


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_f81_modes_are_ours_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        nonce_of(tmp_path / "nonce")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "nonce").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [PLAIN, f"{PLAIN}\n", "n" * 128])
def test_a_plain_nonce_is_used_and_left_alone(tmp_path: Path, content: str) -> None:
    path = put(tmp_path / "nonce", content)
    assert nonce_of(path) == content.strip()
    assert nonce_of(path, HERE._replace(instance_id="i-00000000000000001", vault="https://other")) == content.strip()
    assert path.read_text() == content


def damaged() -> dict[str, bytes]:
    whole = json.loads(_nonce._text(_nonce._Record("n" * 43, HERE)))
    other = json.dumps({**whole, "nonce": "m" * 43})
    return {
        "empty": b"",
        "blank": b" \n",
        "one byte": b"x",
        "short": b"n" * 15,
        "long": b"n" * 129,
        "two lines": PLAIN.encode() + b"\nsecond line",
        "not text": b"\xff\xfe\x00" * 20,
        "the word for never again": b"reauthentication-disabled-nonce",
        "cut": json.dumps(whole).encode()[:-10],
        "a bit flipped": other.encode(),
        "without a checksum": json.dumps({**whole, "checksum": None}).encode(),
        "without a nonce": b"{}",
        "huge": b"n" * 5000,
        "a nonce that is none": json.dumps({**whole, "nonce": 5}).encode(),
    }


@pytest.mark.parametrize("content", damaged().values(), ids=damaged().keys())
def test_f53_what_is_damaged_stops_the_login_and_stays(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path / "nonce", content)
    with pytest.raises(AuthError, match="is damaged") as caught:
        nonce_of(path)
    assert caught.value.kind == "nonce"
    assert f"auth/aws/identity-accesslist/{HERE.instance_id}" in caught.value.message
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["nonce"]


def linked(path: Path) -> None:
    path.symlink_to(put(path.with_name("real"), PLAIN))


def twice_named(path: Path) -> None:
    os.link(put(path.with_name("real"), PLAIN), path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def of_somebody(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(put(path, PLAIN), 12345, -1)


ODD: dict[str, t.Callable[[Path], object]] = {
    "symbolic link": linked,
    "hard link": twice_named,
    "pipe": lambda path: os.mkfifo(path, 0o600),
    "socket": bound_socket,
    "folder": lambda path: path.mkdir(mode=0o700),
    "of another user": of_somebody,
    "readable for the group": lambda path: put(path, PLAIN, 0o640),
    "readable for all": lambda path: put(path, PLAIN, 0o604),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_f78_odd_files_are_refused_and_left(tmp_path: Path, make: t.Callable[[Path], object]) -> None:
    path = tmp_path / "nonce"
    make(path)
    before = path.lstat()
    with pytest.raises(AuthError) as caught:
        nonce_of(path)
    assert caught.value.kind == "nonce" and str(path) in caught.value.message
    assert PLAIN not in caught.value.message
    after = path.lstat()
    assert (before.st_ino, before.st_mode, before.st_uid) == (after.st_ino, after.st_mode, after.st_uid)


def test_f78_folders_of_others_are_refused(tmp_path: Path) -> None:
    shared, link = tmp_path / "shared", tmp_path / "link"
    shared.mkdir()
    shared.chmod(0o777)
    link.symlink_to(tmp_path)
    for folder in (shared, link):
        with pytest.raises(AuthError) as caught:
            nonce_of(folder / "nonce")
        assert caught.value.kind == "nonce"
        assert not (folder / "nonce").exists()


def test_f53_the_file_of_another_instance_is_kept_beside(tmp_path: Path) -> None:
    path, copies = tmp_path / "nonce", [HERE._replace(instance_id=f"i-0000000000000000{n}") for n in range(3)]
    first = nonce_of(path)
    content = path.read_text()
    second, warning = NonceFile(str(path)).get(copies[0])
    assert second != first and HERE.instance_id in warning and f"{path}.{HERE.instance_id}" in warning
    assert (tmp_path / f"nonce.{HERE.instance_id}").read_text() == content
    assert NonceFile(str(path)).get(copies[0]) == (second, "")
    # Nothing that was kept is lost when an instance comes back.
    put(path, content)
    nonce_of(path, copies[1])
    assert (tmp_path / f"nonce.{HERE.instance_id}.1").read_text() == content


@pytest.mark.parametrize("other", [{"vault": "https://other.example.com:8200"}, {"mount": "auth/aws-eu"}])
def test_the_file_of_another_vault_is_refused(tmp_path: Path, other: dict[str, str]) -> None:
    path = tmp_path / "nonce"
    nonce_of(path)
    content = path.read_text()
    with pytest.raises(AuthError, match=r"is for auth/aws at https://vault\.example\.com:8200 .*Set nonce_file"):
        nonce_of(path, HERE._replace(**other))
    assert path.read_text() == content


def _ask(path: str, gate: t.Any, told: t.Any) -> None:
    gate.wait()
    told.put(nonce_of(Path(path)))


def test_e_two_hundred_at_once_agree_on_one(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    gate, told = fork.Event(), fork.Queue()
    asking = [fork.Process(target=_ask, args=(str(tmp_path / "a" / "nonce"), gate, told)) for _number in range(200)]
    for process in asking:
        process.start()
    gate.set()
    nonces = [told.get(timeout=60) for _process in asking]
    for process in asking:
        process.join()
    assert len(nonces) == 200 and len(set(nonces)) == 1
    assert os.listdir(tmp_path / "a") == ["nonce"]


def in_a_child(work: t.Callable[[], object]) -> int:
    """How a forked child ended that did this."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def killed_at(line: int, path: Path, bound: Bound) -> bool:
    """Whether whoever made a nonce there was killed before the line-th step of it."""
    steps = 0

    def trace(frame: t.Any, event: str, _arg: t.Any) -> t.Any:
        nonlocal steps
        if frame.f_code.co_filename != _nonce.__file__:
            return None
        steps += event == "line"
        if steps > line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def work() -> None:
        sys.settrace(trace)
        nonce_of(path, bound)

    code = in_a_child(work)
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.parametrize("before", ["nothing", "a copy"])
def test_e_f80_killed_at_each_step(tmp_path: Path, before: str) -> None:
    """The next one finds a whole file or makes one; what an earlier one may have sent is never lost."""
    steps = 0
    while True:
        folder = tmp_path / str(steps)
        path, sent = folder / "nonce", ""
        if before == "a copy":
            folder.mkdir(mode=0o700)
            old = nonce_of(path, HERE._replace(instance_id="i-00000000000000001"))
        was_killed = killed_at(steps, path, HERE)
        sent = json.loads(path.read_text())["nonce"] if path.exists() else ""
        found = nonce_of(path)
        assert found == nonce_of(path)
        if before == "nothing":
            # A file that is there under its name is whole, and the one that counts.
            assert sent in ("", found)
            assert os.listdir(folder) == ["nonce"]
        else:
            kept = [json.loads(file.read_text())["nonce"] for file in folder.iterdir()]
            assert sorted(kept) == sorted([old, found])
        if not was_killed:
            break
        steps += 1
    assert steps > 60


@pytest.mark.parametrize("limit", ["size", "files"])
def test_f79_a_full_disk_leaves_nothing(tmp_path: Path, limit: str) -> None:
    path = tmp_path / "nonce"

    def work() -> None:
        if limit == "size":
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        else:
            free = os.dup(0)
            os.close(free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))
        with pytest.raises(AuthError, match=r"can't be used: (File too large|Too many open files).*class=nonce"):
            nonce_of(path)

    assert in_a_child(work) == 0
    assert os.listdir(tmp_path) == []


def test_f81_a_file_system_that_is_read_only() -> None:
    with pytest.raises(AuthError, match=r"can't be used: .*No login was tried"):
        nonce_of(Path("/proc/self/nonce"))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], "state/leasehold-vault/ec2-nonce"),
        ([".vault-token-meta-nonce"], ".vault-token-meta-nonce"),
        ([".vault-token-meta-nonce", "state/leasehold-vault/ec2-nonce"], "state/leasehold-vault/ec2-nonce"),
    ],
)
def test_where_it_is_unless_told_otherwise(tmp_path: Path, there: list[str], expected: str) -> None:
    for name in there:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    before = os.environ.get("HOME", "")
    os.environ["HOME"] = str(tmp_path)
    try:
        assert default_file({"XDG_STATE_HOME": str(tmp_path / "state")}) == str(tmp_path / expected)
        assert re.search(r"/(\.local/state/leasehold-vault/ec2-nonce|\.vault-token-meta-nonce)$", default_file({}))
    finally:
        os.environ["HOME"] = before
