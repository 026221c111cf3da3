# SPDX-License-Identifier: Apache-2.0
"""Timelines of jobs that ran on devices: what is derived is what their logs, probes and events say."""

from pathlib import Path

import numpy as np
import pytest

from models.schedule import CAUSES
from regressions.trace import job_pages
from regressions.trace.lanes import lanes
from regressions.trace.pages import JobPage
from tb.descriptor import load
from tb.exchange.logs import place, read_logs
from tests.bench.simulation import LoggedTest, PlannedTest, simulate

pytestmark = pytest.mark.sim

COUNT = 12
KNOBS = {
    "still": {"stall": "none", "corners": 0},
    "random": {"stall": "random", "stall_rate": 0.4, "corners": 0},
    "stores": {"stall": "on_z", "stall_rate": 0.8, "n": [1, 6], "corners": 0},
    "cleared": {"abort": "clear", "m": [1, 24], "n": [0, 24], "k": [1, 40], "max_macs": 4096, "corners": 0},
}
# Of internal events, those of which one is high where the cause is that.
EVENTS = {
    "WAIT_X": ("wait_x",),
    "WAIT_W": ("wait_w", "wait_w_behind"),
    "WAIT_Y": ("wait_y",),
    "Z_BLOCK": ("wait_z",),
}


def traced(folder: Path, device: str, names: tuple[str, ...]) -> dict[str, list[tuple[JobPage, dict]]]:
    """Timelines of the jobs of some tests, with what the results say of each."""
    parts = [PlannedTest(name, "gemm_op", KNOBS[name], COUNT) for name in names]
    outcomes, said = simulate(folder, parts, device=device, logs=True)
    assert {outcome.end["status"] for outcome in outcomes.values()} == {"passed"}, said
    return {name: [*_pages(folder, device, name, outcomes[name])] for name in names}


def _pages(folder: Path, device: str, name: str, outcome: LoggedTest):  # noqa: ANN202 - pairs as above
    results = {(job["scenario"], job["job"]): job for job in outcome.jobs}
    for scenario in range(COUNT):
        logs = read_logs(place(folder, name, scenario))
        pages = job_pages(logs, load(device))
        assert len(pages) == len(logs.scenario.jobs)
        for page in pages:
            yield page, results[scenario, page.seen.position]


@pytest.fixture(scope="module")
def array(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[JobPage, dict]]]:
    """Jobs on the array, in one simulation."""
    return traced(tmp_path_factory.mktemp("array"), "redmule", tuple(KNOBS))


@pytest.mark.parametrize("name", KNOBS)
def test_the_model_makes_each_request_and_each_slot(
    name: str, array: dict[str, list[tuple[JobPage, dict]]]
) -> None:
    for page, result in array[name]:
        assert page.agrees, page.verdict
        cut = result["cycles"] is None
        assert (page.seen.ended == "cut short") == cut, result
        if not cut:
            assert page.verdict.endswith("the device's probe counted"), page.verdict


@pytest.mark.parametrize("name", KNOBS)
def test_cycles_and_beats_are_those_of_the_results(
    name: str, array: dict[str, list[tuple[JobPage, dict]]]
) -> None:
    ended = [(page.seen, result) for page, result in array[name] if result["cycles"] is not None]
    assert len(ended) >= COUNT
    for seen, result in ended:
        assert seen.cycles == result["cycles"]
        counted = (result["beats_read"], result["beats_written"], result["stalled"])
        assert (seen.reads, seen.writes, seen.stalled) == counted
        assert seen.slots == result["causes"]


def test_each_cycle_of_a_cause_has_an_event_that_the_device_tells(
    array: dict[str, list[tuple[JobPage, dict]]],
) -> None:
    met = dict.fromkeys(EVENTS, 0)
    for page, _ in (each for name in KNOBS for each in array[name]):
        seen, derived = page.seen, page.derived
        assert derived is not None
        for cause, names in EVENTS.items():
            cycles = derived.steps["cause"][: seen.known] == CAUSES.index(cause)
            told = np.zeros(cycles.size, np.bool_)
            for name in names:
                told |= seen.events.get(name, np.zeros(seen.cycles, np.bool_))[: cycles.size]
            assert not (cycles & ~told).any(), (page.title, cause)
            met[cause] += int(cycles.sum())
    assert all(met.values()), met


def test_a_device_without_schedule_has_the_lanes_of_its_port(tmp_path: Path) -> None:
    jobs = traced(tmp_path, "serial", ("random",))["random"]
    for page, result in jobs:
        assert page.derived is None
        assert page.seen.cycles == result["cycles"]
        assert page.seen.reads == result["beats_read"]
        groups = {lane.group for lane in lanes(page.seen, None, page.device.instance)}
        assert groups <= {"port", "buffers", "waits"}
        assert "port" in groups or page.seen.job.empty
