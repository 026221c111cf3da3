# SPDX-License-Identifier: Apache-2.0
"""Failures of devices with several defects at once shrink to their own one; the devices are functions."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from models.ops import Op
from tb.env.background import Background
from tb.env.lookahead import Drawn
from tb.exchange.bucket import bucket_of, foremost
from tb.exchange.entry import TestEntry
from tb.exchange.job import Job
from tb.exchange.record import Record, read_record
from tb.exchange.results import HANG, Finding
from tb.exchange.scenario import NO_STALL, Scenario, StallSpec, Window
from tb.exchange.status import Status
from tb.exchange.wanted import Wanted
from tb.scoreboard.second_opinion import SecondOpinions
from tb.scoreboard.verdict import Verdict
from tb.stimulus.shrink import SHRUNK
from tb.uvm_tests.shrink import Shrink, Shrinker
from tests.stimulus.devices import device

STALLS = StallSpec("random", rate=0.5, seed=4)
Defects = Callable[[list[Scenario]], Iterator[Finding]]


def scenario(index: int, m: int, n: int, k: int, op: Op = Op.GEMM, stall: StallSpec = NO_STALL) -> Scenario:
    """A scenario with one job."""
    job = Job(op, m, n, k, 0x1000, 0x2000, 0x3000)
    return Scenario(index, (job,), Window(0x1000, 0x3000), stall)


def hang(number: int = 0) -> Finding:
    """A job that does not end."""
    return Finding(
        Status.TIMEOUT, HANG, f"silent before the first request, busy_o low; no event of job {number}", number
    )


def wrong(element: str) -> Finding:
    """An element that is not what it should be."""
    return Finding(Status.MISMATCH, "memory", f"Z[{element}] is 0x0001 instead of 0x0002; any step", 0)


RULE = Finding(Status.PROTOCOL, "rule 5", "broken: reads stay near their operands (3 times)")


@dataclass
class FakeExecutor:
    """Runs scenarios on a device that is a function from those since the last reset to its findings."""

    defects: Defects
    since_reset: list[Scenario] = field(default_factory=list)

    async def reset(self) -> None:
        """Forget what ran."""
        self.since_reset.clear()

    async def run(self, drawn: Drawn) -> Verdict:
        """Judge a scenario."""
        self.since_reset.append(drawn.scenario)
        return Verdict([], list(self.defects(self.since_reset)), 64)


def record(defects: Defects, *scenarios: Scenario) -> Record:
    """The record of the last scenario, as the bench would write it."""
    findings = list(defects(list(scenarios)))
    about = foremost(findings)
    base = Record(
        descriptor="fake", entry=TestEntry("t", "gemm_op"), seed=1, status=about.status, scenarios=scenarios
    )
    return base.about([about, *(each for each in findings if each is not about)], scenarios)


def shrunk(
    folder: Path, defects: Defects, found: Record, *, whole: bool = False, candidates: int = 0
) -> Record | None:
    """The smallest failure behind a record."""
    opinions = SecondOpinions(sources=())
    env = SimpleNamespace(
        descriptor=device(), background=Background(), opinions=opinions, executor=FakeExecutor(defects)
    )
    shrinker = Shrinker(env, Shrink(found, folder, 60.0, candidates, whole))  # type: ignore[arg-type]
    asyncio.run(shrinker.run())
    return read_record(folder / SHRUNK) if (folder / SHRUNK).exists() else None


def sizes(found: Record) -> list[tuple[int, int, int]]:
    """M, N and K of all jobs."""
    return [(job.m, job.n, job.k) for scenario in found.scenarios for job in scenario.jobs]


def three_defects(ran: list[Scenario]) -> Iterator[Finding]:
    """Empty and tall jobs do not end; products of five steps are wrong; min-max jobs read too far."""
    (job,) = ran[-1].jobs
    if job.op is Op.MINMAX:
        yield RULE
    if job.empty or job.m >= 9:
        yield hang()
    elif job.n >= 5:
        yield wrong("0,0")


def test_each_record_shrinks_to_its_own_defect(tmp_path: Path) -> None:
    tall = shrunk(tmp_path / "tall", three_defects, record(three_defects, scenario(0, 20, 15, 12)))
    wide = shrunk(tmp_path / "wide", three_defects, record(three_defects, scenario(1, 7, 15, 12)))
    assert tall.findings[0].checker == HANG
    assert sizes(tall) == [(9, 0, 1)]  # neither the empty job that hangs too, nor the wrong one
    assert wide.findings[0].checker == "memory"
    assert sizes(wide) == [(1, 5, 1)]


def test_a_hang_of_an_empty_job_stays_one(tmp_path: Path) -> None:
    found = shrunk(tmp_path, three_defects, record(three_defects, scenario(0, 0, 30, 12)))
    assert sizes(found) == [(0, 1, 1)]


def without_steps(ran: list[Scenario]) -> Iterator[Finding]:
    """Tall jobs do not end, nor do any without steps."""
    (job,) = ran[-1].jobs
    if job.m >= 9 or job.n == 0:
        yield hang()


def test_a_hang_of_a_tall_job_does_not_become_one_of_a_job_without_steps(tmp_path: Path) -> None:
    tall = shrunk(tmp_path / "tall", without_steps, record(without_steps, scenario(0, 20, 15, 12)))
    assert sizes(tall) == [(9, 1, 1)]
    short = shrunk(tmp_path / "short", without_steps, record(without_steps, scenario(0, 5, 0, 12)))
    assert sizes(short) == [(1, 0, 1)]


def test_a_hang_is_what_its_record_is_about_and_the_others_can_be_named(tmp_path: Path) -> None:
    found = record(three_defects, scenario(0, 20, 15, 12, Op.MINMAX))
    assert found.detail.startswith("watchdog: job 0: silent before")
    assert [each.checker for each in found.findings] == [HANG, "rule 5"]
    assert sizes(shrunk(tmp_path / "hang", three_defects, found)) == [(9, 0, 1)]
    rule = shrunk(tmp_path / "rule", three_defects, found.narrowed("rule 5"))
    assert bucket_of(rule.findings[0]) == bucket_of(RULE)
    assert (rule.failing.jobs[0].op, sizes(rule)) == (Op.MINMAX, [(0, 0, 0)])


def test_a_job_of_a_program_that_hangs_has_no_place_in_the_scenario() -> None:
    found = record(lambda _: iter([hang(5)]), scenario(0, 8, 8, 8))
    assert Wanted.of(found).shown_by([hang(5)], found.failing) == hang(5)


def two_shapes(ran: list[Scenario]) -> Iterator[Finding]:
    """Wide jobs change bytes outside of Z, tall ones write wrong elements: one checker."""
    (job,) = ran[-1].jobs
    if job.k >= 6:
        yield Finding(Status.MISMATCH, "memory", f"{job.k} bytes outside every Z changed, the first at 0x40")
    if job.m >= 4:
        yield wrong("3,0")


def test_one_checker_may_have_two_defects_of_different_shape(tmp_path: Path) -> None:
    found = record(two_shapes, scenario(0, 9, 2, 11))
    assert sizes(shrunk(tmp_path / "wide", two_shapes, found)) == [(0, 0, 6)]
    assert sizes(shrunk(tmp_path / "tall", two_shapes, found.narrowed("memory: job 0: Z"))) == [(4, 0, 0)]


def stalled(ran: list[Scenario]) -> Iterator[Finding]:
    """Tall jobs are wrong where the memory stalls, and single rows always: the same finding."""
    (job,) = ran[-1].jobs
    if job.m == 1 or (job.m >= 5 and ran[-1].stall.rate >= 0.1):
        yield wrong("0,0")


def test_stalls_stay_while_they_matter(tmp_path: Path) -> None:
    found = shrunk(tmp_path / "stall", stalled, record(stalled, scenario(0, 20, 4, 4, stall=STALLS)))
    assert sizes(found) == [(5, 0, 0)]
    assert (found.failing.stall.kind, found.failing.stall.rate) == ("random", 0.125)
    single = shrunk(tmp_path / "single", stalled, record(stalled, scenario(0, 1, 4, 4, stall=STALLS)))
    assert sizes(single) == [(1, 0, 0)]
    assert single.failing.stall.kind == "none"


def after_another(ran: list[Scenario]) -> Iterator[Finding]:
    """Wide jobs are wrong behind tall ones, and single columns always; wide MATMULs hang as the first."""
    job = ran[-1].jobs[0]
    if job.op is Op.MATMUL and job.k > 8 and len(ran) == 1:
        yield hang()
    elif job.k == 1 or (job.k >= 4 and any(each.jobs[0].m >= 3 for each in ran[:-1])):
        yield wrong("0,0")


def test_what_ran_before_stays_where_another_defect_answers_alone(tmp_path: Path) -> None:
    before = [scenario(index, index, 2, 2) for index in range(6)]
    found = shrunk(tmp_path, after_another, record(after_another, *before, scenario(6, 2, 2, 9, Op.MATMUL)))
    assert sizes(found) == [(3, 0, 0), (0, 0, 4)]


def test_waves_leave_the_jobs_as_they_are(tmp_path: Path) -> None:
    before = [scenario(index, index, 2, 2) for index in range(6)]
    start = record(after_another, *before, scenario(6, 2, 2, 9, Op.MATMUL))
    found = shrunk(tmp_path, after_another, start, whole=True)
    assert len(found.scenarios) == 2
    assert found.failing == start.failing
    assert found.scenarios[0] in before[3:]


def test_another_defect_alone_is_not_the_one_that_is_looked_for(tmp_path: Path) -> None:
    def other(ran: list[Scenario]) -> Iterator[Finding]:
        yield hang() if ran else wrong("0,0")

    assert shrunk(tmp_path, other, record(stalled, scenario(0, 1, 4, 4))) is None
