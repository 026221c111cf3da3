# SPDX-License-Identifier: Apache-2.0
"""Defects of the cluster: found by unit benches, or by random programs on the whole cluster."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from regressions.cluster import units
from regressions.cluster.build import RTL, build_cluster
from regressions.cluster.firmware import CHECKS, PROGRAMS, build_program
from regressions.cluster.kind import ClusterRunner
from regressions.cluster.mutants import jobs
from regressions.cluster.mutants.jobs import EXPECTED, ClusterPart
from regressions.cluster.mutants.outcome import ClusterTask, Found, read_cluster, read_unit
from regressions.cluster.run import MEMORIES, REQUEST, prepare
from regressions.deadline import TimeLimit
from regressions.errors import UserError
from regressions.judge import Ending, ProcessEnd
from regressions.mutants.build import Copies, build_valid
from regressions.mutants.defects import Defect, refuse_jobs
from regressions.mutants.outcome import CRASH, TIME_LIMIT, DefectResult, Fate
from regressions.mutants.placement import Placement, place_all
from regressions.mutants.simulations import CONTROL, Simulations
from regressions.mutants.target import Numbered
from regressions.order import Order
from regressions.services import Services
from tb.cluster.config import cluster_of
from tb.cluster.streams.traffic import TrafficStream
from tb.cluster.task import Task
from tb.descriptor import load
from tb.stimulus.rng import derive

NAME = ClusterRunner.name
# Wall time of one simulation. A bench takes a second, and the cycles of a program are limited.
_SECONDS = 120.0
# Cycles of a program that checks the hardware; they end within a few thousand.
_CHECK_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class ClusterSources:
    """Sources of the cluster, which may have defects (`regressions.mutants.placement.Sourced`)."""

    name: str
    sources: tuple[Path, ...]
    includes: tuple[Path, ...] = ()


CLUSTER = ClusterSources(NAME, tuple(sorted(RTL.glob("cluster_*.sv"))))
"""The cluster's own modules; those whose names are the core's package's stand for parts of it."""


def sources(_: str) -> ClusterSources:
    """The sources of clusters of all sizes."""
    return CLUSTER


class ClusterTarget:
    """The cluster; unit benches and programs run one after the other (`regressions.mutants.target.Target`).

    Services and name are not needed: what is built and run is the cluster's own, and clusters of all sizes
    share their modules.

    Raises:
        UserError: A build kind is asked for.
    """

    device = CLUSTER
    counted = "cycles"
    left_out = ()
    rerun = f"DUT={NAME}"

    def __init__(self, order: Order, services: Services, name: str) -> None:
        del services, name
        if order.kind:
            raise UserError(
                f"KIND: defects of {NAME} have one kind of build; name another DUT or leave it out"
            )
        self.seed, self._parts = jobs.load(order.job_list or jobs.JOBS, order.seed)
        self._graded = order.graded
        self._logs = order.tree.logs
        self._placement = Placement({}, ())
        self._programs: dict[str, Path] = {}
        self._tasks: dict[ClusterPart, ClusterTask] = {}

    def place(self, defects: Sequence[Defect]) -> None:
        """Find every defect in the sources."""
        refuse_jobs(defects)
        self._placement = place_all(defects, self.device)

    def build(self, defects: Sequence[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Compile all defects that compile; returns numbers of the others, with the compiler's words."""
        self._parts = [part for part in self._parts if any(part.has(defect.file) for _, defect in chosen)]

        def make(copies: Copies, log: Path) -> dict[str, Path]:
            packages = [copies.package]
            built: dict[str, Path] = {}
            for part in self._parts:
                if part.unit is not None and part.name not in built:
                    built[part.name] = units.build_unit(part.unit, log, copies.changed, packages)
                elif part.unit is None and part.cluster not in built:
                    config = cluster_of(load(part.cluster))
                    built[part.cluster] = build_cluster(config, log, copies.changed, packages)
            return built

        self._programs, invalid = build_valid(defects, self._placement, folder, make)
        for part in self._parts:
            if part.unit is None:
                self._tasks[part] = self._task(part)
        return invalid

    def _task(self, part: ClusterPart) -> ClusterTask:
        name, folder = (part.check, CHECKS) if part.check else (TrafficStream.program, PROGRAMS)
        program = build_program(name, self._logs / f"sw-{name}.log", folder)
        config = cluster_of(load(part.cluster))
        if part.check:
            task = Task(program, cores=config.cores, limit=_CHECK_LIMIT)
            return ClusterTask(config, task, EXPECTED[part.check])
        stream = TrafficStream(NAME, self.seed, {}, load(part.cluster))
        drawn = stream.run(part.number).with_program(program)
        return ClusterTask(config, drawn.task, drawn=drawn)

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Run everything without a defect; return the problems and the number of cycles."""
        total = 0
        for part in self._parts:
            found = await self._simulate(part, 0, CONTROL, simulations)
            if found.checkers:
                return f"{part.text}: {found.checkers[0]}: {found.detail}", total
            total += found.cycles
        return "", total

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Run everything that has a defect's module, until something is found."""
        started, cycles, tests = time.monotonic(), 0, []
        result = DefectResult(defect, number, Fate.SURVIVED)
        for part in self._parts:
            if not part.has(defect.file):
                continue
            found = await self._simulate(part, number, defect.id, simulations)
            if result.fate is Fate.SURVIVED:
                cycles += found.cycles
            if not found.checkers:
                continue
            tests.append(part.name)
            if result.fate is Fate.SURVIVED:
                detail = " ".join(found.detail.split())[:300]
                result = replace(
                    result, fate=Fate.KILLED, checkers=found.checkers, test=part.name, detail=detail
                )
            if not self._graded:
                break
        seconds = round(time.monotonic() - started, 3)
        return replace(result, after=cycles, seconds=seconds, tests=tuple(dict.fromkeys(tests)))

    async def _simulate(self, part: ClusterPart, number: int, name: str, simulations: Simulations) -> Found:
        folder = simulations.make_folder(name, part.text)
        argv = self._command(part, folder)
        _, outcome = await simulations.run(name, number, argv, os.environ, folder, TimeLimit(_SECONDS))
        return self._read(part, folder, outcome)

    def _command(self, part: ClusterPart, folder: Path) -> list[str]:
        program = self._programs[part.name if part.unit else part.cluster]
        if part.unit is None:
            task = self._tasks[part]
            return prepare(program, task.config, task.task, folder)
        seed = derive(self.seed, "unit", part.name, part.number) >> 1
        return [str(program), str(seed), str(part.unit.amount)]

    def _read(self, part: ClusterPart, folder: Path, outcome: ProcessEnd) -> Found:
        said = (folder / "sim.log").read_text(errors="replace")
        if outcome.ending is Ending.TIMEOUT:
            return Found((TIME_LIMIT,), outcome.detail, 0)
        if part.unit is not None:
            return read_unit(said, outcome)
        if outcome.code != 0:
            return Found((CRASH,), outcome.detail, 0)
        found = read_cluster(self._tasks[part], folder, said)
        # Megabytes each; the request repeats what was found.
        (folder / MEMORIES).unlink()
        if not found.checkers:
            (folder / REQUEST).unlink()
        return found
