# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: what fails is told and not repeated, time passes visibly, and estimates are honest."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product

import pytest
from rich.console import Console

from regressions import display
from regressions.builds import Builds
from regressions.display import busy
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.perform import Schedule
from regressions.planner import Simulation
from regressions.progress import MAX_KINDS, MAX_OF_A_KIND, RunProgress
from regressions.remaining import Remaining, in_words
from regressions.results import SimulationLog, TestLog
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding, TestEnd
from tb.exchange.status import Status
from tests.job_results import job_result
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner
from tests.runner.runs import started


def simulation(index: int, cycles: int, device: str = "redmule", kind: str = "fast") -> Simulation:
    """A simulation of two segments with half of the cycles each."""
    entry = TestEntry(f"t{index}", "s", weight=1.0)
    parts = (
        Segment(entry, 1, begin, begin + 10, 10, cycles // 2, device=device, kind=kind) for begin in (0, 10)
    )
    return Simulation(index, tuple(parts))


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def of(*simulations: Simulation, processes: int = 1) -> tuple[Remaining, Clock]:
    """An estimate for simulations, and its clock."""
    clock = Clock()
    return Remaining(simulations, processes, clock), clock


def test_nothing_is_estimated_before_something_has_run() -> None:
    first = simulation(0, 1_000_000)
    remaining, clock = of(first, simulation(1, 1_000_000))
    assert remaining.seconds() is None
    remaining.started(first)
    clock.now += 5
    assert remaining.seconds() is None, "a start tells nothing of the pace"
    remaining.progressed(first, 0)
    clock.now += 1
    remaining.progressed(first, 10_000)
    assert remaining.seconds() is None, "nor does one cycle of a hundred"


def test_the_rest_takes_its_cycles_at_the_pace_so_far_and_starts_as_well() -> None:
    first, second = simulation(0, 1_000_000), simulation(1, 2_000_000)
    remaining, clock = of(first, second)
    remaining.started(first)
    clock.now += 5
    remaining.progressed(first, 0)
    clock.now += 10
    remaining.progressed(first, 500_000)
    assert remaining.seconds() == pytest.approx(10 + 5 + 40)
    clock.now += 10
    remaining.finished(first, first.segments)
    assert remaining.seconds() == pytest.approx(5 + 40)
    remaining.started(second)
    remaining.finished(second, second.segments)
    assert remaining.seconds() == 0.0


def test_processes_share_the_rest_and_the_longest_ends_last() -> None:
    first, long, short = simulation(0, 1_000_000), simulation(1, 3_000_000), simulation(2, 1_000_000)
    remaining, clock = of(first, long, short, processes=2)
    remaining.started(first)
    remaining.progressed(first, 0)
    clock.now += 10
    remaining.progressed(first, 500_000)
    # The first has 10 s left beside the long one with 60, the short one follows the first.
    assert remaining.seconds() == pytest.approx(60)


def test_each_build_has_a_pace_of_its_own() -> None:
    fast, slow, more = simulation(0, 100), simulation(1, 100, kind="xrand"), simulation(2, 100, kind="xrand")
    remaining, clock = of(fast, slow, more)
    for each, seconds in ((fast, 1), (slow, 7)):
        remaining.started(each)
        remaining.progressed(each, 0)
        clock.now += seconds
        remaining.finished(each, each.segments)
    assert remaining.seconds() == pytest.approx(7)


@pytest.mark.parametrize(("cycles", "known"), [(300_000, True), (3_000_000, False)])
def test_a_build_that_has_not_run_yet_may_be_a_small_part_alone(cycles: int, known: bool) -> None:
    first = simulation(0, 2_000_000)
    remaining, clock = of(first, simulation(1, cycles, device="cluster_2"))
    remaining.started(first)
    remaining.progressed(first, 0)
    clock.now += 10
    remaining.progressed(first, 200_000)
    assert (remaining.seconds() is not None) == known


def test_what_a_crash_left_counts_again_and_what_has_no_build_does_not() -> None:
    first, second = simulation(0, 1_000_000), simulation(1, 4_000_000)
    remaining, clock = of(first, second)
    remaining.dropped(second)
    remaining.started(first)
    remaining.progressed(first, 0)
    clock.now += 10
    remaining.finished(first, first.segments[:1])
    assert remaining.seconds() == pytest.approx(10)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "10 s"), (44, "40 s"), (100, "2 min"), (89 * 60, "89 min"), (7900, "2 h 10 min")],
)
def test_an_estimate_is_said_as_exactly_as_it_is_known(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_each_build_has_its_first_turn_early() -> None:
    large, more = simulation(0, 900), simulation(1, 800)
    small, least = simulation(2, 20, "serial"), simulation(3, 10, "serial", "xrand")
    schedule = Schedule.of([large, more, small, least])
    assert list(schedule.simulations) == [large, small, least, more]
    assert schedule.builds == [("redmule", "fast"), ("serial", "fast"), ("serial", "xrand")]


def log_of(run: Simulation, failures: list[Failure]) -> SimulationLog:
    """A simulation that is half through its first segment."""
    test = TestLog(run.segments[0].key, [job_result() for _ in range(5)], failures)
    return SimulationLog([test])


@contextmanager
def shown(*simulations: Simulation) -> Iterator[tuple[RunProgress, io.StringIO]]:
    """Progress of simulations, and what it writes to a file."""
    text = io.StringIO()
    with RunProgress(Console(file=text, width=80, markup=False, highlight=False), simulations) as progress:
        yield progress, text


def failed(scenario: int, detail: str = "Z[1] is wrong") -> Failure:
    """A failed scenario."""
    found = Finding(Status.MISMATCH, "memory", detail, 0)
    return Failure("t0", scenario, Status.MISMATCH, found.line, (found,))


def test_failures_of_a_kind_are_shown_five_times_and_then_counted() -> None:
    run = simulation(0, 1000)
    with shown(run) as (progress, text):
        progress.started(run)
        failures: list[Failure] = []
        for scenario in range(300):
            failures.append(failed(scenario))
            progress.progressed(run, log_of(run, failures))
        failures.append(failed(300, "a guard byte was written"))
        progress.progressed(run, log_of(run, failures))
        lines = text.getvalue().splitlines()
        assert [line for line in lines if "Z[1] is wrong" in line and "scenario" in line] == [
            f"    mismatch t0 on redmule, scenario {scenario}: memory: job 0: Z[1] is wrong"
            for scenario in range(MAX_OF_A_KIND)
        ]
        assert lines[MAX_OF_A_KIND].strip().startswith("more of this kind are counted: mismatch: memory: Z")
        assert "scenario 300: memory: job 0: a guard byte" in lines[-1]
        assert len(lines) == MAX_OF_A_KIND + 2
        counted = progress._line()
        assert "301 failed" in counted
        assert "300 x mismatch: memory: Z" in counted
        assert "guard" not in counted


def test_kinds_without_number_are_counted_too() -> None:
    run = simulation(0, 1000)
    with shown(run) as (progress, text):
        progress.started(run)
        words = map("".join, product("abcdefghijklmnopqrst", repeat=2))
        failures = [failed(number, f"{word} is odd") for number, word in enumerate(words)]
        progress.progressed(run, log_of(run, failures))
        assert len(text.getvalue().splitlines()) == MAX_KINDS + 1
        assert "400 failed" in progress._line()


def test_a_segment_that_fails_as_a_whole_is_shown_with_its_device() -> None:
    run = simulation(0, 1000)
    with shown(run) as (progress, text):
        progress.started(run)
        results = [SegmentResult(each, Status.CRASH, "killed by signal 9", "") for each in run.segments]
        progress.finished(run, results, SimulationLog())
        assert "crash t0 on redmule, 0..9: killed by signal 9\n" in text.getvalue()


def test_a_line_has_segments_jobs_failures_and_what_is_left() -> None:
    run, later = simulation(0, 1000), simulation(1, 1000)
    with shown(run, later) as (progress, _):
        progress.started(run)
        first = log_of(run, [])
        progress.progressed(run, first)
        assert progress._line() == "segments 0/4, jobs 5/40, none failed, about 10 s left"
        first.tests[0].end = TestEnd(test="t0", status=Status.PASSED)
        progress.progressed(run, first)
        assert progress._line().startswith("segments 1/4, jobs 5/40, ")
        progress.finished(run, [SegmentResult(each, Status.PASSED, "", "") for each in run.segments], first)
        progress.dropped(later)
        assert progress._line().startswith("segments 4/4, jobs 5/40, 2 failed")


def test_tests_without_jobs_have_no_count_of_jobs() -> None:
    run = Simulation(0, (Segment(TestEntry("t", "s", count=1), 1, 0, 1, 0, 100),))
    with shown(run) as (progress, _):
        assert progress._line() == "segments 0/1, none failed"


def test_a_soak_knows_the_time_that_it_has_left() -> None:
    console = Console(file=io.StringIO())
    with RunProgress(console, None, until=time.monotonic() + 30 * 60) as progress:
        assert progress._line() == "segments 0, jobs 0, none failed, 30 min left"


def test_time_passes_on_a_pipe_also_when_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "PLAIN_SECONDS", 0.05)
    text = io.StringIO()
    with busy(Console(file=text), "building redmule (fast)"):
        deadline = time.monotonic() + 20
        while text.getvalue().count("\n") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    said = text.getvalue()
    assert re.match(r"\[0:0\d\] building redmule \(fast\)\n\[", said)
    time.sleep(0.2)
    assert text.getvalue() == said, "it ends with what it shows"


def test_what_is_quiet_says_nothing_on_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "PLAIN_SECONDS", 0.01)
    text = io.StringIO()
    with busy(Console(file=text), "building", quiet=True):
        time.sleep(0.1)
    assert text.getvalue() == ""


def test_builds_say_how_many_are_there_and_what_is_under_way(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, seen = FakeSimulator.build, []

    def build(self: FakeSimulator, *arguments: object) -> object:
        seen.append(made.in_words())
        made_one = whole(self, *arguments)  # type: ignore[arg-type]
        return replace(made_one, cached=made_one.kind == "waves")

    monkeypatch.setattr(FakeSimulator, "build", build)
    text = io.StringIO()
    run = replace(started(folder=runner.folder), order=Order(processes=1))
    made = Builds(run, FakeSimulator(), Console(file=text, width=200))
    made.start([("redmule", "fast"), ("redmule", "xrand"), ("redmule", "waves")])
    made.wait()
    assert seen[1:] == ["builds 1 of 3: redmule (xrand) 0:00", "builds 2 of 3: redmule (waves) 0:00"]
    assert made.in_words() == ""
    assert [line.partition(", log")[0] for line in text.getvalue().splitlines()] == [
        "redmule (fast), 1 of 3: built in 0:00",
        "redmule (xrand), 2 of 3: built in 0:00",
        "redmule (waves), 3 of 3: found in the cache",
    ]


@pytest.mark.parametrize("more", [(), ("--time=1s",)])
def test_a_run_that_waits_for_a_build_is_not_silent(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    whole = FakeSimulator.build

    def build(self: FakeSimulator, *arguments: object) -> object:
        time.sleep(0.5)
        return whole(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeSimulator, "build", build)
    monkeypatch.setattr(display, "PLAIN_SECONDS", 0.1)
    runner.tests(good={})
    assert runner("regressions", "--tier=smoke", *more) == 0
    assert re.search(r"^\[0:00\] builds 0 of 1: redmule \(fast\) 0:00", runner.out, re.MULTILINE)
    assert "redmule (fast), 1 of 1: built in 0:00, log " in runner.out


def test_an_always_failing_device_is_no_flood(runner: Runner) -> None:
    tests = {f"t{number}": {"knobs": {"behave": "mismatch", "at": 0}, "count": 2} for number in range(30)}
    runner.tests(**tests)
    assert runner("regressions", "--tier", "smoke") == 1
    assert sum(" mismatch t" in line for line in runner.out.splitlines()) == MAX_OF_A_KIND
    assert "30 x mismatch" in runner.out
