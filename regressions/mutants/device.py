# SPDX-License-Identifier: Apache-2.0
"""Defects of a device behind the contract's ports: found by the bench, in jobs of the test lists."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from msgspec import structs

from regressions.deadline import Deadline, TimeLimit
from regressions.job_list import find_segments, load, parse, without_meaning
from regressions.judge import ProcessEnd, judge
from regressions.mutants.build import Copies, build_valid
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult, Fate, read_result
from regressions.mutants.placement import Placement, place_all
from regressions.mutants.simulations import CONTROL, Simulations
from regressions.mutants.target import Numbered
from regressions.order import Order
from regressions.paths import relative
from regressions.planner import RANDOM_STATE, Simulation, state_seed
from regressions.planning import build_kind, with_kind
from regressions.results import SimulationLog
from regressions.services import Services
from regressions.simulators.base import Build
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan, Segment
from tb.exchange.status import Status

_STARTS = 8  # random states that a defect is tried from
JOBS = Path(__file__).with_name("jobs.toml")
"""Jobs that run with each defect: parts of the tests of the lists."""
# Wall time of a defect's simulation: generous, since the watchdog of each scenario already limits its cycles.
# Only a device that stops simulated time gets here.
_LEAST_SECONDS = 120.0
_TIMES_CONTROL = 10.0


@dataclass(frozen=True, slots=True)
class _Run:
    """Jobs of one simulation."""

    kind: str  # build kind
    jobs: Simulation
    part: str  # folder in that of the defect; empty for that
    start: int = 0  # number of the random state


class DeviceTarget:
    """A device of `tb/duts`; all jobs are those of one simulation (`regressions.mutants.target.Target`).

    Tests that have no meaning on the device are left out. A defect may name jobs that run before those of the
    list, and with each that has a reason. One whose
    kind of build starts from random state has a few such simulations, each from another one.

    Args:
        order: The command line.
        services: Simulator and testbench.
        name: Name or path of the device.

    Raises:
        UserError: There is no such build kind, or test.
    """

    counted = "jobs"

    def __init__(self, order: Order, services: Services, name: str) -> None:
        self.device = services.device(name)
        self.rerun = order.rerun_options(self.device)
        self._simulator = services.simulator("verilator")
        self._kind = build_kind(order, services)
        jobs = order.job_list or JOBS
        every = load(jobs, order.entries, services, self.device, "fast", order.seed)
        self.seed = every.segments[0].seed
        self._services = services
        kept, self.left_out = without_meaning(every.segments, services, self.device)
        self._jobs = replace(every, segments=kept)
        self._find = partial(
            find_segments,
            entries=order.entries,
            services=services,
            device=self.device,
            kind="fast",
            seed=self.seed,
        )
        self._own: list[tuple[Segment, ...]] = []
        self._chosen: Numbered = ()
        self._graded = order.graded
        self._processes = order.processes
        self._placement = Placement({}, ())
        self._builds: dict[str, Build] = {}
        self._seconds = _LEAST_SECONDS

    def place(self, defects: Sequence[Defect]) -> None:
        """Find every defect in the sources, and the tests that it names."""
        self._placement = place_all(defects, self.device)
        found = (self._find(parse(defect.jobs, defect.where.key("jobs"))) for defect in defects)
        self._own = [without_meaning(own, self._services, self.device)[0] for own in found]
        named = {segment.key: segment for own in self._own for segment in own}
        for index, defect in enumerate(defects):
            # What is to survive has to survive everything.
            if defect.reason:
                self._own[index] = tuple(named.values())

    def build(self, defects: Sequence[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Compile all defects that compile; returns numbers of the others, with the compiler's words."""
        kinds = sorted({self._kind or defect.kind for _, defect in chosen})
        self._chosen = chosen

        def make(copies: Copies, log: Path) -> dict[str, Build]:
            device = mutated(self.device, copies)
            return {kind: self._simulator.build(device, kind, log) for kind in kinds}

        self._builds, invalid = build_valid(defects, self._placement, folder, make)
        return invalid

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Run the jobs without a defect; return the problems and the number of those that run with each.

        The jobs that chosen defects name run in simulations of their own.
        """
        free = asyncio.Semaphore(self._processes)

        async def run(it: _Run) -> tuple[str, int]:
            async with free:
                deadline = Deadline({segment.key: segment.entry.timeout for segment in it.jobs.segments})
                log, outcome, _ = await self._simulate(0, CONTROL, it, simulations, deadline)
            self._seconds = max(self._seconds, _TIMES_CONTROL * outcome.seconds)
            bad = [r for r in judge(it.jobs, log, outcome, "") if r.status is not Status.PASSED]
            fault = f"test {bad[0].segment.entry.name}: {bad[0].detail}" if bad else ""
            return fault, sum(len(test.jobs) for test in log.tests)

        runs = [_Run(kind, self._jobs, kind) for kind in self._builds]
        for kind in self._builds:
            its = [number for number, defect in self._chosen if (self._kind or defect.kind) == kind]
            own = {segment.key: segment for number in its for segment in self._own[number - 1]}
            for (name, begin, end), segment in own.items():
                runs.append(_Run(kind, Simulation(0, (segment,)), f"{kind}-{name}-{begin}-{end}"))
        results = await asyncio.gather(*map(run, runs))
        return next((fault for fault, _ in results if fault), ""), results[0][1]

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Run the jobs with a defect, its own first, until something is found."""
        count, seconds = 0, 0.0
        kind = self._kind or defect.kind
        segments = {segment.key: segment for segment in (*self._own[number - 1], *self._jobs.segments)}
        jobs = Simulation(0, tuple(segments.values()))
        for start in range(_STARTS if kind == RANDOM_STATE else 1):
            it = _Run(kind, jobs, f"start-{start}" if kind == RANDOM_STATE else "", start)
            deadline = TimeLimit(self._seconds, go_on=self._graded)
            log, outcome, folder = await self._simulate(number, defect.id, it, simulations, deadline)
            result = read_result(defect, number, folder, jobs, log, outcome)
            count, seconds = count + result.after, seconds + result.seconds
            if result.fate is Fate.KILLED:
                break
        return replace(result, after=count, seconds=round(seconds, 3))

    async def _simulate(
        self, number: int, name: str, it: _Run, simulations: Simulations, deadline: Deadline
    ) -> tuple[SimulationLog, ProcessEnd, Path]:
        folder = simulations.make_folder(name, it.part)
        state = state_seed(self.seed, name, it.start) if it.kind == RANDOM_STATE else 0
        segments = tuple(with_kind(it.jobs.segments, it.kind))
        Plan(descriptor=relative(self.device.path), tests=segments, state=state).write(folder)
        argv, environment = self._simulator.command(self._builds[it.kind], folder, state=state)
        return *(await simulations.run(name, number, argv, environment, folder, deadline)), folder


def mutated(descriptor: Descriptor, copies: Copies) -> Descriptor:
    """The device that is made of copies of its sources."""
    changed = (copies.changed.get(path.name, path) for path in descriptor.sources)
    # Whole signals that are stuck are written for values of any type.
    flags = (*descriptor.flags, "-Wno-ENUMVALUE")
    sources = (copies.package, *changed)
    return structs.replace(descriptor, name=f"{descriptor.name}-mutants", sources=sources, flags=flags)
