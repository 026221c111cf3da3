# SPDX-License-Identifier: Apache-2.0
"""Earlier runs in a report: what is new, since when something fails, and how figures have moved."""

import json
import re
from pathlib import Path

import pytest

from regressions.history import KEPT_KINDS, Entry, before, note
from regressions.report.trend import Trend
from tests.runner.harness import Runner

BAD = {"bad": {"knobs": {"behave": "mismatch", "at": 2}}}


def entry(run: str, *failing: str, **changes: object) -> Entry:
    values = {"run": run, "label": "smoke", "whole": True, "git": "0123456789abcdef", "passed": not failing}
    figures = {"tests": 9, "tests_passed": 9 - len(failing), "jobs": 100, "cycles": 10_000, "seconds": 2.0}
    return Entry(**values | figures | {"failing": dict.fromkeys(failing, 3)} | changes)  # type: ignore[arg-type]


def test_runs_that_began_before_the_one_that_asks_are_read_by_their_times(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "history.jsonl"
    assert before(path, "smoke", "d") == []
    entries = [entry("d"), entry("b", label="pr"), entry("c", whole=False), entry("a"), entry("e")]
    for each in entries:
        note(path, each)
    assert [each.run for each in before(path, "smoke", "e")] == ["a", "d"]
    assert [each.run for each in before(path, "smoke", "d")] == ["a"]
    assert before(path, "smoke", "f") == [entries[3], entries[0], entries[4]]


def test_lines_that_cannot_be_read_count_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"run": 1}\n\xff\xfe\n[]\n\n')
    note(path, entry("a"))
    assert before(path, "smoke", "b") == [entry("a")]


def test_a_failure_is_new_or_there_since_a_run() -> None:
    earlier = [
        entry("20260101-090000-smoke-1", "d: x"),
        entry("20260102-090000-smoke-1"),
        entry("20260103-090000-smoke-1", "d: y", "d: old"),
        entry("20260104-090000-smoke-1", "d: y", "d: old"),
    ]
    trend = Trend(entry("20260105-090000-smoke-1", "d: x", "d: y", "d: z"), earlier)
    assert trend.since("d", "z") == "new since the last run"
    assert trend.since("d", "x") == "new since the last run; in 1 of 4 earlier ones"
    assert trend.since("d", "y") == "since 2026-01-03 09:00 at 012345678: 3 runs in a row"
    assert trend.gone == ["d: old"]
    assert [trend.is_new("d", name) for name in "xyz"] == [True, False, True]
    assert Trend(trend.now, []).since("d", "z") == ""
    assert not Trend(trend.now, []).is_new("d", "z")


def test_nothing_is_new_behind_a_run_with_more_kinds_than_it_kept() -> None:
    trend = Trend(entry("b", "d: x"), [entry("a", *(f"d: {n}" for n in range(KEPT_KINDS)))])
    assert not trend.is_new("d", "x")
    assert trend.since("d", "x") == ""


@pytest.mark.parametrize(("failing", "streak"), [((), 3), (("d: x",), 0)])
def test_runs_in_a_row_that_passed(failing: tuple[str, ...], streak: int) -> None:
    earlier = [entry("a", "d: x"), entry("b"), entry("c")]
    assert Trend(entry("d", *failing), earlier).streak == streak


def test_pictures_show_how_figures_have_moved() -> None:
    earlier = [entry(f"2026010{day}-090000-smoke-1", utilization={"redmule": 0.9}) for day in range(1, 6)]
    now = entry("20260106-090000-smoke-1", utilization={"redmule": 0.95, "serial": 0.4}, coverage=70.0)
    plots = {plot.title: plot for plot in Trend(now, earlier).pictures}
    assert "redmule 5, serial 0 (points" in plots["Change of utilization"].text
    assert plots["Functional coverage"].text == "Now: bins hit 70 (%)."
    assert all(plot.svg for plot in plots.values())
    assert Trend(now, []).pictures == []


def test_a_run_is_noted_and_the_next_one_compares_itself(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("regressions", "--tier", "smoke") == 0
    history = runner.build / "reports" / "history.jsonl"
    page = runner.build / "reports" / "smoke-redmule" / "report.html"
    assert "No whole run like it ended here before this one" in page.read_text()
    runner.tests(good={}, **BAD)
    assert runner("regressions", "--tier", "smoke") == 1
    assert '<span class="tag">new</span>' in page.read_text()
    assert re.search("the run before it, .* passed", page.read_text())
    assert runner("regressions", "--tier", "smoke") == 1
    assert '<span class="tag">new</span>' not in page.read_text()
    assert re.search(r"since 20\d\d-\d\d-\d\d \d\d:\d\d.*: 2 runs in a row", page.read_text())
    assert [json.loads(line)["passed"] for line in history.read_text().splitlines()] == [True, False, False]


def test_a_choice_of_tests_is_no_run_to_compare_with(runner: Runner) -> None:
    runner.tests(good={}, **BAD)
    assert runner("regressions", "--tier", "smoke", "--tests", "good") == 0
    assert runner("regressions", "--tier", "smoke") == 1
    page = runner.build / "reports" / "smoke-redmule" / "report.html"
    assert "No whole run like it ended here before this one" in page.read_text()
