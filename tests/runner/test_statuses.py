# SPDX-License-Identifier: Apache-2.0
"""Every way a simulation can end has its status, and none but a clean end passes."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from regressions import deadline, process
from regressions.judge import Ending, ProcessEnd, judge
from regressions.planner import Simulation
from regressions.results import read_results
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import STOPPED_EARLY
from tb.exchange.status import Status
from tests.runner.harness import Runner


def test_a_clean_run_passes_and_publishes_all_reports(runner: Runner) -> None:
    runner.tests(good={}, other={"count": 7})
    assert runner("regressions", "--tier", "smoke") == 0
    summary = runner.summary()
    assert summary["totals"] == {
        **{"tests": 2, "passed": 2, "failed": 0, "jobs_planned": 22, "jobs": 22},
        **{"mismatches": 0, "protocol_violations": 0, "timeouts": 0, "not_applicable": 0},
    }
    report = runner.build / "reports" / "smoke-redmule"
    assert {"summary.json", "junit.xml", "summary.md", "report.html"} <= {p.name for p in report.iterdir()}
    assert "PASSED" in runner.out


@pytest.mark.parametrize(
    ("behave", "status", "detail"),
    [
        ("mismatch", "mismatch", "wrong at m=2"),
        ("protocol", "protocol", "wrong at m=2"),
        ("timeout", "timeout", "wrong at m=2"),
        ("crash", "crash", "in scenario 1 or the next, killed by signal 11: Segmentation fault imminent"),
        ("leave", "crash", "exit code 0"),
        ("truncate", "crash", "exit code 0"),
        ("full disk", "crash", "No space left on device"),
        ("fewer", "not_run", "4 of 8 planned jobs"),
        ("compare nothing", "not_run", "nothing was compared"),
        ("no end", "crash", "exit code 0"),
        ("bad exit", "crash", "exit code 3"),
        ("bench error", "crash", "KeyError: x"),
        ("skip", "crash", "ended without running it"),
    ],
)
def test_a_bad_end_is_never_passed(runner: Runner, behave: str, status: str, detail: str) -> None:
    runner.tests(bad={"knobs": {"behave": behave, "at": 2}})
    assert runner("regressions", "--tier", "smoke") == 1
    assert runner.summary()["totals"]["passed"] == 0
    found, text = runner.status("bad")
    assert found == status
    assert detail in text
    assert "make run TEST=bad:0:" in runner.out


def test_what_a_crash_left_undone_runs_in_another_simulation(runner: Runner) -> None:
    runner.tests(first={"knobs": {"behave": "crash"}}, second={}, third={})
    # One process and one simulation: the crash of the first test takes the others with it.
    code = runner("run", "--test", "first:0:2,second:0:2,third:0:2")
    assert code == 1
    assert runner.status("first", "run")[0] == "crash"
    assert runner.status("second", "run") == ("passed", "")
    assert runner.status("third", "run") == ("passed", "")
    assert runner.summary("run")["totals"]["jobs"] == 8


def test_jobs_behind_a_known_hang_are_not_planned_ones(runner: Runner) -> None:
    runner.tests(held={"knobs": {"behave": "hold", "at": 2}}, fewer={"knobs": {"behave": "fewer", "at": 2}})
    assert runner("regressions", "--tier", "smoke") == 1
    assert runner.status("held") == ("passed", "")
    assert runner.status("fewer")[0] == "not_run"
    (held,) = [test for test in runner.summary()["tests"] if test["name"] == "held"]
    assert held["jobs_planned"] == held["jobs"]
    assert "jobs not run behind a known hang" in runner.out


def test_a_test_that_finished_before_a_crash_is_not_passed(runner: Runner) -> None:
    runner.tests(first={}, second={"knobs": {"behave": "crash"}})
    assert runner("run", "--test", "first:0:2,second:0:2") == 1
    status, detail = runner.status("first", "run")
    assert status == "not_run"
    assert "did not end well" in detail


def test_a_hang_before_any_test_is_not_tried_again(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.tests(first={"knobs": {"behave": "hang in start"}}, second={})
    monkeypatch.setattr(deadline, "OVERHEAD_SECONDS", 0.5)
    assert runner("run", "--test", "first:0:2,second:0:2") == 1
    assert runner.status("first", "run")[0] == "timeout"
    assert "start took more than 0.5 s" in runner.status("first", "run")[1]


def test_a_failed_build_fails_its_tests_and_names_the_log(runner: Runner) -> None:
    runner.tests(good={})
    assert runner("run", "--test", "good", "--kind", "broken") == 1
    status, detail = runner.status("good", "run")
    assert status == "build_failed"
    assert "no such module" in detail
    assert runner.summary("run")["totals"]["jobs_planned"] == 8


def test_statuses_are_told_apart_in_junit(runner: Runner) -> None:
    runner.tests(good={}, bad={"knobs": {"behave": "mismatch", "at": 1}}, dead={"knobs": {"behave": "crash"}})
    assert runner("regressions", "--tier", "smoke") == 1
    suites = ET.parse(runner.build / "reports" / "smoke-redmule" / "junit.xml").getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("3", "1", "1")
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert cases["bad"].find("failure").get("type") == "mismatch"
    assert cases["dead"].find("error").get("type") == "crash"
    assert cases["good"].find("failure") is None
    assert cases["good"].find("error") is None
    assert "make run TEST=bad:0:4 SEED=1" in cases["bad"].find("failure").text


def test_a_failure_has_its_rerun_and_replay_lines(runner: Runner) -> None:
    runner.tests(bad={"knobs": {"behave": "mismatch", "at": 2}})
    runner("regressions", "--tier", "smoke")
    assert "make run TEST=bad:0:3 SEED=1" in runner.out
    line = next(line for line in runner.out.splitlines() if "make replay R=" in line)
    assert line.strip().endswith("/sims/0000/failures/bad-2.json")
    page = (runner.build / "reports" / "smoke-redmule" / "report.html").read_text()
    assert line.strip() in page


def test_the_rerun_line_is_first_and_last_in_each_log(runner: Runner) -> None:
    runner.tests(good={}, bad={"knobs": {"behave": "crash"}})
    runner("regressions", "--tier", "smoke")
    logs = list((runner.build / "reports" / "smoke-redmule" / "sims").glob("*/sim.log"))
    assert logs
    for log in logs:
        lines = log.read_text().splitlines()
        assert lines[0] == lines[-1]
        assert lines[0].startswith("rerun: make run TEST=")


def test_rejected_candidates_are_summed(runner: Runner) -> None:
    runner.tests(picky={"knobs": {"behave": "reject"}})
    assert runner("run", "--test", "picky:0:2,picky:2:4") == 0
    page = (runner.build / "reports" / "run" / "report.html").read_text()
    assert '<td>picky</td><td>M differs from K</td><td class="n">6</td>' in page


def test_a_damaged_line_is_not_passed(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    lines = [
        {"type": "test_begin", "test": "a", "seed": 1, "begin": 0, "end": 1},
        {"type": "test_end", "test": "a", "jobs": 0, "compared_bytes": 5, "status": "passed", "detail": ""},
        {"type": "sim_end", "cycles": 5, "seconds": 1},
    ]
    segment = Segment(TestEntry("a", "s", count=1), 1, 0, 1, 0, 10)
    for damage, status in (("", Status.PASSED), ("garbage\n", Status.CRASH)):
        path.write_text("\n".join(json.dumps(line) for line in lines) + "\n" + damage)
        results = judge(Simulation(0, (segment,)), read_results(path), ProcessEnd(Ending.EXITED, 0), "x")
        assert results[0].status is status


def test_a_known_issue_that_never_shows_fails_a_whole_tier(runner: Runner) -> None:
    runner.tests(t={"knobs": {"behave": "hide what is known"}})
    assert runner("regressions", "--tier", "smoke") == 1
    assert runner.summary()["totals"]["failed"] == 0
    said = "stale: known issue 'odd' of redmule (tracker 17) did not show in any of"
    assert said in runner.out
    assert said in (runner.build / "reports" / "smoke-redmule" / "report.html").read_text().replace(
        "&#39;", "'"
    )


def test_a_known_issue_that_never_shows_in_a_part_of_a_tier_is_a_note(runner: Runner) -> None:
    runner.tests(t={"knobs": {"behave": "hide what is known"}}, other={})
    assert runner("regressions", "--tier", "smoke", "--tests", "t") == 0
    assert "stale: known issue 'odd'" in runner.out


def test_a_known_issue_that_shows_in_some_test_is_not_stale(runner: Runner) -> None:
    runner.tests(
        t={"knobs": {"behave": "hide what is known"}}, other={"knobs": {"behave": "show what is known"}}
    )
    assert runner("regressions", "--tier", "smoke") == 0
    assert "stale" not in runner.out


def test_an_assertion_of_the_device_is_why_a_test_stopped(tmp_path: Path) -> None:
    """The simulation says that it ended, but not why; its log has the assertion and what follows from it."""
    log = tmp_path / "sim.log"
    log.write_text(
        "[333] %Error: port.sv:13: Assertion failed in tb_top.i_port.held: a request changed\n"
        "%Error: /home/port.sv:13: Verilog $stop\nAborting...\n"
        "cocotb.regression.SimFailure: this could be due to an assertion failure\n"
    )
    said = process.last_words(log)
    assert said == "Assertion failed in tb_top.i_port.held: a request changed"
    numbers = {"rejected": {}, "known": {}, "silent": {}, "cycles": 5, "seconds": 1}
    lines = [
        {"type": "test_begin", "test": "a", "seed": 1, "begin": 0, "end": 1},
        {"type": "test_end", "test": "a", "jobs": 0, "compared_bytes": 0, "status": "crash"}
        | {"detail": STOPPED_EARLY, **numbers},
        {"type": "sim_end", "cycles": 5, "seconds": 1},
    ]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    simulation = Simulation(0, (Segment(TestEntry("a", "s", count=1), 1, 0, 1, 0, 10),))
    (result,) = judge(simulation, read_results(path), ProcessEnd(Ending.EXITED, 1, said), "x")
    assert (result.status, result.detail) == (Status.CRASH, f"{STOPPED_EARLY}: {said}")
