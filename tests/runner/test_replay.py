# SPDX-License-Identifier: Apache-2.0
"""Replay tells whether a failing scenario needs those before it; a rerun repeats exactly the failures."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from models.ops import Op
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.plan import read_plan
from tb.exchange.record import Record, read_record
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.exchange.status import Status
from tests.runner.harness import Runner


def _record(
    folder: Path,
    needs: int,
    scenarios: int = 3,
    otherwise: str = "",
    checker: str = "memory",
    **more: str,
) -> Path:
    """Write the record of a hang and of another finding, which shows again after so many scenarios."""
    job = Job(Op.GEMM, 1, 1, 1, 0x1000, 0x1040, 0x1080)
    window = Window(0x1000, 0x100)
    knobs = {"needs": needs, "otherwise": otherwise, "checker": checker, **more}
    record = Record(
        scenarios=tuple(Scenario(index, (job,), window, StallSpec()) for index in range(scenarios)),
        status=Status.TIMEOUT,
        detail="watchdog: job 0: no event",
        findings=(
            Finding(Status.TIMEOUT, "watchdog", "no event", 0),
            Finding(Status.MISMATCH, checker, "Z[3] differs", 0),
        ),
        descriptor="tb/duts/serial.toml",
        entry=TestEntry("bad", "gemm_op", count=3, knobs=knobs),
        seed=7,
    )
    record.write(folder / "bad-2.json")
    return folder / "bad-2.json"


@pytest.mark.parametrize(
    ("needs", "scenarios", "otherwise", "code", "said"),
    [
        (1, 3, "", 1, "reproduced alone: mismatch"),
        (3, 3, "", 1, "reproduced only after the 2 scenarios before it: mismatch"),
        (9, 3, "", 0, "not reproduced: the scenario now passes (alone and after the scenarios before it)"),
        (9, 1, "", 0, "not reproduced: the scenario now passes (alone, and nothing ran before it)"),
        # Another defect answers alone: the scenarios before it are tried all the same.
        (3, 3, "rule 5", 1, "reproduced only after the 2 scenarios before it: mismatch"),
        (9, 3, "rule 5", 1, "not reproduced: the scenario fails otherwise (alone and after the"),
    ],
)
def test_replay_says_what_it_needed(
    runner: Runner, tmp_path: Path, needs: int, scenarios: int, otherwise: str, code: int, said: str
) -> None:
    runner.tests(bad={})
    record = _record(tmp_path, needs, scenarios, otherwise)
    assert runner("replay", f"--r={record}", "--finding=memory") == code
    assert said in runner.out
    if otherwise:
        assert "alone: fails otherwise (mismatch: rule 5: job 0: Z[7] differs), log " in runner.out
    assert not (runner.build / "reports").exists()  # a replay replaces no report


def test_a_failure_of_a_random_state_is_replayed_from_that_state(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    path = _record(tmp_path, 1)
    replace(read_record(path), state=1234).write(path)
    assert runner("replay", f"--r={path}", "--finding=memory") == 1
    plan = read_plan(next(runner.build.glob("replays/*/alone/sims/*/plan.json")))
    assert (plan.state, plan.tests[0].kind) == (1234, "xrand")
    assert runner("replay", f"--r={path}", "--finding=memory", "--kind=fast") == 1


def test_a_replay_is_about_the_finding_of_the_record(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    assert runner("replay", f"--r={_record(tmp_path, 1)}") == 1
    assert "record: timeout of bad on serial: watchdog: job 0: no event" in runner.out
    assert "alone: fails otherwise (mismatch: memory: job 0: Z[7] differs)" in runner.out
    assert "not reproduced: the scenario fails otherwise" in runner.out


def test_what_came_with_the_finding_is_told_apart_from_it(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    path = _record(tmp_path, 1, checker="bound")
    record = read_record(path)
    entry = replace(record.entry, knobs=record.entry.knobs | {"ahead": ["memory"]})
    replace(record, entry=entry).write(path)
    assert runner("replay", f"--r={path}", "--finding=bound") == 1
    assert runner.out.splitlines()[-3:-1] == [
        "finding: bound: job 0: Z[7] differs",
        "with it: mismatch: memory: job 0: Z[7] differs",
    ]
    said = "reproduced alone: mismatch, known issue 'odd' (tracker 17), log "
    assert runner.out.splitlines()[-1].startswith(said)


def test_a_finding_that_the_record_does_not_have_is_one_line(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    assert runner("replay", f"--r={_record(tmp_path, 1)}", "--finding=memry") == 2
    said = "FINDING: the record has no finding 'memry'; did you mean 'memory'? It has: watchdog, memory"
    assert runner.err == f"error: {said}\n"


def test_a_record_of_before_is_found_by_its_checker(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    path = _record(tmp_path, 1)
    content = json.loads(path.read_text()) | {"status": "mismatch", "detail": "memory: job 0: Z is wrong"}
    del content["findings"]
    path.write_text(json.dumps(content))
    assert runner("replay", f"--r={path}") == 1
    assert "reproduced alone: mismatch" in runner.out


def test_the_smallest_failure_is_claimed_once_it_showed_in_a_simulation_of_its_own(
    runner: Runner, tmp_path: Path
) -> None:
    runner.tests(bad={})
    assert runner("shrink", f"--r={_record(tmp_path, 1)}", "--finding=memory") == 1
    finding, what, command = runner.out.splitlines()
    assert finding == "mismatch: memory: job 0: Z[3] differs"
    assert what.startswith("serial: GEMM FP16 M=1 N=1 K=1")
    assert command.startswith("make replay R=")
    assert command.endswith("/shrunk.json WAVES=1")


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ("late", "60 s were over; TIME=10m gives it more)"),
        ("early", "the simulation ended early (simulation stopped, exit code 3"),
    ],
)
def test_a_search_without_an_end_says_so_in_its_three_lines(
    runner: Runner, tmp_path: Path, search: str, why: str
) -> None:
    runner.tests(bad={})
    assert runner("shrink", f"--r={_record(tmp_path, 1, search=search)}", "--finding=memory") == 1
    finding, what, command = runner.out.splitlines()
    assert finding == "mismatch: memory: job 0: Z[3] differs"
    assert f" (smaller ones may exist: {why}" in what
    assert command.endswith("/shrunk.json WAVES=1")


@pytest.mark.parametrize(
    ("otherwise", "how"),
    [("", "passes"), ("rule 5", "fails otherwise (mismatch: rule 5: job 0: Z[7] differs)")],
)
def test_what_does_not_show_there_is_not_claimed(
    runner: Runner, tmp_path: Path, otherwise: str, how: str
) -> None:
    runner.tests(bad={})
    record = _record(tmp_path, 3, otherwise=otherwise)
    assert runner("shrink", f"--r={record}", "--finding=memory") == 1
    assert f"not confirmed: what was found {how} in a simulation of its own" in runner.out
    assert "WAVES=1" not in runner.out


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        (1, "reproduced alone: mismatch, known issue 'odd' (tracker 17), log "),
        (
            3,
            "reproduced only after the 2 scenarios before it: mismatch, known issue 'odd' (tracker 17), log ",
        ),
        (9, "not reproduced: the scenario now passes"),
    ],
)
def test_a_finding_that_is_known_by_now_is_reproduced_all_the_same(
    runner: Runner, tmp_path: Path, needs: int, said: str
) -> None:
    runner.tests(bad={})
    record = _record(tmp_path, needs, checker="bound")
    assert runner("replay", f"--r={record}", "--finding=bound") == int("not" not in said)
    assert said in runner.out


def test_the_smallest_failure_that_is_known_says_so(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    record = _record(tmp_path, 1, checker="bound")
    assert runner("shrink", f"--r={record}", "--finding=bound") == 1
    assert "mismatch, known issue 'odd' (tracker 17): bound: job 0: Z[3] differs" in runner.out


@pytest.mark.parametrize("command", ["replay", "shrink", "waves"])
def test_what_the_device_cannot_run_is_told_with_its_limit(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    runner.tests(bad={})
    monkeypatch.setattr(Descriptor, "cannot", lambda _self, _scenario: "serial: M has to be at least 8")
    assert runner(command, f"--r={_record(tmp_path, 1)}") == 2
    limit = "by tb/duts/serial.toml, the device cannot run what failed: serial: M has to be at least 8"
    assert limit in runner.err


@pytest.mark.parametrize("command", ["replay", "shrink"])
def test_scenarios_before_it_that_the_device_cannot_run_are_told(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    runner.tests(bad={})
    monkeypatch.setattr(Descriptor, "cannot", lambda _self, each: "" if each.index else "serial is deaf")
    assert runner(command, f"--r={_record(tmp_path, 9)}") == 0
    assert "the device cannot run 1 of the 2 scenarios before it: serial is deaf" in runner.out


def test_a_damaged_record_is_one_line(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    (tmp_path / "record.json").write_text('{"schema": 1')
    assert runner("replay", f"--r={tmp_path / 'record.json'}") == 2
    assert runner.err.startswith("error: ")
    assert "record.json" in runner.err
    assert runner.err.count("\n") == 1


def test_a_rerun_repeats_the_failed_segments_alone(runner: Runner) -> None:
    tests = {"good": {}, "bad": {"count": 6, "knobs": {"behave": "mismatch", "at": 2}}}
    runner.tests(**tests)
    assert runner("regressions", "--tier=smoke", "--seed=9") == 1
    assert runner("rerun-failed") == 1
    (plan,) = (runner.build / "reports" / "rerun" / "sims").glob("*/plan.json")
    (segment,) = json.loads(plan.read_text())["tests"]
    assert (segment["entry"]["name"], segment["seed"], segment["begin"], segment["end"]) == ("bad", 9, 0, 6)
    runner.tests(good={}, bad={"count": 6})
    assert runner("rerun-failed") == 0
    assert runner("rerun-failed") == 0
    assert "nothing failed in" in runner.out


def test_a_rerun_line_repeats_the_same_scenarios(runner: Runner) -> None:
    runner.tests(bad={"count": 6, "knobs": {"behave": "mismatch", "at": 2}})
    runner("regressions", "--tier=smoke", "--seed=4")
    line = next(line.split() for line in runner.out.splitlines() if "make run TEST=bad" in line)
    values = dict(word.split("=", 1) for word in line if "=" in word)
    assert runner("run", f"--test={values['TEST']}", f"--seed={values['SEED']}") == 1
    summary = runner.summary("run")
    assert summary["seed"] == 4
    assert summary["totals"]["mismatches"] == 1
    assert summary["totals"]["jobs_planned"] == 2 * 3
