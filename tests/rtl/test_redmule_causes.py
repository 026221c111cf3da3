# SPDX-License-Identifier: Apache-2.0
"""The array's probe against the schedule model, cycle for cycle, and under stalls of one operand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from models.schedule import Course, schedule
from tb.descriptor import load
from tests.bench.simulation import LoggedTest, PlannedTest, simulate
from tests.rtl.directed_jobs import CASES, COUNT, KNOBS, NOTES, WIDE_ROWS

pytestmark = pytest.mark.sim

DIRECTED = "tests/rtl/directed_jobs.py"
DEVICE = "redmule"
WIDE = "redmule_8x12x3"
"""Its rows of Y and Z are two beats of the port, where an element has two bytes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the simulation runs."""
    return tmp_path_factory.mktemp("causes")


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, LoggedTest]:
    """All tests in one simulation."""
    parts = [PlannedTest(name, f"{DIRECTED}:NotedJobs") for name in KNOBS]
    parts += [PlannedTest(name, f"{DIRECTED}:AimedStalls") for name in CASES]
    result, _ = simulate(folder, parts, device=DEVICE)
    assert {outcome.end["status"] for outcome in result.values()} == {"passed"}
    return result


def scheduled(job: dict[str, Any], waiting: list[int], device: str) -> Course:
    """Cycles and causes by the schedule model of a job that waited for grants after its trigger."""
    x, w, z = (job["format"].split("/") * 3)[:3]
    formats = (Format[x], Format[w], Format[z])
    sizes = job["M"], job["N"], job["K"]
    return schedule(load(device).instance, Op[job["op"]], *sizes, formats, np.array(waiting))


def compare(jobs: list[dict[str, Any]], notes: Path, device: str) -> None:
    """Asserts that the jobs of a test took the cycles, for the causes, that the model gives them."""
    waits = json.loads(notes.read_text())
    assert len(jobs) == len(waits) == COUNT
    for job, waiting in zip(jobs, waits, strict=True):
        assert len(waiting) == job["stalled"]
        assert (job["cycles"], job["causes"]) == scheduled(job, waiting, device), job


@pytest.mark.parametrize("name", KNOBS)
def test_every_cycle_has_the_cause_that_the_model_gives_it(
    name: str, folder: Path, outcomes: dict[str, LoggedTest]
) -> None:
    compare(outcomes[name].jobs, folder / f"{name}-{NOTES}", DEVICE)


def test_so_has_every_cycle_of_wide_rows(tmp_path: Path) -> None:
    parts = [PlannedTest(name, f"{DIRECTED}:NotedJobs") for name in WIDE_ROWS]
    result, _ = simulate(tmp_path, parts, device=WIDE)
    for name, outcome in result.items():
        assert outcome.end["status"] == "passed"
        compare(outcome.jobs, tmp_path / f"{name}-{NOTES}", WIDE)
    waits = [job["causes"].get("WAIT_Y", 0) for name in WIDE_ROWS for job in result[name].jobs]
    assert sum(slots > 0 for slots in waits) > 20


def test_the_jobs_meet_every_cause(outcomes: dict[str, LoggedTest]) -> None:
    met: dict[str, int] = {}
    for name in KNOBS:
        for job in outcomes[name].jobs:
            for cause in job["causes"]:
                met[cause] = met.get(cause, 0) + 1
    probe = load(DEVICE).probe
    assert set(met) == set(probe.causes)
    assert min(met.values()) > 20, met


@pytest.mark.parametrize("name", CASES)
def test_stalls_of_an_operand_raise_its_cause(name: str, outcomes: dict[str, LoggedTest]) -> None:
    free, stalled = outcomes[name].jobs
    causes = set(free["causes"]) | set(stalled["causes"])
    grown = {cause: stalled["causes"].get(cause, 0) - free["causes"].get(cause, 0) for cause in causes}
    _, expected = CASES[name]
    lost = sum(grown.values())
    assert lost > free["cycles"] * 48  # it takes more than twice as long
    assert max(grown, key=lambda cause: grown[cause]) == expected
    assert grown.pop(expected) > 0.75 * lost
    assert max(grown.values()) < 0.2 * lost
