# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""A module of this folder as a script: the collection is found from where this file lies, without Ansible's machinery.

Another ``ansible_collections`` may be on the path, that of the ``ansible`` package for one; it must not come first.
"""

from __future__ import annotations

import importlib
import os
import sys
import types

PLUGINS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = "ansible_collections.leasehold.vault.plugins"


def main() -> None:
    # The folder of this script must not shadow anything that is imported by its plain name.
    del sys.path[0]
    find_collection()
    importlib.import_module(f"{PACKAGE}.plugin_utils.{sys.argv[1]}").main()


def find_collection() -> None:
    parts = PACKAGE.split(".")
    for count in range(1, len(parts) + 1):
        package = types.ModuleType(".".join(parts[:count]))
        package.__path__ = [PLUGINS] if count == len(parts) else []
        sys.modules[package.__name__] = package


if __name__ == "__main__":
    main()
