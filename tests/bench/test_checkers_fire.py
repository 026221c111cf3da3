# SPDX-License-Identifier: Apache-2.0
"""Every checker fires when a device breaks its rule, no other does, and later scenarios run on."""

from pathlib import Path

import pytest

from tb.agents.control.rules import PeriphRule
from tests.bench.faults import CASES, SCENARIOS, FaultCase, fault_numbers, rule
from tests.bench.faulty_device import FIRST_INDEX, FOLLOWING
from tests.bench.simulation import LoggedTest, PlannedTest, simulate
from tests.proofs import proving

pytestmark = pytest.mark.sim

DEVICE = "tests/bench/faulty_device.py"
MASTER = {
    "changed": rule(PeriphRule.PERIPH_STABLE),
    "retracted": rule(PeriphRule.PERIPH_RETRACTED),
    "locked": "register_port",
    "retriggered": "triggers",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoggedTest]:
    """All cases in one simulation."""
    parts = [PlannedTest(case.name, f"{DEVICE}:FaultyDevice") for case in CASES]
    parts += [PlannedTest(name, f"{DEVICE}:BrokenMaster") for name in MASTER]
    return simulate(tmp_path_factory.mktemp("faults"), parts)[0]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[pytest.mark.proves(*case.expects)] * (len(case.expects) == 1))
        for case in CASES
    ],
)
def test_fault_fires_its_checkers_and_no_other(case: FaultCase, outcomes: dict[str, LoggedTest]) -> None:
    outcome = outcomes[case.name]
    assert outcome.fired == ([set(case.expects)] if case.expects else [])
    assert [(failure["scenario"], failure["status"]) for failure in outcome.failures] == (
        [(FIRST_INDEX, case.status)] if case.expects else []
    )
    assert outcome.end["status"] == case.status


def check_all_ran(outcome: LoggedTest, first: str, index: int = 0) -> None:
    """All jobs of a scenario and of those that follow it ran, and these passed."""
    planned = [len(SCENARIOS[name][0]) for name in (first, *FOLLOWING)]
    expected = [number for number, count in enumerate(planned, index) for _ in range(count)]
    assert [job["scenario"] for job in outcome.jobs] == expected
    assert {job["status"] for job in outcome.jobs if job["scenario"] > index} == {"passed"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_jobs_after_a_fault_run_and_pass(case: FaultCase, outcomes: dict[str, LoggedTest]) -> None:
    check_all_ran(outcomes[case.name], case.run, FIRST_INDEX)


@pytest.mark.parametrize("name", proving(MASTER))
def test_what_the_bench_itself_does_wrong_is_found(name: str, outcomes: dict[str, LoggedTest]) -> None:
    assert outcomes[name].fired == [{MASTER[name]}]
    check_all_ran(outcomes[name], "one")


def test_every_fault_has_a_case() -> None:
    assert set(fault_numbers()) == {case.fault for case in CASES}
    numbers = list(fault_numbers().values())
    assert len(set(numbers)) == len(numbers)


def test_fault_free_device_passes_random_jobs(tmp_path: Path) -> None:
    part = PlannedTest("random", "gemm_op", {"max_macs": 512}, end=60)
    outcomes, _ = simulate(tmp_path, [part])
    outcome = outcomes["random"]
    assert outcome.end["status"] == "passed", outcome.failures
    assert len(outcome.jobs) >= 60
    assert {job["status"] for job in outcome.jobs} == {"passed"}


def test_sequence_goes_on_after_a_fault_chosen_by_plusarg(tmp_path: Path) -> None:
    knobs = {"m": 3, "n": 2, "k": 4, "jobs": 1, "stall": "none", "chain": 0.0, "corners": 0}
    fault = fault_numbers()["WriteFlip"]
    # Twelve writes a job: the fault acts in the third.
    part = PlannedTest("random", "gemm_op", knobs, 6)
    outcomes, _ = simulate(tmp_path, [part], f"+fault={fault}", "+fault_at=30")
    outcome = outcomes["random"]
    assert outcome.fired == [{"memory"}]
    assert [job["status"] for job in outcome.jobs] == ["passed"] * 2 + ["mismatch"] + ["passed"] * 3
    assert "Z[1,2]" in outcome.failures[0]["detail"]


def test_log_that_overruns_is_an_error_of_the_bench(tmp_path: Path) -> None:
    outcomes, output = simulate(tmp_path, [PlannedTest("overrun", f"{DEVICE}:Overrun")])
    assert not outcomes["overrun"].jobs
    assert outcomes["overrun"].end["status"] == "crash"
    assert "BenchError: a log of the bench overran" in output
    assert "<failure" in (tmp_path / "results.xml").read_text()


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("EventMissing_one", "silent after the last write, busy_o low"),
        ("TriggerIgnored_one", "silent before the first request, busy_o low"),
        ("Silent_three_80", "silent in the middle of the job, busy_o high"),
        ("Deaf_three_80", "raises a request again that was granted, busy_o high"),
    ],
)
def test_a_hang_tells_how_the_device_stopped(name: str, how: str, outcomes: dict[str, LoggedTest]) -> None:
    (finding,) = outcomes[name].failures[0]["findings"]
    assert finding["detail"].startswith(f"{how}; no event of job ")


def test_a_hang_takes_little_more_than_a_job(outcomes: dict[str, LoggedTest]) -> None:
    """The scenarios of the case, one of which has a hang, take at most half as many cycles more."""
    clean, silent, asking = (
        outcomes[name].end["cycles"] for name in ("None_three", "Silent_three_80", "Deaf_three_80")
    )
    assert silent < asking < 1.5 * clean


def test_nothing_that_a_device_does_ends_a_segment_early(tmp_path: Path) -> None:
    parts = [PlannedTest("deaf", f"{DEVICE}:DeafPort", end=2), PlannedTest("flood", f"{DEVICE}:Flood")]
    outcomes, _ = simulate(tmp_path, parts)
    assert outcomes["deaf"].end["status"] == "protocol"
    assert "no grant for the read" in outcomes["deaf"].end["detail"]
    assert [job["status"] for job in outcomes["deaf"].jobs] == ["passed"]
    assert outcomes["flood"].end["status"] == "protocol"
    assert [failure["scenario"] for failure in outcomes["flood"].failures] == [0]
    assert outcomes["flood"].jobs[-1]["status"] == "passed"
