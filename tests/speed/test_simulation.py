# SPDX-License-Identifier: Apache-2.0
"""The bare loop does the work that the bench does: the same cycles and the same memory for each job."""

from pathlib import Path

import pytest
from msgspec import structs

from models.formats import Format
from models.ops import Op
from regressions.errors import UserError
from regressions.results import TestLog
from regressions.simulators import Build, get_simulator
from regressions.speed import accelerator, simulation
from regressions.speed.bare import BareResult, digest, run_bare, write_list
from regressions.speed.job_choice import MeasuredJob
from tb.descriptor import load
from tb.exchange.scenario import Scenario
from tb.stimulus.image import initial_image, predict
from tb.stimulus.stream import ScenarioStream
from tests.job_results import job_result

COUNT = 16


DEVICE = load("serial")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The bare loop around the device."""
    return get_simulator().build_bare(DEVICE, tmp_path_factory.mktemp("bare") / "build.log")


def run(bare: Build, scenarios: list[Scenario], folder: Path) -> BareResult:
    write_list(folder / "list", scenarios, DEVICE)
    return run_bare(bare.executable, folder / "list")


def expected_digests(scenarios: list[Scenario]) -> tuple[str, ...]:
    return tuple(
        digest(predict(initial_image(scenario), scenario.jobs, scenario.window.base))
        for scenario in scenarios
    )


def log_of(cycles: tuple[int, ...]) -> TestLog:
    """Make the report of a bench that took these cycles."""
    jobs = [job_result(scenario=index, cycles=value) for index, value in enumerate(cycles)]
    return TestLog(("bench_mix", 0, len(cycles)), jobs=jobs)


@pytest.mark.sim
def test_bench_and_bare_loop_agree_on_every_job(tmp_path: Path) -> None:
    stalls = {scenario.stall.kind for scenario in simulation.scenarios(DEVICE, 0, COUNT)}
    assert len(stalls) > 1  # grants in another phase would show in the cycles of stalled jobs
    # Raises if a job took other cycles in the bench than in the loop, or did not pass.
    figures = simulation.measure(DEVICE, get_simulator(), tmp_path, rounds=1, count=COUNT)
    assert figures.bench_cycles_per_second > 0
    assert figures.bare_cycles_per_second > 0


@pytest.mark.sim
def test_bare_loop_leaves_the_memory_that_the_model_predicts(bare: Build, tmp_path: Path) -> None:
    scenarios = simulation.scenarios(DEVICE, 0, COUNT)
    assert run(bare, scenarios, tmp_path).digests == expected_digests(scenarios)


@pytest.mark.sim
def test_bare_loop_queues_jobs(bare: Build, tmp_path: Path) -> None:
    knobs = {"jobs": [2, 3], "m": [1, 6], "n": [1, 6], "k": [1, 6], "chain": 0.5, "corners": 0}
    stream = ScenarioStream("queued", 1, knobs, DEVICE)
    scenarios = [stream.scenario(index) for index in range(20)]
    result = run(bare, scenarios, tmp_path)
    assert len(result.job_cycles) == sum(len(scenario.jobs) for scenario in scenarios)
    assert result.digests == expected_digests(scenarios)


@pytest.mark.sim
def test_other_grants_are_noticed(bare: Build, tmp_path: Path) -> None:
    scenarios = simulation.scenarios(DEVICE, 0, COUNT)
    right = run(bare, scenarios, tmp_path).job_cycles
    stalled = next(index for index, scenario in enumerate(scenarios) if scenario.stall.kind != "none")
    stall = structs.replace(scenarios[stalled].stall, seed=scenarios[stalled].stall.seed + 1)
    scenarios[stalled] = structs.replace(scenarios[stalled], stall=stall)
    wrong = run(bare, scenarios, tmp_path)
    with pytest.raises(UserError, match=f"scenario {stalled} took"):
        simulation.check_cycles(scenarios, log_of(right), wrong)


@pytest.mark.sim
def test_cycles_of_the_accelerator(tmp_path: Path) -> None:
    jobs = [
        MeasuredJob("table", Op.GEMM, Format.FP16, 3, 2, 1),
        MeasuredJob("table", Op.MAXMIN, Format.E4M3, 12, 16, 16),
        MeasuredJob("stall", Op.GEMM, Format.FP16, 12, 16, 16, 0.5),
    ]
    rows = accelerator.measure(DEVICE, get_simulator(), tmp_path, jobs)
    assert [(row.M, row.N, row.K) for row in rows] == [(3, 2, 1), (12, 16, 16), (12, 16, 16)]
    assert rows[2].bound > rows[1].bound  # for the stalls it met
    assert rows[2].cycles > rows[1].cycles
    for row in rows:
        assert row.M * row.N * row.K < row.cycles <= row.bound
        assert row.utilization == pytest.approx(row.M * row.N * row.K / row.cycles, abs=1e-6)


@pytest.mark.sim
def test_a_damaged_list_is_one_clear_line(bare: Build, tmp_path: Path) -> None:
    scenarios = simulation.scenarios(DEVICE, 0, 1)
    write_list(tmp_path / "list", scenarios, DEVICE)
    (tmp_path / "list").write_bytes((tmp_path / "list").read_bytes()[:-1])
    with pytest.raises(UserError, match="the job list ends early"):
        run_bare(bare.executable, tmp_path / "list")
    with pytest.raises(UserError, match="cannot read"):
        run_bare(bare.executable, tmp_path / "missing")
