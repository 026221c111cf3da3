# SPDX-License-Identifier: Apache-2.0
"""One run from its plan to its published report."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from regressions import coverage_baseline
from regressions.code_coverage import report as code_report
from regressions.code_coverage.measure import CodeCoverage
from regressions.coverage.measure import Coverage, Part, measure
from regressions.executor import Execution, Executor
from regressions.grading import grade, kills
from regressions.info import RunInfo
from regressions.judge import SegmentResult
from regressions.known_issues import stale
from regressions.paths import BuildTree, relative
from regressions.planner import Segment, Simulation, pack
from regressions.process import Command
from regressions.progress import RunProgress
from regressions.provenance import git_revision, tool_versions
from regressions.report import print_verdict, write_reports
from regressions.rundir import CLUSTER_COVERAGE, COVERAGE, RESULTS, create_run, publish
from regressions.services import Services
from regressions.simulators.base import Build, BuildError, Simulator
from regressions.summary import Summary, results_json, summarize, write_json
from regressions.testlist import TestEntry
from tb.coverage.counts import Counts
from tb.coverage.covergroups import CLUSTER_FILE, load_definition
from tb.coverage.definition import Definition
from tb.descriptor import Descriptor
from tb.status import Status

EXIT_PASSED, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Request:
    """What to run.

    Attributes:
        label: Tier, or another name under which the report is published.
        seed: Seed shown for the run.
        devices: The devices, the main one first.
        simulations: In the order in which to start them.
        builds: Names of devices and build kinds that they need.
        planned: All segments; None in a soak.
        options: Make variables besides TEST and SEED that a rerun on each device needs.
        processes: How many simulations run at a time.
        waves: Whether simulations write waves.
        soak_seconds: Wall time after which nothing further is started; None for the whole list.
        goals: Whether the main device's goals of code coverage have to be reached.
        complete: Whether it is all that the label stands for, or a part of that.
        keep: Whether its coverage is kept from now on.
        shard: Which part of the label's run it is; empty for all of it.
        whole_opinions: Second opinions are asked on all outputs of one in so many jobs; 0 for none.
        covergroups: Definitions of coverage besides the project's own.
        closing: Gives the segments that close what the others covered not; None for a run without.
    """

    label: str
    seed: int
    devices: Sequence[Descriptor]
    simulations: Iterator[Simulation]
    builds: Sequence[tuple[str, str]]
    planned: Sequence[Segment] | None
    options: dict[str, str]
    processes: int
    waves: bool = False
    soak_seconds: float | None = None
    goals: bool = False
    complete: bool = False
    keep: bool = False
    shard: str = ""
    whole_opinions: int = 0
    covergroups: tuple[Path, ...] = ()
    closing: Callable[[Coverage], list[Segment]] | None = None


def perform(request: Request, services: Services, tree: BuildTree, console: Console) -> int:
    """Builds, simulates, reports; returns the exit code.

    Raises:
        OSError: Outputs cannot be written; earlier reports are untouched.
    """
    simulator = services.simulator("verilator")
    git, tools = git_revision(), tool_versions(simulator.version())
    run = create_run(tree.runs, request.label, request.seed)
    main = request.devices[0]
    info = RunInfo(
        run_id=run.name,
        tier=request.label,
        seed=request.seed,
        git=git,
        tools=tools,
        dut=main.name,
        parameters=dict(main.parameters),
        options=request.options,
        devices={device.name: dict(device.parameters) for device in request.devices},
        known_issues=tuple(
            f"{issue.id}: {issue.reason}" for device in request.devices for issue in device.known_issues
        ),
        shard=request.shard,
        complete=request.complete,
    )
    names = ", ".join(info.devices)
    console.print(f"{info.tier}: device {names}, seed {info.seed}, {relative(run)}", highlight=False)
    runner = _Runner(request, simulator, info, run, console)
    execution = runner.execute()
    if request.closing is not None and not execution.interrupted:
        with console.status("making scenarios for the bins that are still open"):
            definition = load_definition(request.covergroups)
            segments = request.closing(covered(execution.results, _alone(request.devices), definition))
        execution.add(runner.close(segments))
    end = Conclusion(run, info, request.devices, request.goals, request.keep, request.covergroups)
    try:
        code = code_report.collect(run, execution.results, simulator, main)
    except BuildError as error:
        return conclude(end, execution, None, tree, console, [str(error)])
    return conclude(end, execution, code, tree, console)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a run is judged as.

    Attributes:
        run: Its folder.
        info: What it is about.
        devices: The devices, the main one first.
        goals: Whether the main device's goals of code coverage have to be reached.
        keep: Whether its coverage is kept from now on.
        covergroups: Definitions of coverage besides the project's own.
    """

    run: Path
    info: RunInfo
    devices: Sequence[Descriptor]
    goals: bool = False
    keep: bool = False
    covergroups: tuple[Path, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it has to cover what is kept for its label: it is all of it."""
        return self.info.complete and not self.info.shard


def conclude(
    end: Conclusion,
    execution: Execution,
    code: CodeCoverage | None,
    tree: BuildTree,
    console: Console,
    faults: Sequence[str] = (),
    campaigns: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Judges what was executed, writes and publishes all reports; returns the exit code.

    Args:
        end: What is judged, and how.
        execution: What was executed.
        code: Code coverage of the main device, if any was measured.
        tree: Where reports are published.
        console: For people.
        faults: What is known to be wrong besides the tests.
        campaigns: Contents of `mutants.json` files.

    Raises:
        OSError: Outputs cannot be written; earlier reports are untouched.
    """
    run, info, main = end.run, end.info, end.devices[0]
    summary = summarize(info, execution, relative(run))
    alone = _alone(end.devices)
    clusters = [device for device in end.devices if device.cluster is not None]
    summary.coverage = covered(execution.results, alone, load_definition(end.covergroups))
    if clusters:
        summary.cluster = covered(execution.results, clusters, load_definition(first=CLUSTER_FILE))
        write_json(run / CLUSTER_COVERAGE, summary.cluster.to_json())
    write_json(run / COVERAGE, summary.coverage.to_json())
    summary.code = code
    summary.faults += [*faults, *_coverage_faults(end, summary)]
    # A part of a tier may have missed the jobs that show an issue.
    (summary.faults if end.complete else summary.notes).extend(stale(execution.results, end.devices))
    if code is not None:
        code_report.write(run / code_report.FOLDER / main.name, code, main, info.run_id, int(time.time()))
    summary.grades = grade(summary.coverage, code.data if code else None, kills(campaigns))
    write_reports(run, summary, tree.bench)
    descriptors = {device.name: relative(device.path) for device in end.devices}
    write_json(run / RESULTS, results_json(summary, execution.results, descriptors))
    if end.keep and summary.passed:
        coverage_baseline.keep(summary)
        console.print(f"kept: {relative(coverage_baseline.FILE)}", highlight=False)
    # A part takes no complete report's place.
    shown = run if summary.interrupted or info.shard else publish(tree, info.tier, run)
    print_verdict(console, summary, shown)
    if summary.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_PASSED if summary.passed else EXIT_FAILED


def _coverage_faults(end: Conclusion, summary: Summary) -> list[str]:
    """What is wrong with the coverage of a run that came to its end."""
    code = summary.code
    faults = list(code.complaints) if code else []
    if summary.interrupted:
        return faults
    if end.goals:
        faults += code.short() if code else [f"no simulation of {end.devices[0].name} left code coverage"]
    return faults + (coverage_baseline.dropped(summary) if end.complete and not end.keep else [])


def _alone(devices: Sequence[Descriptor]) -> list[Descriptor]:
    """The devices that are no clusters, whose coverage has bins of its own."""
    return [device for device in devices if device.cluster is None]


def covered(
    results: Sequence[SegmentResult], devices: Sequence[Descriptor], definition: Definition
) -> Coverage:
    """Functional coverage of what ran on some devices; a simulation that ended early counts for nothing."""
    names = {device.name for device in devices}
    parts: list[Part] = []
    for result in results:
        if result.coverage is not None and result.segment.device in names:
            counts = Counts.from_json(result.coverage.to_json(), definition)
            parts.append((result.segment.device, result.segment.entry.name, counts))
    return measure(parts, devices, definition)


class _Runner:
    """Builds on demand and executes the simulations of a request."""

    def __init__(
        self, request: Request, simulator: Simulator, info: RunInfo, run: Path, console: Console
    ) -> None:
        self._request = request
        self._simulator = simulator
        self._info = info
        self._run = run
        self._console = console
        self._devices = {device.name: device for device in request.devices}
        self._builds: dict[tuple[str, str], Build] = {}
        self._failed: list[SegmentResult] = []

    def execute(self) -> Execution:
        request = self._request
        planned = request.planned
        try:
            failures = {build: self._build(*build) for build in request.builds}
        except KeyboardInterrupt:
            rest = [] if planned is None else list(planned)
            results = [SegmentResult(s, Status.NOT_RUN, "interrupted before it started", "") for s in rest]
            return Execution(results=results, interrupted=True)
        return self._simulate(request.simulations, planned, failures, request.soak_seconds)

    def close(self, segments: Sequence[Segment]) -> Execution:
        """Runs further segments, after all others."""
        if not segments:
            return Execution()
        self._failed = []
        wanted = dict.fromkeys((segment.device, segment.kind) for segment in segments)
        try:
            failures = {build: "" if build in self._builds else self._build(*build) for build in wanted}
        except KeyboardInterrupt:
            return Execution(interrupted=True)
        simulations = pack(segments, self._request.processes)
        return self._simulate(iter(simulations), segments, failures)

    def _simulate(
        self,
        simulations: Iterator[Simulation],
        planned: Sequence[Segment] | None,
        failures: dict[tuple[str, str], str],
        seconds: float | None = None,
    ) -> Execution:
        request = self._request
        first = len(list((self._run / "sims").glob("*")))
        with RunProgress(
            self._console,
            None if planned is None else len(planned),
            None if planned is None else sum(segment.jobs for segment in planned),
        ) as progress:
            executor = Executor(self._run, request.processes, self._command, self._plan, progress, first)
            until = None if seconds is None else time.monotonic() + seconds
            execution = executor.execute(self._ready(simulations, failures), until)
        execution.results += self._failed
        return execution

    def _ready(
        self, simulations: Iterator[Simulation], failures: dict[tuple[str, str], str]
    ) -> Iterator[Simulation]:
        """The simulations whose build exists; the segments of the others are noted as failed builds."""
        for simulation in simulations:
            message = failures[simulation.device, simulation.kind]
            if not message:
                yield simulation
                continue
            self._failed += [
                SegmentResult(segment, Status.BUILD_FAILED, message, "") for segment in simulation.segments
            ]
            if self._request.planned is None and all(failures.values()):
                return  # a soak would note failures without end

    def _build(self, name: str, kind: str) -> str:
        """Builds one kind of a device; returns an error message or an empty text."""
        log = self._run / f"build-{name}-{kind}.log"
        started = time.monotonic()
        with self._console.status(f"building {name} ({kind}), log {relative(log)}"):
            try:
                build = self._simulator.build(self._devices[name], kind, log)
            except BuildError as error:
                self._console.print(f"build_failed {name} ({kind}): {error}", style="bold red", markup=False)
                return str(error)
        self._builds[name, kind] = build
        how = "found in the cache" if build.cached else f"built in {time.monotonic() - started:.0f} s"
        self._console.print(f"{name} ({kind}) {how}", highlight=False)
        return ""

    def _command(self, simulation: Simulation, folder: Path) -> Command:
        build = self._builds[simulation.device, simulation.kind]
        argv, environment = self._simulator.command(build, folder, waves=self._request.waves)
        return Command(argv, environment, folder, _rerun(simulation, self._info, self._request.waves))

    def _plan(self, simulation: Simulation) -> object:
        device = self._devices[simulation.device]
        return {
            "schema": 1,
            "descriptor": relative(device.path),
            "tests": [segment.to_json() for segment in simulation.segments],
            "replay": None,
            "whole_opinions": self._request.whole_opinions,
            "coverage": {"files": [str(path.resolve()) for path in self._request.covergroups]},
            "programs": programs([segment.entry for segment in simulation.segments], device, self._run),
        }


def programs(entries: Sequence[TestEntry], device: Descriptor, logs: Path) -> dict[str, dict[str, str]]:
    """What a plan says of the programs of its tests; nothing where the device is alone."""
    if device.cluster is None:
        return {}
    # Imported here: most runs, and the runner's own tests, need none of it.
    from regressions.testbench import programs_of

    return programs_of(entries, device, logs)


def _rerun(simulation: Simulation, info: RunInfo, waves: bool) -> str:
    """The command that repeats a whole simulation, segment for segment."""
    selectors = ",".join(segment.selector for segment in simulation.segments)
    kind = f" KIND={simulation.kind}" if simulation.kind not in ("fast", "waves") else ""
    options = info.rerun_options(simulation.device)
    flag = " WAVES=1" if waves else ""
    return f"make run TEST={selectors} SEED={simulation.segments[0].seed}{kind}{flag}{options}"
