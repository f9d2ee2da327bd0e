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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-program", required=True)
    parser.add_argument("-folder", required=True)
    parser.add_argument("-tls-cert")
    options, _ = parser.parse_known_args()
    if options.tls_cert:
        parser.error("a dev server of one's own cannot be given a certificate")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with start(options.program, options.folder) as server:
            try:
                print(json.dumps(facts(server)), flush=True)
                sys.stdin.buffer.read()
            finally:
                server.terminate()
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)


def start(program: str, folder: str) -> subprocess.Popen[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = [f"-dev-listen-address=127.0.0.1:{port}", "-dev-no-store-token", "-dev-no-kv"]
    environ = os.environ | {"HOME": folder}
    command = [program, "server", "-dev", *flags]
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
    for _ in output:
        pass


if __name__ == "__main__":
    main()
