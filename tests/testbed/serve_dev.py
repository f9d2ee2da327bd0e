# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Vault of the user's as a dev server, with the promises of ``child.py``."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

CONFIGURATION = "listener.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("-program", "-folder", "-tls-cert", "-tls-key"):
        parser.add_argument(name)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    secure = tls_listener(options) if options.tls_cert else {}
    try:
        with start(options, secure) as server:
            try:
                print(json.dumps(facts(server) | secure), flush=True)
                sys.stdin.buffer.read()
            finally:
                server.terminate()
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"127.0.0.1:{port}"


def tls_listener(options: argparse.Namespace) -> dict[str, str]:
    """The configuration of a second listener, and the address it makes the first one's stand back for."""
    address = free_address()
    listener = {"address": address, "tls_cert_file": options.tls_cert, "tls_key_file": options.tls_key}
    Path(options.folder, CONFIGURATION).write_text(json.dumps({"listener": {"tcp": listener}}))
    return {"address": f"https://{address}"}


def start(options: argparse.Namespace, secure: dict[str, str]) -> subprocess.Popen[str]:
    command = [options.program, "server", "-dev", f"-dev-listen-address={free_address()}"]
    command += ["-dev-no-store-token", "-dev-no-kv"]
    if secure:
        command.append(f"-config={options.folder}/{CONFIGURATION}")
    environ = os.environ | {"HOME": options.folder}
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its starter is killed; elsewhere than on Linux it would stay."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def facts(server: subprocess.Popen[str]) -> dict[str, str]:
    """What the dev server says of itself when it is ready; what it says later is not of interest."""
    assert server.stdout
    wanted = {"Api Address": "address", "Unseal Key": "unseal_key", "Root Token": "token"}
    found: dict[str, str] = {}
    for line in server.stdout:
        if said := re.match(rf"\s*({'|'.join(wanted)}): (\S+)", line):
            found[wanted[said[1]]] = said[2]
        if len(found) == len(wanted):
            break
    threading.Thread(target=drain, args=(server.stdout,), daemon=True).start()
    return found


def drain(output: t.IO[str]) -> None:
    for _line in output:
        pass


if __name__ == "__main__":
    main()
