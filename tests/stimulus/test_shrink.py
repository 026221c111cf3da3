# SPDX-License-Identifier: Apache-2.0
"""Shrinking of known failures: the result fails, and no single reduction of it does."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from models.formats import Format
from models.ops import Op
from tb.descriptor import load
from tb.exchange.job import Job
from tb.exchange.scenario import NO_STALL, Abort, Scenario, StallSpec, Window
from tb.stimulus.image import initial_image
from tb.stimulus.operands import operands
from tb.stimulus.reductions import History
from tb.stimulus.shrink import Shrunk, all_passes, shrink
from tb.stimulus.stream import ScenarioStream

Fails = Callable[[History], bool]


def history(count: int = 6, knobs: dict[str, object] | None = None) -> History:
    """Scenarios as tests draw them."""
    stream = ScenarioStream("shrink", 3, {"jobs": 3, "max_macs": 4096, **(knobs or {})}, load("redmule"))
    return tuple(stream.scenario(index) for index in range(40, 40 + count))


def run(found: History, fails: Fails, most: int = 100_000, divisors: Sequence[int] = ()) -> Shrunk:
    """Shrinks a history that fails."""
    assert fails(found)
    tried: list[History] = []

    async def trial(candidate: History) -> History | None:
        tried.append(candidate)
        for scenario in candidate:
            initial_image(scenario)  # as the bench will: an operand that does not fit raises
        return candidate if fails(candidate) else None

    result = asyncio.run(shrink(found, trial, lambda: len(tried) >= most, all_passes(divisors)))
    assert len(tried) == len(set(tried)) == result.candidates
    return result


def jobs_of(found: History) -> list[Job]:
    """All jobs."""
    return [job for scenario in found for job in scenario.jobs]


def test_anything_that_always_fails_becomes_the_plainest_job() -> None:
    result = run(history(), lambda _: True)
    (scenario,) = result.history
    (job,) = scenario.jobs
    assert result.complete
    assert (job.m, job.n, job.k, job.op, job.fmt, job.core) == (0, 0, 0, Op.MATMUL, Format.FP16, 0)
    assert (scenario.stall, scenario.poison_seed) == (NO_STALL, 0)
    assert result.candidates < 60


@pytest.mark.parametrize(("field", "least"), [("m", 5), ("n", 13), ("k", 7)])
def test_a_dimension_comes_down_to_where_it_stops_to_fail(field: str, least: int) -> None:
    def fails(candidate: History) -> bool:
        return any(getattr(job, field) >= least for job in candidate[-1].jobs)

    start = history(knobs={"m": [20, 30], "n": [20, 30], "k": [20, 30], "max_macs": 30000})
    result = run(start, fails)
    (job,) = jobs_of(result.history)
    assert {name: getattr(job, name) for name in "mnk"} == {"m": 0, "n": 0, "k": 0, field: least}


@pytest.mark.parametrize(
    ("size", "divisor", "remainder", "least", "smallest"),
    [
        (39, 16, 7, 0, 7),
        (39, 12, 3, 0, 3),
        (39, 5, 4, 0, 4),  # no number of the array: small enough to be tried all the same
        (54, 12, 6, 10, 18),  # in the second tile
        (48, 32, 16, 0, 16),
    ],
)
def test_a_remainder_that_is_needed_comes_with_the_smallest_size(
    size: int, divisor: int, remainder: int, least: int, smallest: int
) -> None:
    def fails(candidate: History) -> bool:
        return any(job.m % divisor == remainder and job.m >= least for job in candidate[-1].jobs)

    start = history(1, {"m": size, "n": 3, "k": 3, "jobs": 1})
    (job,) = jobs_of(run(start, fails, divisors=load("redmule").divisors).history)
    assert (job.m, job.n, job.k) == (smallest, 0, 0)


def test_what_is_needed_of_two_dimensions_at_once_is_locally_smallest() -> None:
    def fails(candidate: History) -> bool:
        return any(job.m * job.k >= 31 for job in candidate[-1].jobs)

    (job,) = jobs_of(run(history(knobs={"m": [9, 20], "k": [9, 20]}), fails).history)
    assert job.m * job.k >= 31 > max((job.m - 1) * job.k, job.m * (job.k - 1))
    assert job.n == 0


def test_only_the_scenarios_that_are_needed_stay_before_the_failing_one() -> None:
    start = history(12)
    needed = {start[3].index, start[7].index, start[-1].index}

    def fails(candidate: History) -> bool:
        return needed <= {scenario.index for scenario in candidate}

    result = run(start, fails)
    assert [scenario.index for scenario in result.history] == sorted(needed)
    assert all(len(scenario.jobs) == 1 for scenario in result.history)


def test_only_the_job_that_is_needed_stays() -> None:
    start = history(1)
    wanted = start[0].jobs[1].z_addr

    def fails(candidate: History) -> bool:
        # Addresses tell the jobs apart, so they may not move.
        return any(job.z_addr == wanted for job in jobs_of(candidate))

    assert [job.z_addr for job in jobs_of(run(start, fails).history)] == [wanted]


def test_stalls_that_are_needed_stay_but_fewer() -> None:
    stall = StallSpec("burst", 0.8, 64, 9, gnt_without_req=True, write_r_valid="random")
    scenario = history(1)[0]
    start = (Scenario(7, scenario.jobs, scenario.window, stall),)

    def fails(candidate: History) -> bool:
        held = candidate[-1].stall
        return held.kind == "burst" and held.rate >= 0.1 and held.burst >= 3

    (found,) = run(start, fails).history
    assert found.stall == StallSpec("burst", 0.1, 3)


@pytest.mark.parametrize("kind", ["clear", "reset"])
def test_a_cut_that_is_needed_stays_as_early_as_it_can(kind: str) -> None:
    jobs = tuple(Job(Op.GEMM, 8, 8, 8, a, a + 0x200, a + 0x400) for a in (0x1000, 0x1800))
    start = (Scenario(0, jobs, Window(0x1000, 0x1000), abort=Abort(kind, 500, 3, 2)),)

    def fails(candidate: History) -> bool:
        cut = candidate[-1].abort
        return cut is not None and cut.after >= 17

    (found,) = run(start, fails).history
    assert found.abort == Abort(kind, 17)
    assert [job.m for job in found.jobs] == [0, 0]
    # The scoreboard asks that the two jobs share no memory: their pointers stay.
    assert [job.x_addr for job in found.jobs] == [0x1000, 0x1800]


def test_a_cut_that_is_not_needed_goes() -> None:
    jobs = tuple(Job(Op.GEMM, 8, 8, 8, a, a + 0x200, a + 0x400) for a in (0x1000, 0x1800))
    start = (Scenario(0, jobs, Window(0x1000, 0x1000), abort=Abort("clear", 50)),)
    result = run(start, lambda candidate: candidate[-1].jobs[0].m >= 2)
    (found,) = result.history
    assert found.abort is None
    assert len(found.jobs) == 1


def test_values_survive_a_smaller_size_and_the_others_become_plain() -> None:
    knobs = {"m": [9, 12], "n": [9, 12], "k": [9, 12], "jobs": 1, "x_class": "special", "fmt": "FP16"}
    start = history(1, knobs)
    wanted = {0x7C00, 0xFC00}  # an infinity in X

    def fails(candidate: History) -> bool:
        (job,) = jobs_of(candidate)
        return (
            job.n >= 2 and job.k > 0 and bool(wanted & {int(bits) for bits in operands(job)[0].reshape(-1)})
        )

    result = run(start, fails)
    (job,) = jobs_of(result.history)
    x, w, _ = operands(job)
    assert (job.m, job.n, job.k) == (1, 2, 1)
    assert sorted(int(bits) in wanted for bits in x.reshape(-1)) == [False, True]
    assert {int(bits) for bits in x.reshape(-1)} - wanted == {0}
    assert {int(bits) for bits in w.reshape(-1)} == {0}
    assert result.complete


def test_an_operation_or_format_that_is_needed_stays() -> None:
    start = history(1, {"op": "MINMAX", "fmt": "E4M3"})
    result = run(start, lambda c: all(job.op is Op.MINMAX and job.z_fmt is Format.E4M3 for job in jobs_of(c)))
    assert {(job.op, job.fmt) for job in jobs_of(result.history)} == {(Op.MINMAX, Format.E4M3)}


def test_operands_of_a_lone_job_move_together() -> None:
    start = history(1, {"m": [3, 5], "n": [3, 5], "k": [3, 5]})
    result = run(start, lambda c: c[-1].jobs[0].m >= 2 and c[-1].jobs[0].k >= 2 and c[-1].jobs[0].n >= 1)
    (found,) = result.history
    assert found.window.size == 4096
    assert [address % 64 for address in (found.jobs[0].x_addr, found.jobs[0].w_addr)] == [0, 0]


def test_an_earlier_scenario_that_fails_already_ends_the_history() -> None:
    start = history(5)
    result_of: list[History] = []

    async def trial(candidate: History) -> History | None:
        result_of.append(candidate)
        return candidate[:1] if candidate[0].index == start[0].index else None

    result = asyncio.run(shrink(start, trial, lambda: False, all_passes()))
    assert [scenario.index for scenario in result.history] == [start[0].index]
    assert result.complete


def test_a_search_that_runs_out_of_time_says_so_and_keeps_what_it_found() -> None:
    result = run(history(), lambda _: True, most=3)
    assert not result.complete
    assert result.candidates == 3
    assert len(result.history) == 1
