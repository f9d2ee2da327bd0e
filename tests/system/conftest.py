# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.leasehold.vault.tests.system.controller import Controller
from ansible_collections.leasehold.vault.tests.testbed.fixtures import aws, scene, vault
from ansible_collections.leasehold.vault.tests.testbed.scene import Scene


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_core: runs on every supported ansible-core, not just the default one")


@pytest.fixture
def controller(scene: Scene) -> t.Iterator[Controller]:
    with Controller(scene) as made:
        yield made


__all__ = ("aws", "controller", "scene", "vault")
