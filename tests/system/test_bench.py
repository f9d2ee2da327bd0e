# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``make bench`` makes of its samples: the table, the numbers in it and the chart."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.leasehold.vault.tests.bench import result
from ansible_collections.leasehold.vault.tests.bench.chart import WIDTH, chart
from ansible_collections.leasehold.vault.tests.bench.place import digest
from ansible_collections.leasehold.vault.tests.bench.sides import CONSTANTS, OURS, THEIRS

MACHINE = {"ansible_core": "2.19.14", "vault": "1.21.4", "community.hashi_vault": "7.1.0", "cores": 2}
SAMPLES = {
    CONSTANTS: [{"seconds": 2.0}, {"seconds": 9.0}, {"seconds": 2.0}],
    OURS: [{"seconds": 2.2, "login": 1, "mint": 1, "leases_left": 0, "matching": 100}],
    THEIRS: [{"seconds": 6.6, "login": 300, "mint": 300, "leases_left": 300, "matching": 0}],
}


def test_chart_shows_the_medians_and_stays_in_its_frame() -> None:
    picture = ET.fromstring(chart(SAMPLES, MACHINE))
    title = picture.findtext("{*}title")
    assert title and "logins 1 against 300" in title and "wall time 1.10x against 3.30x" in title
    boxes = [box for box in picture.iter("{http://www.w3.org/2000/svg}rect") if box.get("class") in ("ours", "theirs")]
    assert all(0 < float(box.attrib["x"]) + float(box.attrib["width"]) < WIDTH for box in boxes)
    shown = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"1", "300", "0", "100", "1.10x", "3.30x"} <= set(shown)


def test_table_says_what_was_not_reached() -> None:
    rows = [result.Row("logins", "2", "300", "1", False, counts=True), result.Row("time", "1 s")]
    lines = result.table({"a": result.Outcome(rows, {})}).splitlines()
    assert [line.split() for line in lines[2:]] == [
        ["a", "logins", "2", "300", "1", "NO"],
        ["a", "time", "1", "s", "-"],
    ]
    assert lines[0].index("target") == lines[2].index("1  ")


@pytest.mark.parametrize(("values", "shown"), [([1, 1, 1], "1"), ([3, 1, 2], "1 to 3")])
def test_a_count_that_varies_is_shown_as_a_span(values: list[int], shown: str) -> None:
    assert result.only(values) == shown


def test_percentiles_and_histogram_keep_every_sample() -> None:
    samples = [number / 1e5 for number in range(100)]
    assert (result.percentile(samples, 0.5), result.percentile(samples, 0.99)) == (0.0005, 0.00099)
    assert result.histogram([0.00031, 0.000312, 0.001]) == {"310": 2, "1000": 1}
    assert sum(result.histogram(samples).values()) == 100


def test_values_of_different_leases_have_another_digest() -> None:
    assert len({digest("a", "b", "c"), digest("a", "b", None), digest("ab", "c", None)}) == 3
