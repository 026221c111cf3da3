# SPDX-License-Identifier: Apache-2.0
"""Coverage of simulations: a failed scenario covers nothing, and an excluded hit fails the test."""

import json
from pathlib import Path

import pytest

from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tests.bench.faults import CASES
from tests.bench.simulation import PlannedTest, simulate

pytestmark = pytest.mark.sim

DEVICE = "tests/bench/faulty_device.py:FaultyDevice"
MINE = """
modules = ["mine.py"]

[[covergroup]]
name = "shapes"
doc = "shapes of Z"
points = ["shape"]
crosses = [["shape", "op"]]

[[exclude]]
when = {shape = "square"}
reason = "a test says so"
"""
SHAPE = """
from tb.coverage.coverpoint import coverpoint


@coverpoint("job", ("tall", "wide", "square"))
def shape(sample):
    job = sample.job
    return "tall" if job.m > job.k else "wide" if job.m < job.k else "square"
"""


def coverage(folder: Path) -> list[dict]:
    """The coverage lines of a simulation."""
    lines = [json.loads(text) for text in (folder / "results.jsonl").read_text().splitlines()]
    return [line for line in lines if line["type"] == "coverage"]


def test_jobs_that_fail_cover_nothing(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.fault == "WriteFlip" and case.run not in ("clear", "reset"))
    clean = next(case for case in CASES if not case.expects)
    outcomes, _ = simulate(tmp_path, [PlannedTest(case.name, DEVICE), PlannedTest(clean.name, DEVICE)])
    definition = load_definition()
    for name, line in zip((case.name, clean.name), coverage(tmp_path), strict=True):
        jobs = outcomes[name].jobs
        failed = {job["scenario"] for job in jobs if job["status"] != "passed"}
        assert bool(failed) == (name == case.name)
        counted = [job for job in jobs if job["scenario"] not in failed and job["cycles"]]
        counts = Counts.from_json(line, definition)
        assert counts.hits(definition.items["jobs.op"]).sum() == len(counted) > 0


def test_a_hit_in_an_excluded_bin_fails_the_test(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "mine.py").write_text(SHAPE)
    knobs = {"n": 1, "jobs": 1, "corners": 0, "stall": "none"}
    parts = [
        PlannedTest("square", "gemm_op", knobs | {"m": 3, "k": 3}, 3),
        PlannedTest("tall", "gemm_op", knobs | {"m": 4, "k": 3}, 3),
    ]
    outcomes, _ = simulate(tmp_path, parts, coverage={"files": [str(tmp_path / "mine.toml")]})
    assert outcomes["tall"].end["status"] == "passed"
    assert outcomes["square"].end["status"] == "mismatch"
    detail = outcomes["square"].end["detail"]
    assert detail.startswith(
        "coverage: excluded bin shapes.shape = square was hit, said to be impossible: a test"
    )
    tall = coverage(tmp_path)[1]
    assert tall["items"]["shapes.shape"] == [[0], [3]]
