# SPDX-License-Identifier: Apache-2.0
"""Earlier runs in a report: what is new, since when something fails, and how figures have moved."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from regressions.history import KEPT_KINDS, Entry, RunHistory, TestEffort, before, note
from regressions.report.nights import idle, kinds, new_kinds
from regressions.report.trend import Trend
from tests.runner.harness import Runner

BAD = {"bad": {"knobs": {"behave": "mismatch", "at": 2}}}


def entry(run: str, *failing: str, **changes: object) -> Entry:
    values = {"run": run, "label": "smoke", "whole": True, "git": "0123456789abcdef", "passed": not failing}
    figures = {"tests": 9, "tests_passed": 9 - len(failing), "jobs": 100, "cycles": 10_000, "seconds": 2.0}
    return Entry(**values | figures | {"failing": dict.fromkeys(failing, 3)} | changes)  # type: ignore[arg-type]


def test_runs_that_began_before_the_one_that_asks_are_read_by_their_times(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "history.jsonl"
    assert before(path, "d") == RunHistory()
    entries = [entry("d"), entry("b", label="pr"), entry("c", whole=False), entry("a"), entry("e")]
    for each in entries:
        note(path, each)
    assert [each.run for each in before(path, "e").whole("smoke")] == ["a", "d"]
    assert [each.run for each in before(path, "d").whole("smoke")] == ["a"]
    assert before(path, "f").whole("smoke") == [entries[3], entries[0], entries[4]]
    assert [each.run for each in before(path, "f").entries] == ["a", "b", "c", "d", "e"]


def test_a_run_that_was_noted_twice_counts_as_it_was_last(tmp_path: Path) -> None:
    for coverage in (50.0, 60.0):
        note(tmp_path / "h", entry("a", coverage=coverage))
    assert before(tmp_path / "h", "b").entries == (entry("a", coverage=60.0),)


def test_lines_that_cannot_be_read_count_for_nothing_but_are_told(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"run": 1}\n{"run": "\xff\xfe"}\n[]\n\n')
    note(path, entry("a"))
    assert before(path, "b") == RunHistory((entry("a"),), 3)


def test_entries_of_earlier_versions_are_read(tmp_path: Path) -> None:
    new = ("seed", "finders", "efforts")
    old = {key: value for key, value in msgspec.to_builtins(entry("a", "d: x")).items() if key not in new}
    (tmp_path / "h").write_text(json.dumps(old) + "\n")
    (read,) = before(tmp_path / "h", "b").entries
    assert (read.seed, read.efforts, read.failing) == (None, {}, {"d: x": 3})


def nights() -> Trend:
    """Three nights and a soak: x was found by two seeds, y by the soak alone, z now."""
    finds = {name: (f"t{name[-1]}",) for name in ("d: x", "d: y", "d: z")}

    def night(run: str, *failing: str, **changes: object) -> Entry:
        efforts = {
            "tx": TestEffort(1.0, 10, 0),
            "covers": TestEffort(5.0, 10, 3),
            "idle": TestEffort(7.0, 10, 0),
        }
        finders = {name: finds[name] for name in failing}
        return entry(run, *failing, **{"efforts": efforts, "finders": finders} | changes)

    earlier = [night("1", "d: x", seed=11), night("2", seed=12), night("4", "d: x", seed=14)]
    soak = night("3", "d: y", seed=13, label="smoke-soak", whole=False)
    now = night("5", "d: z", seed=15)
    return Trend(now, earlier, RunHistory((*earlier[:2], soak, earlier[2])))


def test_each_kind_was_seen_first_and_last_by_seeds_and_tests() -> None:
    z, x, y = kinds(nights())
    assert (z.name, z.first.run, z.last.run, z.runs, z.seeds) == ("d: z", "5", "5", 1, (15,))
    assert (x.name, x.first.run, x.last.run, x.runs, x.seeds) == ("d: x", "1", "4", 2, (14, 11))
    assert (y.name, y.last.label, y.tests) == ("d: y", "smoke-soak", ("ty",))
    assert new_kinds(nights()) == {"1": 1, "2": 0, "3": 1, "4": 0, "5": 1}


def test_tests_that_find_nothing_new_are_told_with_their_time() -> None:
    (only,) = idle(nights())
    assert (only.name, only.runs, only.seconds, only.jobs) == ("idle", 4, 28.0, 40)
    assert only.percent == pytest.approx(100 * 7 / 13)
    assert idle(Trend(entry("a"), [])) == []


def test_the_page_shows_many_nights(runner: Runner) -> None:
    runner.tests(good={}, **BAD)
    for seed in (3, 4):
        assert runner("regressions", "--tier", "smoke", "--seed", str(seed)) == 1
    page = (runner.build / "reports" / "smoke-redmule" / "report.html").read_text()
    assert "<h3>Kinds of failures over all runs</h3>" in page
    assert '<td class="long">4, 3</td><td class="long">bad</td>' in page
    assert "<h3>Tests that find nothing new for their time</h3>" in page
    row = page.partition("find nothing new for their time")[2].partition("</table>")[0]
    assert '<td class="long">good</td>' in row
    assert ">bad<" not in row
    history = runner.build / "reports" / "history.jsonl"
    noted = [json.loads(line) for line in history.read_text().splitlines()]
    assert [each["seed"] for each in noted] == [3, 4]
    assert list(noted[0]["finders"].values()) == [["bad"]]
    assert noted[0]["efforts"]["good"][1] == 8


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
