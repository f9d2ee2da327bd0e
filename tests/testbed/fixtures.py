# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bench as pytest fixtures; one for the whole session. Import them into a ``conftest.py``."""

from __future__ import annotations

import typing as t

import pytest

from .aws import Moto
from .scene import Scene, bench
from .vault import Vault


@pytest.fixture(scope="session")
def scene() -> t.Iterator[Scene]:
    with bench() as prepared:
        yield prepared


@pytest.fixture(scope="session")
def vault(scene: Scene) -> Vault:
    return scene.vault


@pytest.fixture(scope="session")
def aws(scene: Scene) -> Moto:
    return scene.aws
