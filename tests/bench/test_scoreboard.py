# SPDX-License-Identifier: Apache-2.0
"""The scoreboard as a whole on hand-made logs: jobs that end too soon, hang, or stand behind a known hang."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from models.formats import Format
from models.timing import utilization
from tb.agents.tcdm.monitor import BeatCount, TcdmLogs
from tb.descriptor import load
from tb.exchange.known import KnownItem
from tb.exchange.results import Causes
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Span
from tb.scoreboard.memory import compare
from tb.scoreboard.verdict import Verdict, measure, unmeasured
from tb.scoreboard.written import check_written
from tb.stimulus.image import initial_image, predict
from tests.bench.logs import JOB, OTHER, names, read, scenario, seen, write
from tests.bench.wild import scoreboard

HANG = KnownItem("stuck", "tracker 4", "watchdog", "m == 2")
THREE = scenario(JOB, OTHER, replace(OTHER, z_addr=OTHER.z_addr + 64))


def judge(
    run: Scenario,
    triggers: Sequence[int],
    ends: Sequence[tuple[int, int]],
    *,
    done: int,
    known: tuple[KnownItem, ...] = (),
    spoil: int | None = None,
) -> Verdict:
    """The verdict on a scenario whose first `done` jobs left what they must, but for a byte."""
    board = scoreboard(replace(load("serial"), known_issues=known))
    busy = [triggers[0] + 1, ends[-1][0] + 1] if len(ends) == len(run.jobs) else [triggers[0] + 1]
    # All of a job's Z in one write, the cycle before its event.
    writes = [
        write(edge - 1, job.z_addr & ~3, (1 << job.z_range[1]) - 1 << job.z_addr % 4)
        for (edge, _), job in zip(ends, run.jobs, strict=False)
    ]
    logs = seen(triggers=triggers, requests=writes, ends=ends, busy=busy)
    before = initial_image(run)
    memory = predict(before, run.jobs[:done], run.window.base)
    if spoil is not None:
        memory[spoil - run.window.base] ^= 1
    board.tcdm.write(TcdmLogs(logs.beats, logs.events, logs.probe))
    board.accesses.write(logs.accesses)
    return board.check(run, before, memory, {}, watchdog=len(ends) < len(run.jobs))


@pytest.mark.proves("too_fast")
def test_a_job_that_ends_sooner_than_it_can_be_done_is_found() -> None:
    steps = JOB.m * JOB.n * JOB.k
    assert not judge(scenario(JOB), [10], [(10 + steps, 2)], done=1).findings
    verdict = judge(scenario(JOB), [10], [(9 + steps, 2)], done=1)
    assert names(verdict.findings) == ["too_fast"]
    assert f"{steps - 1} cycles after the trigger; {steps} steps on 1 x 1" in verdict.findings[0].detail


def test_a_hang_has_one_finding_whatever_stands_behind_it() -> None:
    verdict = judge(THREE, [10, 20], [], done=0)
    assert names(verdict.findings) == ["watchdog"]
    assert [job.status for job in verdict.jobs] == [Status.TIMEOUT, Status.NOT_RUN, Status.NOT_RUN]
    assert verdict.held == 0


def test_jobs_behind_a_known_hang_are_held() -> None:
    verdict = judge(THREE, [10, 20], [], done=0, known=(HANG,))
    assert (verdict.findings, verdict.known, verdict.held) == ([], ("stuck",), 2)
    assert [job.status for job in verdict.jobs] == [Status.PASSED, Status.NOT_RUN, Status.NOT_RUN]
    assert verdict.jobs[1].detail == "behind a known hang"


def test_what_a_job_ahead_of_a_hang_wrote_is_compared() -> None:
    ended = [(10 + JOB.m * JOB.n * JOB.k, 2)]
    verdict = judge(THREE, [10, 20], ended, done=1)
    assert (names(verdict.findings), verdict.compared_bytes) == (["watchdog"], JOB.z_range[1])
    verdict = judge(THREE, [10, 20], ended, done=1, spoil=JOB.z_addr, known=(HANG,))
    assert [(each.checker, each.job) for each in verdict.findings] == [("memory", 0)]


def test_an_output_that_the_steps_lead_to_is_reported_and_not_raised() -> None:
    """Model and steps disagree: what is compared with is not what the steps lead to."""
    run = scenario(JOB)
    right = predict(initial_image(run), run.jobs, run.window.base)
    expected = right.copy()
    expected[JOB.z_addr - run.window.base] ^= 1
    (finding,) = compare(run, expected, right, load("serial"))
    assert "model and steps disagree" in finding.detail


def test_a_byte_of_z_that_is_not_written_is_found_where_memory_is_right() -> None:
    whole = write(99, JOB.z_addr & ~3, (1 << JOB.z_range[1]) - 1 << JOB.z_addr % 4)
    spans = [Span(10, 100, 10)]
    assert check_written(scenario(JOB), spans, seen(requests=[whole])) == []
    for missing in range(JOB.z_range[1]):
        holed = write(99, whole[1], whole[3] & ~(1 << missing + JOB.z_addr % 4))
        (finding,) = check_written(scenario(JOB), spans, seen(requests=[holed, read(98, whole[1])]))
        assert finding.checker == "unwritten"
        assert finding.detail.endswith(f"the first at {JOB.z_addr + missing:#010x}")
    further = write(99, whole[1], whole[3] | 1 << JOB.z_range[1] + JOB.z_addr % 4)
    assert check_written(scenario(JOB), spans, seen(requests=[further])) == []
    # Writes before the trigger are another job's; those of another address are none of Z's.
    assert check_written(scenario(JOB), spans, seen(requests=[write(10, *whole[1::2])]))
    assert check_written(scenario(JOB), spans, seen(requests=[write(99, whole[1] + 64, whole[3])]))


def test_bytes_between_sparse_elements_need_not_be_written() -> None:
    sparse = replace(JOB, fmt=Format.E4M3, fp8_bytes=2)
    elements = sum(1 << place for place in range(0, sparse.z_range[1], 2)) << sparse.z_addr % 4
    log = seen(requests=[write(99, sparse.z_addr & ~3, elements)])
    assert check_written(scenario(sparse), [Span(10, 100, 10)], log) == []


def test_a_result_has_what_was_counted_of_its_job() -> None:
    result = unmeasured(scenario(JOB), 0)
    measure(result, load("serial"), JOB, Span(10, 90, 10), BeatCount(waiting=3, reads=7, writes=5), None)
    assert (result.cycles, result.stalled, result.beats_read, result.beats_written) == (80, 3, 7, 5)
    assert (result.queued, result.causes) == (False, None)
    assert result.bound == load("serial").bound(JOB, 3)


def test_slots_of_less_than_a_cycle_count_as_one() -> None:
    device = load("redmule")
    job = replace(JOB, m=1, n=1, k=1)
    one = utilization(device.instance, 1, 1, 1, 1)
    for slots, expected in ((0, one), (1, one), (2 * device.instance.h * device.instance.l, one / 2)):
        result = unmeasured(scenario(job), 0)
        measure(result, device, job, Span(10, 90, 10), BeatCount(0, 7, 5), Causes({"WORKING": slots}))
        assert result.utilization == pytest.approx(expected, abs=1e-6)
