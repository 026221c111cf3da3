# SPDX-License-Identifier: Apache-2.0
"""Jobs that are cut short: the two jobs keep apart; a sweep cuts at every cycle, once; records keep it."""

from itertools import pairwise
from math import gcd
from typing import Any

import pytest
from msgspec.structs import replace

from regressions.testlist import LISTS
from regressions.testlist import load as load_lists
from regressions.tiers import load_tiers
from tb.descriptor import load
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job, overlap
from tb.exchange.reading import convert
from tb.exchange.scenario import Abort, Scenario
from tb.schema import SchemaError, Where
from tb.stimulus.scenario_draw import cut_cycles
from tb.stimulus.stream import ScenarioStream
from tb.stimulus.sweep import stride

from .devices import device

HERE = Where("record.json", "scenarios[0]")


def drawn(kind: str, count: int = 200) -> list[Scenario]:
    knobs = {"abort": kind, "m": [0, 12], "n": [0, 12], "k": [0, 12], "chain": 1.0, "z_overlap": 1.0}
    stream = ScenarioStream("cut", 1, knobs, device())
    return [stream.scenario(index) for index in range(count)]


def spans(job: Job) -> list[tuple[int, int]]:
    return [span for span in (job.x_range, job.w_range, job.z_range) if span[1]]


@pytest.mark.parametrize("kind", ["clear", "reset"])
def test_the_second_job_shares_no_memory_with_the_one_that_is_cut(kind: str) -> None:
    for scenario in drawn(kind):
        first, second = scenario.jobs
        assert scenario.abort.kind == kind
        for start, length in spans(first):
            assert all(start + length <= other or other + size <= start for other, size in spans(second))


def test_jobs_that_are_cut_together_may_share_memory_and_the_last_does_not() -> None:
    knobs = {"abort": "reset", "abort_jobs": 2, "m": [1, 12], "n": [1, 12], "k": [1, 12], "chain": 1.0}
    stream = ScenarioStream("cut", 1, knobs, device())
    for index in range(200):
        first, second, last = stream.scenario(index).jobs
        assert any(overlap(one, other) for one in spans(first) for other in spans(second))
        for cut in (first, second):
            assert not any(overlap(one, other) for one in spans(cut) for other in spans(last))


def test_further_cuts_are_of_both_kinds_and_close() -> None:
    stream = ScenarioStream("cut", 1, {"abort": "clear", "abort_again": [0, 3]}, device())
    again = [stream.scenario(index).abort.again for index in range(200)]
    assert {len(each) for each in again} == {0, 3}
    cuts = [cut for each in again for cut in each]
    assert {cut.kind for cut in cuts} == {"clear", "reset"}
    assert min(cut.after for cut in cuts) == 0
    assert 30 < max(cut.after for cut in cuts) < 40
    scenario = next(s for s in map(stream.scenario, range(200)) if s.abort.again)
    assert convert(scenario.to_json(), Scenario, HERE) == scenario


def test_cuts_come_early_late_and_with_every_kind_of_value() -> None:
    scenarios = [scenario for scenario in drawn("clear", 600) if scenario.stall.kind == "none"]
    shares = [s.abort.after / device().bound(s.jobs[0]) for s in scenarios if s.abort is not None]
    assert min(shares) < 0.05
    assert max(shares) > 0.95
    values = [s.abort.value for s in scenarios if s.abort is not None]
    assert {0, 1} < set(values)
    assert len(set(values)) > 50


def test_no_abort_unless_asked_for() -> None:
    stream = ScenarioStream("plain", 1, {}, device())
    assert all(stream.scenario(index).abort is None for index in range(100))
    assert "abort" not in stream.scenario(0).to_json()


def test_records_bring_it_back() -> None:
    for scenario in drawn("clear", 20):
        assert convert(scenario.to_json(), Scenario, HERE) == scenario


def test_a_malformed_abort_is_named() -> None:
    table = drawn("clear", 1)[0].to_json()
    table["abort"]["kind"] = "pause"
    with pytest.raises(SchemaError, match="unknown kind of abort 'pause'; Known: clear, reset"):
        convert(table, Scenario, HERE)


def test_an_abort_needs_a_job_behind_it() -> None:
    scenario = drawn("reset", 1)[0]
    with pytest.raises(ValueError, match="an abort needs two jobs"):
        replace(scenario, jobs=scenario.jobs[:1])
    with pytest.raises(ValueError, match="use 0 or more"):
        Abort("clear", -1)
    with pytest.raises(ValueError, match="list all under the first"):
        Abort("clear", 1, again=(Abort("clear", 1, again=(Abort("reset", 1),)),))


KNOBS: dict[str, Any] = {"abort": "clear", "abort_at": "sweep", "m": "L+1", "n": "H+1", "k": "TILE+1"}


def rounds(stream: ScenarioStream, count: int) -> list[list[Scenario]]:
    """Scenarios by their jobs, which are those of a round."""
    found: list[list[Scenario]] = []
    for index in range(count):
        scenario = stream.scenario(index)
        assert scenario.index == index
        if not found or found[-1][0].jobs != scenario.jobs:
            found.append([])
        found[-1].append(scenario)
    return found


@pytest.mark.parametrize("stall", ["none", "random"])
def test_a_round_cuts_one_job_at_each_cycle_once(stall: str) -> None:
    stream = ScenarioStream("sweep", 1, {**KNOBS, "stall": stall}, device())
    first, second, *_ = rounds(stream, 4000)
    for each in (first, second):
        assert all(s.abort is not None for s in each)
        cuts = [s.abort.after for s in each if s.abort is not None]
        assert sorted(cuts) == list(range(cut_cycles(each[0], device())))
        assert len({replace(s, index=0, abort=None) for s in each}) == 1
        # A sample is spread: of a tenth of the round no two neighbours are far apart.
        sample = sorted(cuts[: len(cuts) // 10])
        gaps = [b - a for a, b in pairwise(sample)]
        assert max(gaps) < 40
        assert {0, 1} < {s.abort.value for s in each if s.abort is not None}
    assert first[0].jobs != second[0].jobs


def test_any_part_is_drawn_alone() -> None:
    whole = [ScenarioStream("sweep", 3, KNOBS, device()).scenario(i) for i in range(900)]
    other = ScenarioStream("sweep", 3, KNOBS, device())
    assert [other.scenario(i) for i in range(899, -1, -1)] == whole[::-1]


@pytest.mark.parametrize("name", ["serial", "redmule"])
def test_sizes_of_a_sweep_fit_the_instance(name: str) -> None:
    job = ScenarioStream("sweep", 1, KNOBS, load(name)).scenario(0).jobs[0]
    instance = load(name).instance
    assert (job.m, job.n, job.k) == (instance.l + 1, instance.h + 1, instance.tile_cols + 1)


def test_strides_visit_everything() -> None:
    assert all(gcd(stride(length), length) == 1 for length in range(1, 2000))


NIGHTLY = [
    entry
    for entry in load_lists([LISTS], load_tiers()).values()
    if entry.knobs.get("abort_at") == "sweep" and "nightly" in entry.tiers
]


def test_clears_and_resets_are_swept_with_and_without_stalls() -> None:
    kinds = {(entry.knobs["abort"], entry.knobs["stall"] == "none") for entry in NIGHTLY}
    assert kinds == {("clear", True), ("clear", False), ("reset", True), ("reset", False)}


@pytest.mark.parametrize("entry", NIGHTLY, ids=lambda entry: entry.name)
@pytest.mark.parametrize("name", ["serial", "redmule"])
def test_the_sweeps_of_a_night_are_complete(name: str, entry: TestEntry) -> None:
    descriptor = load(name)
    found = rounds(ScenarioStream(entry.name, 1, entry.knobs, descriptor), entry.count)
    complete = [each for each in found if len(each) == cut_cycles(each[0], descriptor)]
    assert len(complete) >= 4
    assert len({each[0].jobs[0].op for each in complete}) > 1
    # More than one tile in each direction.
    job, instance = found[0][0].jobs[0], descriptor.instance
    assert job.m > instance.tile_rows
    assert job.k > instance.tile_cols
