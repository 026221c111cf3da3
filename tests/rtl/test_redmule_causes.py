# SPDX-License-Identifier: Apache-2.0
"""The array's probe against the schedule model, cycle for cycle, and under stalls of one operand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.formats import Format
from models.ops import Op
from tb.descriptor import load
from tests.bench.simulation import Outcome, Part, simulate
from tests.rtl.aimed_stalls import CASES
from tests.rtl.noted_jobs import COUNT, KNOBS, NOTES
from tests.rtl.schedule_model import Problem, Schedule, Shape

pytestmark = pytest.mark.sim

DEVICE = "redmule"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the simulation runs."""
    return tmp_path_factory.mktemp("causes")


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, Outcome]:
    """All tests in one simulation."""
    parts = [Part(name, "tests/rtl/noted_jobs.py:NotedJobs") for name in KNOBS]
    parts += [Part(name, "tests/rtl/aimed_stalls.py:AimedStalls") for name in CASES]
    result, _ = simulate(folder, parts, device=DEVICE)
    assert {outcome.end["status"] for outcome in result.values()} == {"passed"}
    return result


def scheduled(job: dict[str, Any], waiting: list[int]) -> tuple[int, dict[str, int]]:
    """Cycles and causes of a job by the schedule model.

    Args:
        job: Its line in the results.
        waiting: Cycles after its trigger in which a request found no grant.
    """
    at = load(DEVICE).instance
    sizes = [Format[name].itemsize for name in job["format"].split("/")]
    ex, ew, ez = sizes if len(sizes) == 3 else sizes * 3
    problem = Problem(job["M"], job["N"], job["K"], Op[job["op"]].reads_y, ex, ew, ez)
    denied = set(waiting)
    schedule = Schedule(Shape(at.h, at.l, at.p, at.dw), problem, lambda cycle: cycle not in denied)
    cycles = schedule.run()
    return cycles, {name: slots for name, slots in schedule.stats.slots.items() if slots}


@pytest.mark.parametrize("name", KNOBS)
def test_every_cycle_has_the_cause_that_the_model_gives_it(
    name: str, folder: Path, outcomes: dict[str, Outcome]
) -> None:
    jobs = outcomes[name].jobs
    notes = json.loads((folder / f"{name}-{NOTES}").read_text())
    assert len(jobs) == len(notes) == COUNT
    for job, waiting in zip(jobs, notes, strict=True):
        assert len(waiting) == job["stalled"]
        assert (job["cycles"], job["causes"]) == scheduled(job, waiting), job


def test_the_jobs_meet_every_cause(outcomes: dict[str, Outcome]) -> None:
    met: dict[str, int] = {}
    for name in KNOBS:
        for job in outcomes[name].jobs:
            for cause in job["causes"]:
                met[cause] = met.get(cause, 0) + 1
    probe = load(DEVICE).probe
    assert probe is not None
    assert set(met) == set(probe.causes)
    assert min(met.values()) > 20, met


@pytest.mark.parametrize("name", CASES)
def test_stalls_of_an_operand_raise_its_cause(name: str, outcomes: dict[str, Outcome]) -> None:
    free, stalled = outcomes[name].jobs
    causes = set(free["causes"]) | set(stalled["causes"])
    grown = {cause: stalled["causes"].get(cause, 0) - free["causes"].get(cause, 0) for cause in causes}
    _, expected = CASES[name]
    lost = sum(grown.values())
    assert lost > free["cycles"] * 48  # it takes more than twice as long
    assert max(grown, key=lambda cause: grown[cause]) == expected
    assert grown.pop(expected) > 0.75 * lost
    assert max(grown.values()) < 0.2 * lost
