# SPDX-License-Identifier: Apache-2.0
"""Plan, tests, checkers and mutants hold together: nothing is untested, nothing tested without a reason."""

import fnmatch
from pathlib import Path

import pytest

from regressions import testlist
from regressions.mutants import defects
from regressions.paths import ROOT
from regressions.testlist import LISTS
from regressions.testplan import TestpointRow, TestpointVerdict, load_testplan, rows
from regressions.tiers import load_tiers
from tb.checkers import load_checkers
from tb.coverage.covergroups import load_definition
from tb.descriptor import available, load
from tb.exchange.status import Status
from tb.kinds import kind
from tb.schema import SchemaError

PLAN = load_testplan()
ENTRIES = testlist.load([LISTS], load_tiers())
POINT = """
[[testpoint]]
id = "one"
clauses = ["A1.1"]
requirement = "r"
stimulus = "s"
checking = "c"
stage = "smoke"
checkers = ["memory"]
"""


def test_every_test_names_testpoints_and_every_testpoint_has_a_test() -> None:
    named = {name for entry in ENTRIES.values() for name in entry.testpoints}
    assert not [entry.name for entry in ENTRIES.values() if not entry.testpoints]
    assert named == set(PLAN)


@pytest.mark.parametrize("name", PLAN)
def test_a_stage_is_the_first_tier_with_a_test(name: str) -> None:
    tiers = {tier for entry in ENTRIES.values() if name in entry.testpoints for tier in entry.tiers}
    assert PLAN[name].stage == next(stage for stage in load_tiers() if stage in tiers)


@pytest.mark.parametrize("test", sorted({test for point in PLAN.values() for test in point.make_test}))
def test_a_test_of_make_test_exists(test: str) -> None:
    file, _, function = test.partition("::")
    assert f"\ndef {function}(" in (ROOT / file).read_text()


def test_every_checker_serves_a_testpoint_and_exists() -> None:
    assert {name for point in PLAN.values() for name in point.checkers} == set(load_checkers())


def test_every_mutant_serves_a_testpoint_and_every_pattern_finds_one() -> None:
    known = [(defect.id, defect.module) for defect in defects.load("redmule")]
    assert not [each for each in known if not any(point.breaks(each) for point in PLAN.values())]
    patterns = {pattern for point in PLAN.values() for pattern in point.mutants}
    idle = [
        pattern
        for pattern in patterns
        if not any(fnmatch.fnmatchcase(name, pattern) for each in known for name in each)
    ]
    assert not idle


def test_every_point_and_cross_serves_a_testpoint_and_every_pattern_finds_one() -> None:
    events = {f"internal.{name}" for device in map(load, available()) for name in device.counted_events}
    items = {*load_definition().items, *kind("cluster").definition().items, *events}
    assert not [item for item in items if not any(point.wants(item) for point in PLAN.values())]
    patterns = {pattern for point in PLAN.values() for pattern in point.bins}
    assert not [each for each in patterns if not fnmatch.filter(items, each)]


def test_a_run_is_mapped_onto_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(POINT + POINT.replace('"one"', '"two"') + POINT.replace('"one"', '"three"'))
    ran = [
        ("a", ("one", "two"), Status.PASSED),
        ("a", ("one", "two"), Status.PASSED),
        ("b", ("two", "unknown"), Status.MISMATCH),
    ]
    mapped = rows(load_testplan(path), ran)
    assert [row.verdict for row in mapped] == [
        TestpointVerdict.PASSED,
        TestpointVerdict.FAILED,
        TestpointVerdict.UNTESTED,
    ]
    assert mapped[1].tests == (("a", Status.PASSED), ("b", Status.MISMATCH))


def test_a_test_that_failed_on_one_device_fails_its_testpoint() -> None:
    ran = [("a", ("lock",), Status.PASSED), ("a", ("lock",), Status.NOT_RUN)]
    (row,) = [row for row in rows(PLAN, ran) if row.testpoint.id == "lock"]
    assert row == TestpointRow(PLAN["lock"], (("a", Status.NOT_RUN),))
    assert row.verdict is TestpointVerdict.FAILED


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (POINT + POINT, "testpoint[1]: testpoint 'one' is there twice"),
        (POINT.replace("stage", "stagee"), "unknown key 'stagee'; did you mean 'stage'?"),
        (POINT.replace('"smoke"', '"smok"'), "did you mean 'smoke'?"),
        (POINT.replace('["memory"]', "[]"), "checkers"),
        (POINT.replace('["A1.1"]', "[]"), "clauses"),
    ],
)
def test_a_malformed_plan_is_one_line(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(SchemaError) as caught:
        load_testplan(path)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
