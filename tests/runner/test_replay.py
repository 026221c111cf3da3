# SPDX-License-Identifier: Apache-2.0
"""Replay tells whether a failing scenario needs those before it; a rerun repeats exactly the failures."""

import json
from pathlib import Path

import pytest

from models.ops import Op
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.record import Record
from tb.exchange.scenario import Scenario, StallSpec, Window
from tb.exchange.status import Status
from tests.runner.harness import Runner


def _record(folder: Path, needs: int, scenarios: int = 3) -> Path:
    job = Job(Op.GEMM, 1, 1, 1, 0x1000, 0x1040, 0x1080)
    window = Window(0x1000, 0x100)
    record = Record(
        scenarios=tuple(Scenario(index, (job,), window, StallSpec()) for index in range(scenarios)),
        status=Status.MISMATCH,
        detail="Z differs",
        descriptor="tb/duts/serial.toml",
        entry=TestEntry("bad", "gemm_op", count=3, knobs={"needs": needs}),
        seed=7,
    )
    record.write(folder / "bad-2.json")
    return folder / "bad-2.json"


@pytest.mark.parametrize(
    ("needs", "scenarios", "code", "said"),
    [
        (1, 3, 1, "reproduced alone: mismatch"),
        (3, 3, 1, "reproduced only after the 2 scenarios before it: mismatch"),
        (9, 3, 0, "not reproduced: the scenario now passes (alone and after the scenarios before it)"),
        (9, 1, 0, "not reproduced: the scenario now passes (alone, and nothing ran before it)"),
    ],
)
def test_replay_says_what_it_needed(
    runner: Runner, tmp_path: Path, needs: int, scenarios: int, code: int, said: str
) -> None:
    runner.tests(bad={})
    assert runner("replay", f"--record={_record(tmp_path, needs, scenarios)}") == code
    assert said in runner.out
    assert not (runner.build / "reports").exists()  # a replay replaces no report


def test_a_damaged_record_is_one_line(runner: Runner, tmp_path: Path) -> None:
    runner.tests(bad={})
    (tmp_path / "record.json").write_text('{"schema": 1')
    assert runner("replay", f"--record={tmp_path / 'record.json'}") == 2
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
