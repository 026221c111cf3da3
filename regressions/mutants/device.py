# SPDX-License-Identifier: Apache-2.0
"""Defects of a device behind the contract's ports: found by the bench, in jobs of the test lists."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from regressions.deadline import Deadline
from regressions.job_list import load
from regressions.judge import ProcessEnd, judge
from regressions.mutants.build import Copies, build_valid
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult, Fate, read_result
from regressions.mutants.placement import Placement, place_all
from regressions.mutants.simulations import CONTROL, Simulations, TimeLimit
from regressions.mutants.target import Numbered
from regressions.order import Order
from regressions.paths import relative
from regressions.planner import RANDOM_STATE, state_seed
from regressions.planning import build_kind, with_kind
from regressions.results import SimulationLog
from regressions.services import Services
from regressions.simulators.base import Build
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan
from tb.exchange.status import Status

_STARTS = 4  # random states that a defect is tried from
JOBS = Path(__file__).with_name("jobs.toml")
"""Jobs that run with each defect: parts of the tests of the lists."""
# Wall time of a defect's simulation: generous, since the watchdog of each scenario already limits its cycles.
# Only a device that stops simulated time gets here.
_LEAST_SECONDS = 120.0
_TIMES_CONTROL = 10.0


class DeviceTarget:
    """A device of `tb/duts`; all jobs are those of one simulation (`regressions.mutants.target.Target`).

    A defect whose kind of build starts from random state has a few such simulations, each from another one.

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
        self._jobs = load(jobs, order.entries, services, self.device, "fast", order.seed)
        self.seed = self._jobs.segments[0].seed
        self._graded = order.graded
        self._placement = Placement({}, ())
        self._builds: dict[str, Build] = {}
        self._seconds = _LEAST_SECONDS

    def place(self, defects: Sequence[Defect]) -> None:
        """Find every defect in the sources."""
        self._placement = place_all(defects, self.device)

    def build(self, defects: Sequence[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Compile all defects that compile; returns numbers of the others, with the compiler's words."""
        kinds = sorted({self._kind or defect.kind for _, defect in chosen})

        def make(copies: Copies, log: Path) -> dict[str, Build]:
            device = mutated(self.device, copies)
            return {kind: self._simulator.build(device, kind, log) for kind in kinds}

        self._builds, invalid = build_valid(defects, self._placement, folder, make)
        return invalid

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Run the jobs without a defect; return the problems and the number of jobs."""
        timeouts = {segment.key: segment.entry.timeout for segment in self._jobs.segments}
        done = 0
        for kind in self._builds:
            log, outcome, _ = await self._simulate(0, CONTROL, kind, 0, simulations, Deadline(timeouts))
            self._seconds = max(self._seconds, _TIMES_CONTROL * outcome.seconds)
            bad = [r for r in judge(self._jobs, log, outcome, "") if r.status is not Status.PASSED]
            done = sum(len(test.jobs) for test in log.tests)
            if bad:
                return f"test {bad[0].segment.entry.name}: {bad[0].detail}", done
        return "", done

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Run the jobs with a defect, until something is found."""
        jobs, seconds = 0, 0.0
        kind = self._kind or defect.kind
        for start in range(_STARTS if kind == RANDOM_STATE else 1):
            deadline = TimeLimit(self._seconds, go_on=self._graded)
            run = await self._simulate(number, defect.id, kind, start, simulations, deadline)
            log, outcome, folder = run
            result = read_result(defect, number, folder, self._jobs, log, outcome)
            jobs, seconds = jobs + result.after, seconds + result.seconds
            if result.fate is Fate.KILLED:
                break
        return replace(result, after=jobs, seconds=round(seconds, 3))

    async def _simulate(
        self, number: int, name: str, kind: str, start: int, simulations: Simulations, deadline: Deadline
    ) -> tuple[SimulationLog, ProcessEnd, Path]:
        random = kind == RANDOM_STATE
        folder = simulations.make_folder(name, f"start-{start}" if random else "")
        state = state_seed(self.seed, name, start) if random else 0
        segments = tuple(with_kind(self._jobs.segments, kind))
        Plan(descriptor=relative(self.device.path), tests=segments, state=state).write(folder)
        argv, environment = self._simulator.command(self._builds[kind], folder, state=state)
        return *(await simulations.run(name, number, argv, environment, folder, deadline)), folder


def mutated(descriptor: Descriptor, copies: Copies) -> Descriptor:
    """The device that is made of copies of its sources."""
    changed = (copies.changed.get(path.name, path) for path in descriptor.sources)
    # Whole signals that are stuck are written for values of any type.
    flags = (*descriptor.flags, "-Wno-ENUMVALUE")
    sources = (copies.package, *changed)
    return structs.replace(descriptor, name=f"{descriptor.name}-mutants", sources=sources, flags=flags)
