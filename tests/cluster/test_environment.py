# SPDX-License-Identifier: Apache-2.0
"""Tests of the cluster's environment: problems are found and reported, and cost no other test."""

import json
import sys
from pathlib import Path

import pytest

from regressions.cluster.firmware import CHECKS, PROGRAMS, build_program
from tests.bench.simulation import LoggedTest, PlannedTest, simulate
from tests.proofs import proving

pytestmark = pytest.mark.sim

WRONG = "tests/cluster/broken_programs.py"
BROKEN = {
    "forever": ("cluster_end", "the program has not ended after 5000 cycles"),
    "trap": ("cluster_trap", "hart 1 trapped at 0x1a00"),
    "wrong": ("cluster_return", "the program returned 0x35"),
    "nowhere": ("cluster_access", "hart 0 accessed 0x20000000, where nothing is"),
    "left": ("cluster_left", "at the end, not 0x"),
    "unplanned": ("cluster_jobs", "was triggered by core 0; nobody planned it"),
}
"""Violation, the rule that it breaks, and the test's message."""
BAD_INPUT = {
    "foreign": "is for another machine",
    "missing": "cannot read the program",
    "uncompiled": "does not compile: error: no such thing",
    "crowded": "8 harts on a cluster of 2",
    "outside": "Z of job 0 at 0x10100000 with",
}
"""Program that cannot be loaded, and the test's message."""


def program(name: str, **knobs: object) -> PlannedTest:
    return PlannedTest(name, "cluster_program", {"program": name, **knobs})


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoggedTest]:
    """Everything in one simulation, with programs that are all right in between."""
    folder = tmp_path_factory.mktemp("cluster")
    names = ("forever", "trap", "wrong", "nowhere")
    paths = {name: build_program(name, folder / "sw.log", CHECKS).path for name in names}
    paths |= {name: build_program(name, folder / "sw.log", PROGRAMS).path for name in ("hello", "gemm")}
    paths |= {"foreign": Path(sys.executable).resolve(), "missing": folder / "missing.elf"}
    programs = {name: {"path": str(path)} for name, path in paths.items()}
    programs["uncompiled"] = {"error": "the program uncompiled does not compile: error: no such thing"}
    parts = [
        *(program(name) for name in ("foreign", "missing", "uncompiled", "trap", "wrong", "nowhere")),
        program("forever", limit=5000),
        PlannedTest("crowded", "cluster_program", {"program": "hello", "harts": 8}),
        PlannedTest("operand", f"{WRONG}:WrongOperand", end=3),
        PlannedTest("unplanned", f"{WRONG}:UnplannedJob", end=3),
        PlannedTest("outside", f"{WRONG}:OutsideJob", end=3),
        program("hello"),
        PlannedTest("gemm", "cluster_gemm", end=2),
    ]
    found = simulate(folder, parts, device="cluster_2", programs=programs)[0]
    # These need more harts, with floating point.
    wide = {
        name: {"path": str(build_program(name, folder / "sw.log", PROGRAMS).path)}
        for name in ("together", "software")
    }
    parts = [PlannedTest(name, f"{WRONG}:Wrong{name.title()}", end=3) for name in ("left", "software")]
    (folder / "eight").mkdir()
    return found | simulate(folder / "eight", parts, device="cluster_8", programs=wide)[0]


@pytest.mark.parametrize("name", proving({name: rule for name, (rule, _) in BROKEN.items()}))
def test_what_is_wrong_with_a_program_is_found(name: str, outcomes: dict[str, LoggedTest]) -> None:
    rule, text = BROKEN[name]
    outcome = outcomes[name]
    assert outcome.end["status"] != "passed"
    assert rule in outcome.end["detail"]
    assert text in outcome.end["detail"]


def test_an_unplanned_job_breaks_no_other_rule_of_the_cluster(outcomes: dict[str, LoggedTest]) -> None:
    (fired,) = outcomes["unplanned"].fired
    assert {name for name in fired if name.startswith("cluster_")} == {"cluster_jobs"}


def test_what_cores_and_copies_leave_is_compared(outcomes: dict[str, LoggedTest]) -> None:
    outcome = outcomes["left"]
    assert outcome.fired == [{"cluster_left"}] * 3
    assert {job["status"] for job in outcome.jobs} == {"passed"}, "the accelerator's job was all right"


def test_a_wrong_result_of_the_cores_is_found(outcomes: dict[str, LoggedTest]) -> None:
    outcome = outcomes["software"]
    assert outcome.fired == [{"memory"}]
    assert [failure["scenario"] for failure in outcome.failures] == [1]


def test_a_wrong_result_is_found_in_its_run_alone(outcomes: dict[str, LoggedTest]) -> None:
    outcome = outcomes["operand"]
    assert outcome.fired == [{"memory"}]
    assert [failure["scenario"] for failure in outcome.failures] == [1]
    assert {job["scenario"] for job in outcome.jobs if job["status"] == "passed"} == {0, 1, 2}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_what_cannot_be_loaded_is_said(name: str, outcomes: dict[str, LoggedTest]) -> None:
    end = outcomes[name].end
    assert end["status"] == "build_failed"
    assert "cannot be loaded: " in end["detail"]
    assert BAD_INPUT[name] in end["detail"]


def test_the_runs_beside_one_that_cannot_be_loaded_are_judged(outcomes: dict[str, LoggedTest]) -> None:
    outcome = outcomes["outside"]
    assert {job["scenario"] for job in outcome.jobs} == {0, 2}
    assert {job["status"] for job in outcome.jobs} == {"passed"}


def test_what_is_right_passes_after_all_that(outcomes: dict[str, LoggedTest]) -> None:
    for name in ("hello", "gemm"):
        assert outcomes[name].end["status"] == "passed", outcomes[name].end["detail"]
    assert outcomes["hello"].end["compared_bytes"] > 1 << 20
    jobs = outcomes["gemm"].jobs
    assert len(jobs) > 8
    assert all(0 < job["cycles"] <= job["bound"] for job in jobs)
    assert {json.dumps(job["causes"]) for job in jobs} != {"null"}


def test_another_accelerator_in_the_cluster(tmp_path: Path) -> None:
    device = str(Path(__file__).with_name("serial_cluster.toml"))
    programs = {"gemm": {"path": str(build_program("gemm", tmp_path / "sw.log", PROGRAMS).path)}}
    outcome = simulate(tmp_path, [PlannedTest("gemm", "cluster_gemm")], device=device, programs=programs)[0][
        "gemm"
    ]
    assert outcome.end["status"] == "passed", outcome.end["detail"]
    job = outcome.jobs[0]
    element_at_a_time = 2 * job["M"] * job["N"] * job["K"]
    assert element_at_a_time <= job["cycles"] <= job["bound"], "the array would be faster"
