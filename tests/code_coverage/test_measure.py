# SPDX-License-Identifier: Apache-2.0
"""Tests of percentages, goals, and exclusions, which must stay true."""

import re
from collections import Counter
from pathlib import Path

import pytest

from regressions.code_coverage import names
from regressions.code_coverage.data import joined, read
from regressions.code_coverage.exclusions import FILE, Texts, load_rules, stale
from regressions.code_coverage.measure import CodeCoverage, Share, measure, percent
from regressions.simulators.points import Kind, Point
from tb.descriptor import available, load
from tb.schema import SchemaError
from tests.code_coverage.design import (
    BLOCK,
    ELSE,
    EVERYTHING,
    FALL,
    OFTEN,
    RARE,
    RISE,
    TERM,
    THEN,
    data,
    device,
)

HEAD = 'schema = 1\ndevices = ["unit"]\n'
RARE_RULE = """
[[exclude]]
kind = "branch"
at = ["unit.sv: if (a_i == 2'b11)"]
points = "if"
reason = "never both"
"""
FALL_RULE = """
[[exclude]]
kind = "toggle"
at = ["unit.sv: input logic [1:0] a_i,"]
points = '.*:1->0'
reason = "only rises"
"""


def measured(folder: Path, rules: str = "", hits: Counter[Point] | None = None) -> CodeCoverage:
    """The design's coverage."""
    return measure(data(all=EVERYTHING if hits is None else hits), device(folder, rules))


def test_shares_without_exclusions(tmp_path: Path) -> None:
    coverage = measured(tmp_path)
    assert coverage.share(Kind.LINE) == Share(5, 6, 0)  # 5 to 10; 10 was not reached
    assert coverage.share(Kind.BRANCH) == Share(3, 4, 0)
    assert coverage.share(Kind.EXPR) == Share(1, 1, 0)
    assert coverage.share(Kind.TOGGLE) == Share(1, 2, 0)
    (source,) = coverage.sources
    assert {number: line.count for number, line in source.lines.items()} == {
        5: 9,
        6: 9,
        7: 9,
        8: 5,
        9: 9,
        10: 0,
    }


def test_what_is_excluded_does_not_count_nor_does_a_line_that_only_it_reaches(tmp_path: Path) -> None:
    coverage = measured(tmp_path, HEAD + RARE_RULE + FALL_RULE)
    assert coverage.share(Kind.LINE) == Share(5, 5, 1)
    assert coverage.share(Kind.BRANCH) == Share(3, 3, 1)
    assert coverage.share(Kind.TOGGLE) == Share(1, 1, 1)
    assert coverage.complaints == []


def test_goals_that_are_not_reached_are_named(tmp_path: Path) -> None:
    goals = "[goals]\nline = 100.0\nbranch = 75.0\ntoggle = 98.0\n"
    assert measured(tmp_path, HEAD + goals).short() == [
        "line coverage 83.33 % of 100 %: 1 not hit",
        "toggle coverage 50.00 % of 98 %: 1 not hit",
    ]
    assert measured(tmp_path, HEAD + goals + RARE_RULE + FALL_RULE).short() == []


def test_a_goal_of_nothing_is_not_reached(tmp_path: Path) -> None:
    coverage = measured(tmp_path, HEAD + "[goals]\nline = 1.0\n", Counter({RISE: 1}))
    assert coverage.short() == ["line coverage none of 1 %: 0 not hit"]


@pytest.mark.parametrize(
    ("hits", "rules", "complaint"),
    [
        (EVERYTHING + Counter({RARE: 1}), RARE_RULE, "if is hit; remove it"),
        (EVERYTHING, RARE_RULE.replace("2'b11", "2'b10"), "unit.sv has no such line"),
        (EVERYTHING, RARE_RULE.replace('"if"', '"case"'), "no branch point there is meant"),
        (EVERYTHING, RARE_RULE.replace("unit.sv", "other.sv"), "other.sv has no such line"),
        (EVERYTHING, FALL_RULE.replace(":1->0", ""), r"a_i\[1\]:0->1 is hit"),
    ],
)
def test_an_exclusion_that_no_longer_holds_is_a_complaint(
    tmp_path: Path, hits: Counter[Point], rules: str, complaint: str
) -> None:
    (text,) = measured(tmp_path, HEAD + rules, hits).complaints
    assert re.search(complaint, text)


def test_rules_are_those_of_the_devices_they_name(tmp_path: Path) -> None:
    rules = HEAD.replace("unit", "another") + "[goals]\nline = 100.0\n" + RARE_RULE
    coverage = measured(tmp_path, rules)
    assert (coverage.goals, coverage.share(Kind.BRANCH).excluded) == ({}, 0)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (RARE_RULE.replace("branch", "brunch"), "kind: unknown value 'brunch'; did you mean 'branch'"),
        (RARE_RULE.replace("unit.sv: ", ""), "expected 'file.sv: text of a line'"),
        (RARE_RULE.replace('points = "if"', 'points = "("'), "no regular expression"),
        (RARE_RULE.replace('reason = "never both"', ""), "reason"),
        ("[goals]\nline = 101.0\n", "goals.line"),
    ],
)
def test_malformed_rules_are_one_line(tmp_path: Path, rules: str, message: str) -> None:
    with pytest.raises(SchemaError, match=FILE) as error:
        load_rules(device(tmp_path, HEAD + rules))
    assert message in str(error.value)


def test_percentages_are_never_rounded_up() -> None:
    assert percent(Share(99_999, 100_000, 0)) == "99.99 %"
    assert percent(Share(5, 5, 0)) == "100.00 %"
    assert percent(Share(0, 0, 3)) == "none"


@pytest.mark.parametrize("name", available())
def test_the_exclusions_of_each_device_are_in_its_sources(name: str) -> None:
    descriptor = load(name)
    assert stale(load_rules(descriptor).exclusions, Texts(descriptor)) == []


def test_the_array_has_the_goals_of_the_project() -> None:
    rules = load_rules(load("redmule"))
    assert rules.goals == {Kind.LINE: 100.0, Kind.BRANCH: 100.0, Kind.TOGGLE: 98.0}
    assert all(len(each.reason) > 20 for each in rules.exclusions)


def test_data_comes_back_from_its_file(tmp_path: Path) -> None:
    before = data(one=EVERYTHING, two=Counter({BLOCK: 1, RARE: 2, FALL: 0}))
    before.write(tmp_path / "points.json")
    after = read(tmp_path / "points.json")
    assert (after.device, after.counts, after.tests) == (before.device, before.counts, before.tests)


def test_a_point_that_only_one_test_hits_is_its_own() -> None:
    whole = data(one=EVERYTHING, two=Counter({BLOCK: 1, RARE: 2}), three=Counter({BLOCK: 5}))
    assert whole.unique() == {"one": {THEN, ELSE, OFTEN, TERM, RISE}, "two": {RARE}, "three": set()}


def test_runs_are_joined_by_device_and_test() -> None:
    here, there = data(one=Counter({BLOCK: 1, RARE: 0})), data(one=Counter({RARE: 2}), two=Counter({FALL: 0}))
    whole = joined([here, there])["unit"]
    assert whole.counts == {BLOCK: 1, RARE: 2, FALL: 0}
    assert whole.tests == {"one": {BLOCK, RARE}, "two": set()}


@pytest.mark.parametrize(
    "content", ["", "{}", '{"schema": 2}', '{"schema": 1, "device": "x", "points": [1]}']
)
def test_damaged_data_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "points.json").write_text(content)
    with pytest.raises(SchemaError, match=r"points\.json"):
        read(tmp_path / "points.json")


def test_bits_of_a_signal_are_named_together() -> None:
    signals = ["a[0]", "a[2]", "a[3]", "a[4]", "b[1].c[7]", "d"]
    points = [Point("u.sv", 1, 1, Kind.TOGGLE, f"{s}:{e}") for s in signals for e in ("0->1", "1->0")]
    points.append(Point("u.sv", 1, 1, Kind.TOGGLE, "e[5]:1->0"))
    assert names.toggles(points) == ["d", "a[0,2..4]", "b[1].c[7]", "e[5] 1->0"]
