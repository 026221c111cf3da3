# SPDX-License-Identifier: Apache-2.0
"""Defects of the cluster: found by benches of single modules, or by random programs on the whole of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from regressions.cluster import units
from regressions.cluster.build import RTL, build_cluster
from regressions.cluster.firmware import CHECKS, PROGRAMS, build_program
from regressions.cluster.mutants import jobs as cluster_jobs
from regressions.cluster.mutants.jobs import EXPECTED, Part
from regressions.cluster.mutants.outcome import ClusterTask, Found, read_cluster, read_unit
from regressions.cluster.run import MEMORIES, REQUEST, prepare
from regressions.cluster.sizes import cluster_config
from regressions.judge import Ending, Outcome
from regressions.mutants.bench import Numbered, Rerun
from regressions.mutants.build import Copies, build_valid
from regressions.mutants.defects import Defect, Placement
from regressions.mutants.outcome import CRASH, TIME_LIMIT, Fate, Result
from regressions.mutants.rewrite import PLUSARG
from regressions.order import Order
from regressions.process import Command, Deadline, run_process
from regressions.results import ResultsReader
from tb.cluster.random_tasks import PROGRAM, draw_task
from tb.cluster.task import Task
from tb.stimulus.rng import derive

NAME = "cluster"
# Wall time of one simulation. A bench takes a second, and the cycles of a program are limited.
_SECONDS = 120.0
# Cycles of a program that checks the hardware; they end within a few thousand.
_CHECK_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Sources:
    """The cluster as a `regressions.mutants.defects.Sourced`, the source files that have the defects."""

    name: str
    sources: tuple[Path, ...]


CLUSTER = Sources(NAME, tuple(sorted(RTL.glob("cluster_*.sv"))))
"""The cluster's own modules; those whose names are the core's package's stand for parts of it."""


class _Limit(Deadline):
    """A limit on wall time."""

    def __init__(self) -> None:
        super().__init__({})
        self._end = time.monotonic() + _SECONDS

    def exceeded(self, reader: ResultsReader) -> str:
        """Tell why the simulation must stop: the wall time is over."""
        del reader
        return f"took more than {_SECONDS:.0f} s of wall time" if time.monotonic() > self._end else ""


class ClusterBench:
    """Campaign bench of the cluster, a `regressions.mutants.bench.Bench`.

    Args:
        order: The command line.
        job_list: Tests that run against each defect.
    """

    device = CLUSTER
    label = "mutants-cluster"
    counted = "cycles"
    options = f"DUT={NAME}"

    def __init__(self, order: Order, job_list: Path) -> None:
        self._jobs = cluster_jobs.load(job_list, order.seed)
        self._graded = order.graded
        self._logs = order.tree.logs
        self._programs: dict[str, Path] = {}
        self._tasks: dict[Part, ClusterTask] = {}
        self._folder = Path()
        self._rerun: Rerun = str

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self._jobs.seed

    def build(
        self, defects: Sequence[Defect], placement: Placement, chosen: Numbered, folder: Path
    ) -> dict[int, str]:
        """Build the parts that hold the chosen defects; return the reason for each that does not compile."""
        needed = [part for part in self._jobs.parts if any(part.has(defect.file) for _, defect in chosen)]
        self._jobs = replace(self._jobs, parts=tuple(needed))

        def make(copies: Copies, log: Path) -> dict[str, Path]:
            packages = [copies.package]
            built: dict[str, Path] = {}
            for part in needed:
                if part.unit is not None and part.name not in built:
                    built[part.name] = units.build_unit(part.unit, log, copies.changed, packages)
                elif part.unit is None and part.cluster not in built:
                    config = cluster_config(part.cluster)
                    built[part.cluster] = build_cluster(config, log, copies.changed, packages)
            return built

        self._programs, invalid = build_valid(defects, placement, folder, make)
        for part in needed:
            if part.unit is None:
                self._tasks[part] = self._task(part)
        return invalid

    def _task(self, part: Part) -> ClusterTask:
        name, folder = (part.check, CHECKS) if part.check else (PROGRAM, PROGRAMS)
        program = build_program(name, self._logs / f"sw-{name}.log", folder)
        config = cluster_config(part.cluster)
        if part.check:
            task = Task(program, cores=config.cores, limit=_CHECK_LIMIT)
            return ClusterTask(config, task, EXPECTED[part.check])
        drawn = draw_task(self.seed, part.number, config, program)
        return ClusterTask(config, drawn.task, drawn=drawn)

    def control(self, folder: Path, rerun: Rerun) -> tuple[str, int]:
        """Run everything without a defect."""
        self._folder, self._rerun = folder, rerun
        return asyncio.run(self._control())

    def run(self, chosen: Numbered, processes: int, report: Callable[[Result], None]) -> list[Result]:
        """Run the chosen defects in parallel and report each result."""
        return asyncio.run(self._run(chosen, processes, report))

    async def _control(self) -> tuple[str, int]:
        total = 0
        for part in self._jobs.parts:
            found = await self._simulate(part, 0, "control")
            if found.checkers:
                return f"{part.text}: {found.checkers[0]}: {found.detail}", total
            total += found.cycles
        return "", total

    async def _run(self, chosen: Numbered, processes: int, report: Callable[[Result], None]) -> list[Result]:
        results: dict[int, Result] = {}
        waiting = iter(chosen)

        async def work() -> None:
            for number, defect in waiting:
                results[number] = await self._defect(number, defect)
                report(results[number])

        async with asyncio.TaskGroup() as group:
            for _ in range(processes):
                group.create_task(work())
        return [results[number] for number, _ in chosen]

    async def _defect(self, number: int, defect: Defect) -> Result:
        started, cycles, tests = time.monotonic(), 0, []
        result = Result(defect, number, Fate.SURVIVED)
        for part in self._jobs.parts:
            if not part.has(defect.file):
                continue
            found = await self._simulate(part, number, defect.id)
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

    async def _simulate(self, part: Part, number: int, name: str) -> Found:
        folder = self._folder / name / part.text
        folder.mkdir(parents=True)
        argv = [*self._command(part, folder), f"+{PLUSARG}={number}"]
        reader = ResultsReader(folder / "results.jsonl")  # there is none: a bench says all in its log
        command = Command(argv, dict(os.environ), folder, self._rerun(name))
        outcome = await run_process(command, _Limit(), reader, lambda: None)
        if outcome.ending is Ending.INTERRUPTED:
            raise asyncio.CancelledError
        return self._read(part, folder, outcome)

    def _command(self, part: Part, folder: Path) -> list[str]:
        program = self._programs[part.name if part.unit else part.cluster]
        if part.unit is None:
            task = self._tasks[part]
            return prepare(program, task.config, task.task, folder)
        seed = derive(self.seed, "unit", part.name, part.number) >> 1
        return [str(program), str(seed), str(part.unit.amount)]

    def _read(self, part: Part, folder: Path, outcome: Outcome) -> Found:
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
