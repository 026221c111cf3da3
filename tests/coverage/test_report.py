# SPDX-License-Identifier: Apache-2.0
"""Coverage of a run: its numbers and pages."""

import json
from collections import Counter

import numpy as np

from regressions.coverage.measure import Coverage, measure, percent
from regressions.report.covered import MAX_OPEN, bin_groups, exclusions, groups, share
from regressions.report.html import render_html
from regressions.summary import Summary
from regressions.testplan import load_testplan
from tb.coverage.abilities import reachable
from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tb.descriptor import load
from tests.runner.runs import started

DEFINITION = load_definition()
DEVICE = load("redmule")
PLAN = load_testplan()


def covered(hit: float = 1.0) -> Coverage:
    """A run that hit the first part of the bins of each item."""
    counts = Counts(DEFINITION)
    for item in DEFINITION.items.values():
        wanted = reachable(item, DEVICE) & ~DEFINITION.excluded(item)
        wanted[int(hit * item.size) :] = False
        counts.add_hits(item, wanted.astype(np.int64))
    for name in DEVICE.counted_events:
        counts.add_event(name, int(hit == 1.0))
    return measure([("redmule", "a", counts), ("redmule", "b", counts)], [DEVICE], DEFINITION)


def test_everything_hit_is_100_percent() -> None:
    full = covered()
    assert full.percent == 100.0
    assert full.bins["hit"] == full.bins["defined"] - full.bins["excluded"]
    assert full.open_bins() == []
    assert not any(row.open for row in full.rows)
    assert full.bins["excluded"] <= 0.02 * full.bins["defined"]


def test_one_bin_short_of_everything_is_not_100_percent() -> None:
    assert percent(99_999, 100_000) == 99.99
    assert percent(3, 3) == 100.0
    assert percent(0, 0) == 100.0


def test_parts_add_up() -> None:
    item = DEFINITION.items["jobs.op"]
    assert covered().total.hits(item).tolist() == [2] * 8
    table = json.loads(json.dumps(covered().to_json()))
    assert [(part["device"], part["test"]) for part in table["parts"]] == [("redmule", "a"), ("redmule", "b")]
    again = [(part["device"], part["test"], Counts.from_json(part, DEFINITION)) for part in table["parts"]]
    assert measure(again, [DEVICE], DEFINITION).bins == covered().bins


def test_bins_are_those_of_the_devices_of_the_run() -> None:
    counts = Counts(DEFINITION)
    serial = measure([("serial", "a", counts)], [load("serial")], DEFINITION)
    both = measure([("serial", "a", counts)], [load("serial"), DEVICE], DEFINITION)
    assert serial.bins["defined"] < both.bins["defined"] == covered().bins["defined"]
    assert serial.bins["hit"] == 0


def test_the_page_leads_from_testpoints_to_bins_and_back() -> None:
    summary = Summary(started("pr"), totals=Counter())
    summary.coverage = covered(0.5)
    page = render_html(summary)
    assert '<a href="#covergroup-narrow">narrow</a>' in page
    assert 'id="covergroup-narrow"' in page
    assert '<a href="#testpoint-narrowing">narrowing</a>' in page
    assert "narrow.narrow_format.narrow_event = BF16, minus_zero" in page
    assert "MATMUL reads no Y (contract A1.4)" in page
    assert summary.to_json()["coverage"]["functional"] == summary.coverage.percent < 100
    assert summary.to_json()["coverage"]["bins"] == summary.coverage.bins


def test_groups_show_open_bins_the_least_covered_first() -> None:
    found = {group.name: group for group in groups(covered(0.5), PLAN.values())}
    named = {group.name for group in DEFINITION.groups}
    assert set(found) == named - {"own_y", "modes"} | {"internal"}, "the array has no pointer for Y"
    shares = [row.percent for row in found["jobs"].rows]
    assert shares == sorted(shares)
    assert len(found["operands"].open) == MAX_OPEN
    assert "narrowing" in found["narrow"].testpoints
    hit, wanted = share(covered(), PLAN["narrowing"]) or (0, 1)
    assert hit == wanted == found["narrow"].defined - found["narrow"].excluded
    assert bin_groups(covered(), PLAN["narrowing"]) == ["narrow"]
    assert share(None, PLAN["narrowing"]) is None


def test_every_exclusion_is_shown_with_its_bins() -> None:
    found = exclusions(covered())
    assert len(found) == len(DEFINITION.exclusions)
    assert all(each.bins > 0 and each.reason for each in found)
