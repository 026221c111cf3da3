# SPDX-License-Identifier: Apache-2.0
"""Jobs that are cut short: the draw keeps the two jobs apart, and records bring them back."""

import pytest
from msgspec.structs import replace

from tb.exchange.job import Job
from tb.exchange.reading import convert
from tb.exchange.scenario import Abort, Scenario
from tb.schema import SchemaError, Where
from tb.stimulus.stream import ScenarioStream

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
