# SPDX-License-Identifier: Apache-2.0
"""The choice of the failures that the page shows in full, and the places of all."""

from regressions.failures import FailureRow
from regressions.history import Entry
from regressions.report.anchors import slug, unique
from regressions.report.failing import MOST_ROWS, SHOWN_KINDS, SHOWN_ROWS, Failures, failures
from regressions.report.trend import Trend
from regressions.report.verdict import FailureGroup
from tb.exchange.status import Status

FIRST = Trend(
    Entry(
        **{"run": "x", "label": "smoke", "whole": True, "git": "", "passed": False, "tests": 1},  # type: ignore[arg-type]
        **{"tests_passed": 0, "jobs": 1, "cycles": 1, "seconds": 1.0},  # type: ignore[arg-type]
    ),
    [],
)


def row(scenario: int, test: str = "t", device: str = "redmule", bucket: str = "b") -> FailureRow:
    texts = (f"scenario {scenario}", Status.MISMATCH, "wrong", "make run", "make replay", "log", bucket)
    return FailureRow(device, test, *texts, scenario=scenario)


def shown(*groups: list[FailureRow]) -> Failures:
    return failures([FailureGroup(f"kind {n}", tuple(rows), ()) for n, rows in enumerate(groups)], FIRST)


def test_the_first_of_each_test_on_each_device_is_shown() -> None:
    rows = [row(n) for n in range(100)] + [row(7, "u"), row(8, "u"), row(9, "t", "serial")]
    (kind,) = shown(rows).kinds
    assert len(kind.shown) == SHOWN_ROWS
    places = [(one.row.test, one.row.device, one.row.scenario) for one in kind.shown]
    assert {("t", "redmule", 0), ("u", "redmule", 7), ("t", "serial", 9)} <= set(places)
    assert kind.others[1] == "u on redmule, scenarios 8"
    assert kind.others[0].startswith("t on redmule, scenarios 18, 19, 20")


def test_every_test_that_failed_leads_to_a_failure() -> None:
    many = [[row(n, f"t{n}-{m}") for m in range(40)] for n in range(20)]
    found = shown(*many)
    assert len(found.by_test) == 800
    places = {one.anchor for kind in found.kinds for one in kind.shown} | {
        kind.anchor for kind in found.kinds
    }
    assert set(found.by_test.values()) <= places


def test_the_most_frequent_kinds_come_first_and_others_are_counted() -> None:
    found = shown(*[[row(n)] for n in range(SHOWN_KINDS + MOST_ROWS + 50)], [row(1), row(2)])
    assert len(found.kinds[0].group.rows) == 2
    assert len(found.kinds) == SHOWN_KINDS
    assert len(found.further) == MOST_ROWS
    assert found.unnamed == 51
    assert found.total == SHOWN_KINDS + MOST_ROWS + 52


def test_ids_are_unique_and_safe() -> None:
    assert slug("test", "my device", "a<b>'\"&") == "test-my-device-a-b-"
    assert unique(["a", "b", "a", "a-2", "a"]) == ["a", "b", "a-2", "a-2-2", "a-3"]
