# SPDX-License-Identifier: Apache-2.0
"""Speed of the full bench on `bench_mix`, against the bare loop with the same jobs in the same run."""

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from regressions import orphans, testlist
from regressions.errors import UserError
from regressions.processor import in_words
from regressions.results import ResultsReader, TestLog
from regressions.simulators.base import Simulator
from regressions.speed.bare import BareResult, run_bare, write_list
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, Segment
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.sequences import resolve

LIST = Path(__file__).with_name("bench_mix.toml")
SEED = 1
ROUNDS = 5
# A first segment of so many scenarios, not measured: what a process does once (caches, first look-ups) is
# spread over thousands of jobs in a regression, but not over this list.
_WARM_UP = 8


@dataclass(frozen=True, slots=True)
class Speed:
    """Cycles and wall time of a job list, without the start of the program."""

    cycles: int  # simulated clock cycles
    seconds: float  # wall time
    # Processor time in seconds by purpose (`tb.exchange.results.TestEnd`); empty if nobody told.
    processor: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, log: TestLog) -> "Speed":
        """Returns the speed of a segment that ended."""
        assert log.end is not None
        return cls(log.end.cycles, log.end.seconds, log.end.processor)

    @property
    def cycles_per_second(self) -> float:
        """Simulated cycles per second of wall time."""
        return self.cycles / self.seconds

    @property
    def us_per_cycle(self) -> float:
        """Microseconds of wall time per simulated cycle."""
        return 1e6 * self.seconds / self.cycles


@dataclass(frozen=True, slots=True)
class SpeedFigures:
    """The bench against the bare loop; medians over the rounds."""

    bench_cycles_per_second: float  # simulated cycles per second, checks and all Python included
    bare_cycles_per_second: float  # the same without any bench
    ratio: float  # of the two, round by round
    jobs_per_minute: float  # checked jobs per minute
    overhead_us_per_cycle: float  # microseconds a cycle of the bench above the bare loop, round by round
    overhead_us_per_job: float  # time of the bench above the bare loop for each job, in microseconds
    simulator_share: float = 0.0  # of all processor time of the bench, that of the simulator, round by round
    # Processor time of the bench in seconds, by purpose.
    processor: Mapping[str, float] = field(default_factory=dict)


def entry() -> TestEntry:
    """The entry of `bench_mix`."""
    return testlist.load([LIST], ())["bench_mix"]


def scenarios(device: Descriptor, begin: int, end: int) -> list[Scenario]:
    """Scenarios `begin .. end-1` of `bench_mix`, as a device runs them."""
    test = entry()
    sequence = resolve(test.sequence)(test.name, SEED, test.knobs, device)
    return [sequence.stream.scenario(index) for index in range(begin, end)]


def measure(
    device: Descriptor,
    simulator: Simulator,
    folder: Path,
    rounds: int = ROUNDS,
    count: int | None = None,
    report: Callable[[str], None] = lambda _line: None,
) -> SpeedFigures:
    """Runs `bench_mix` in turns with the bench and in the bare loop, or `count` scenarios of it.

    Contents of earlier measurements in the folder are replaced; `report` takes lines about the progress.

    Raises:
        UserError: A job failed, or took another number of cycles in the bare loop.
        BuildError: A program cannot be built.
    """
    test = entry()
    end = count or test.count or 0
    jobs = scenarios(device, 0, end)
    bench = simulator.build(device, "fast", folder / "bench-build.log")
    bare = simulator.build_bare(device, folder / "bare-build.log")
    job_list = folder / "bare.list"
    write_list(job_list, jobs, device)
    plan_folder = folder / "simulation"
    command, environment = simulator.command(bench, plan_folder)
    pairs = []
    for turn in range(rounds):
        report(f"round {turn + 1} of {rounds}")
        log = run_bench(command, environment, plan_folder, plan(device, end), test.timeout)
        result = run_bare(bare.executable, job_list)
        check_cycles(jobs, log, result)
        pairs.append((Speed.of(log), Speed(result.cycles, result.seconds)))
    return figures(pairs, sum(len(scenario.jobs) for scenario in jobs))


def figures(rounds: Sequence[tuple[Speed, Speed]], jobs: int) -> SpeedFigures:
    """Medians over rounds of (bench, bare loop) with `jobs` jobs each.

    Bench and bare loop of a round ran one after the other, so what else slowed the machine slowed both, and
    their ratio is taken round by round.
    """
    spent = [bench.processor for bench, _ in rounds if bench.processor]
    shares = [each["simulator"] / sum(each.values()) for each in spent]
    purposes = spent[0] if spent else ()
    return SpeedFigures(
        bench_cycles_per_second=round(median(bench.cycles_per_second for bench, _ in rounds)),
        bare_cycles_per_second=round(median(bare.cycles_per_second for _, bare in rounds)),
        ratio=round(median(bench.cycles_per_second / bare.cycles_per_second for bench, bare in rounds), 3),
        jobs_per_minute=round(60 * jobs / median(bench.seconds for bench, _ in rounds)),
        overhead_us_per_cycle=round(
            median(bench.us_per_cycle - bare.us_per_cycle for bench, bare in rounds), 3
        ),
        overhead_us_per_job=round(
            median(bench.seconds - bench.cycles * bare.us_per_cycle / 1e6 for bench, bare in rounds)
            / jobs
            * 1e6,
            1,
        ),
        simulator_share=round(median(shares), 3) if shares else 0.0,
        processor={name: round(median(each.get(name, 0.0) for each in spent), 3) for name in purposes},
    )


def check_cycles(scenarios: Sequence[Scenario], log: TestLog, bare: BareResult) -> None:
    """Checks that each job took as many cycles in the bare loop as in the bench: both do the same work.

    Raises:
        UserError: One did not.
    """
    jobs = [job for scenario in scenarios for job in scenario.jobs]
    if len(log.jobs) != len(jobs) or len(bare.job_cycles) != len(jobs):
        raise UserError(
            f"bench_mix: {len(jobs)} jobs planned, {len(log.jobs)} ran in the bench and "
            f"{len(bare.job_cycles)} in the bare loop; no figures were written"
        )
    for ran, cycles in zip(log.jobs, bare.job_cycles, strict=True):
        if ran.cycles != cycles:
            raise UserError(
                f"bench_mix: scenario {ran.scenario} took {ran.cycles} cycles in the bench, {cycles} in the "
                "bare loop; regressions/speed/bare.cpp has to program jobs and grant accesses as tb/ does"
            )


def table(measured: SpeedFigures) -> list[tuple[str, str]]:
    """Names and values for people."""
    figures = {**asdict(measured), "processor": in_words(measured.processor)}
    return [
        (name.replace("_", " "), value if isinstance(value, str) else f"{value:,}")
        for name, value in figures.items()
    ]


def plan(device: Descriptor, end: int) -> Plan:
    """Returns the plan of scenarios `0 .. end-1` of `bench_mix`, after some to warm up."""
    test = entry()
    tests = tuple(Segment(test, SEED, 0, count) for count in (min(_WARM_UP, end), end))
    return Plan(descriptor=str(device.path), tests=tests)


def run_bench(
    command: Sequence[str], environment: dict[str, str], folder: Path, plan: Plan, timeout: float
) -> TestLog:
    """Run one simulation; return its log of `bench_mix`, all of whose jobs passed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plan.write(folder)
    log = folder / "sim.log"
    with log.open("w") as out:
        try:
            done = orphans.run(
                command, env=environment, stdout=out, stderr=subprocess.STDOUT, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"bench_mix did not end within {timeout:.0f} s (log: {log})") from None
    reader = ResultsReader(folder / "results.jsonl")
    reader.poll()
    tests = reader.log.tests
    if done.returncode != 0 or not reader.log.ended or len(tests) != 2:
        raise UserError(f"bench_mix: the simulation ended early, exit code {done.returncode} (log: {log})")
    for ran in tests:
        if ran.end is None or ran.end.status is not Status.PASSED:
            detail = ran.end.detail if ran.end else "it did not end"
            raise UserError(f"bench_mix failed: {detail}; only a device that passes can be measured")
    return tests[1]
