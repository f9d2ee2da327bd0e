# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS of the bench as a process of its own: moto on a free port, with the promises of ``child.py``."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import signal
import sys

from moto.moto_server.threaded_moto_server import ThreadedMotoServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-folder", required=True)
    folder = parser.parse_args().folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        print(json.dumps({"endpoint": f"http://{host}:{port}"}), flush=True)
        sys.stdin.buffer.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
