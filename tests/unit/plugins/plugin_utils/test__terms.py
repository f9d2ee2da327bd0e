# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math

import pytest
from ansible_collections.leasehold.vault.plugins.plugin_utils._terms import Moment, Term

START = Moment(100.0, 5000.0)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        pytest.param(Moment(110.0, 5010.0), 590.0, id="both clocks agree"),
        pytest.param(Moment(110.0, 1400.0), 590.0, id="f64 a wall clock set back revives nothing"),
        pytest.param(Moment(110.0, 8600.0), -3000.0, id="f64 a wall clock set forward counts as age"),
        pytest.param(Moment(800.0, 5010.0), -100.0, id="f64 a suspended machine ages"),
    ],
)
def test_remaining(now: Moment, left: float) -> None:
    assert Term(START, 600.0).remaining(now) == left


def test_what_never_ends() -> None:
    endless = Term(START, None)
    assert endless.remaining(Moment(1e9, 1e9)) == math.inf
    assert endless.renewal_due() == math.inf
    assert endless.covers(1e6, START)


@pytest.mark.parametrize(
    ("seconds", "comfort", "floor"),
    [(3600.0, 300.0, 30.0), (600.0, 300.0, 30.0), (20.0, 10.0, 2.0), (300.0, 150.0, 30.0)],
)
def test_comfort_and_floor(seconds: float, comfort: float, floor: float) -> None:
    assert (Term(START, seconds).comfort(), Term(START, seconds).floor()) == (comfort, floor)


@pytest.mark.parametrize(
    ("at_least", "age", "covered"),
    [
        pytest.param(None, 250.0, True, id="comfort"),
        pytest.param(None, 301.0, False, id="less than comfort"),
        pytest.param(500.0, 99.0, True, id="asked"),
        pytest.param(500.0, 101.0, False, id="less than asked"),
        pytest.param(595.0, 250.0, True, id="a demand near the whole term falls back to comfort"),
    ],
)
def test_covers(at_least: float | None, age: float, covered: bool) -> None:
    assert Term(START, 600.0).covers(at_least, Moment(100.0 + age, 5000.0 + age)) is covered


@pytest.mark.parametrize(("renewed", "short"), [(600.0, False), (599.0, False), (590.0, True), (0.0, True)])
def test_shortened(renewed: float, short: bool) -> None:
    assert Term(START, 600.0).shortened(renewed) is short


def test_a_renewal_cut_short_lowers_no_demand() -> None:
    renewed = Term(START, 600.0).renewed(Moment(600.0, 5500.0), 200.0)
    assert (renewed.seconds, renewed.comfort()) == (200.0, 300.0)


def test_a_renewal_never_takes_time_away() -> None:
    term = Term(START, 600.0)
    assert term.renewed(Moment(200.0, 5100.0), 100.0) is term
