# SPDX-License-Identifier: Apache-2.0
"""Tests of grading: what each test adds, and what would be lost without it."""

from collections import Counter

import numpy as np

from regressions.coverage.measure import measure
from regressions.grading import Contribution, contributions, grade, kills
from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tb.descriptor import load
from tests.code_coverage.design import BLOCK, RARE, RISE, data

DEFINITION = load_definition()


def counts(*places: int, event: str = "") -> Counts:
    """Hits of bins of the first item."""
    item = next(iter(DEFINITION.items.values()))
    hits = np.zeros(item.size, dtype=np.int64)
    hits[list(places)] = 3
    found = Counts(DEFINITION)
    found.add_hits(item, hits)
    if event:
        found.add_event(event, 2)
        found.add_event("never", 0)
    return found


def test_what_only_one_test_has_is_its_own() -> None:
    found = {"one": {1, 2, 3}, "two": {2, 3}, "three": {3, 4}}
    assert contributions(found) == {
        "one": Contribution(3, 1),
        "two": Contribution(2, 0),
        "three": Contribution(2, 1),
    }


def test_bins_points_and_kills_stand_side_by_side() -> None:
    parts = [
        ("redmule", "one", counts(0, 1)),
        ("serial", "one", counts(1)),
        ("redmule", "two", counts(1, event="x_full")),
    ]
    coverage = measure(parts, [load("redmule")], DEFINITION)
    code = data(one=Counter({BLOCK: 1, RISE: 0}), three=Counter({BLOCK: 2, RARE: 1}))
    rows = {row.test: row for row in grade(coverage, code, {"two": {"d1", "d2"}, "one": {"d2"}})}
    assert rows["one"].bins == Contribution(2, 1)
    assert rows["two"].bins == Contribution(2, 1)
    assert rows["three"].bins == Contribution(0, 0)
    assert (rows["one"].points, rows["three"].points) == (Contribution(1, 0), Contribution(2, 1))
    assert (rows["one"].kills, rows["two"].kills, rows["three"].kills) == (
        Contribution(1, 0),
        Contribution(2, 1),
        Contribution(0, 0),
    )


def test_a_test_without_anything_of_its_own_is_redundant() -> None:
    rows = {
        row.test: row for row in grade(None, data(one=Counter({BLOCK: 1}), two=Counter({BLOCK: 1, RARE: 1})))
    }
    assert rows["one"].redundant
    assert not rows["two"].redundant
    assert rows["two"].kills is None


def test_the_order_says_who_adds_most() -> None:
    code = data(one=Counter({BLOCK: 1}), two=Counter({RARE: 1, RISE: 1}), three=Counter({BLOCK: 1}))
    assert next(row.test for row in grade(None, code)) == "two"


def test_kills_are_those_of_campaigns_that_ran_all_tests() -> None:
    graded = {"graded": True, "defects": [{"id": "d1", "tests": ["a", "b"]}, {"id": "d2", "tests": []}]}
    stopped = {"graded": False, "defects": [{"id": "d3", "tests": ["a"]}]}
    assert kills([graded, stopped]) == {"a": {"d1"}, "b": {"d1"}}
    assert kills([stopped]) is None
    assert kills([]) is None
