# SPDX-License-Identifier: Apache-2.0
"""``make merge``: one report from the runs of several machines."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from regressions.account import Account, SegmentEntry
from regressions.code_coverage import data as code_data
from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.measure import CodeCoverage, measure
from regressions.code_coverage.report import points_of
from regressions.conclusion import conclude
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.paths import relative
from regressions.portion import joined
from regressions.results import SimulationLog, TestLog, read_results
from regressions.run import Run
from regressions.run_parts import Parts, agree, missing, read_parts
from regressions.rundir import create_run
from regressions.selection import find_entry
from regressions.services import Services
from regressions.tiers import load_tiers
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.reading import read_json
from tb.exchange.status import Status

MUTANTS = "mutants.json"
LINKS = "runs"
"""Folder of links to the merged runs, so that logs and records are where the report says."""


def merge(order: Order, services: Services, console: Console) -> int:
    """Join runs into one and judge it as a whole: tests, goals, and coverage against the baseline.

    The order's ``runs`` are folders of runs, those of campaigns of mutants among them.

    Returns:
        0 if everything passed and no part is missing, else 1.

    Raises:
        UserError: There is nothing to merge, or the runs are not parts of one.
        SchemaError: A run is damaged.
    """
    campaigns = [
        read_json(folder / MUTANTS, "report of a campaign", "run it again")
        for folder in order.runs
        if (folder / MUTANTS).exists()
    ]
    parts = read_parts(folder for folder in order.runs if not (folder / MUTANTS).exists())
    if any(not campaign["graded"] for campaign in campaigns):
        console.print("kills do not count where they are not graded: make mutants GRADE=1 runs all tests")
    if not parts:
        raise UserError("RUNS: name the folders of runs, such as RUNS='here/build/runs/x there/build/runs/y'")
    agree(parts)
    first = parts[0][1].info
    devices = _devices(parts, services)
    folder = create_run(order.tree.runs, first.tier, first.seed)
    (folder / LINKS).mkdir()
    execution = Execution()
    for number, (place, part) in enumerate(parts, start=1):
        (folder / LINKS / str(number)).symlink_to(place.resolve())
        _add(execution, place, part, f"{LINKS}/{number}", order.entries, devices)
    everything, execution.results = execution.results, _once(execution.results)
    if repeated := len(everything) - len(execution.results):
        console.print(f"{repeated} segments ran in more than one run; they count once", highlight=False)
    faults = missing(parts)
    complete = not faults and all(part.info.complete for _, part in parts)
    goals = complete and _closes(first.tier) and bool(load_rules(devices[0]).goals)
    facts = (tuple(devices), folder, first.git, first.tools, complete, goals)
    left_out = dict.fromkeys(test for _, part in parts for test in part.left_out)
    portion = joined((part.info.portion for _, part in parts), incomplete=bool(faults))
    run = Run(order, first.tier, first.seed, *facts, tuple(left_out), portion)
    return conclude(run, execution, _code(parts, devices[0]), console, faults, campaigns)


def _devices(parts: Parts, services: Services) -> list[Descriptor]:
    """The devices of all runs, the main one first.

    Raises:
        UserError: One is another here than it was in the runs.
    """
    paths = dict.fromkeys(entry.descriptor for _, part in parts for entry in part.segments)
    origin = parts[0][1].info
    devices = [services.device(path) for path in paths]
    for device in devices:
        ran, here = origin.devices.get(device.name), dict(device.parameters)
        if ran != here:
            raise UserError(
                f"RUNS: {relative(device.path)}: the runs had parameters {ran!r}, here they are {here!r}; "
                f"merge where commit {origin.git or 'of the runs'} is checked out"
            )
    return sorted(devices, key=lambda device: list(origin.devices).index(device.name))


def _add(
    execution: Execution,
    run: Path,
    part: Account,
    place: str,
    tests: dict[str, TestEntry],
    devices: Sequence[Descriptor],
) -> None:
    """Take in a run: each segment with the results of its simulation."""
    names = {relative(device.path): device.name for device in devices}
    logs: dict[str, SimulationLog] = {}
    for entry in part.segments:
        found, device = find_entry(tests, entry.test), names[entry.descriptor]
        segment = Segment(found, entry.seed, entry.begin, entry.end, entry.jobs, 0, entry.kind, device)
        if entry.folder and entry.folder not in logs:
            logs[entry.folder] = read_results(run / entry.folder / "results.jsonl")
        tests_of = logs[entry.folder].tests if entry.folder else []
        log = next((test for test in tests_of if test.key == segment.key), None)
        folder = f"{place}/{entry.folder}" if entry.folder else ""
        execution.results.append(_result(segment, entry, folder, log))
    execution.cycles += part.cycles
    execution.seconds += part.seconds
    execution.processor.update(part.processor)
    for test, reasons in part.rejected.items():
        execution.reject(test, reasons)


def _result(segment: Segment, entry: SegmentEntry, folder: str, log: TestLog | None) -> SegmentResult:
    """A segment as it was judged; one that passed, but whose results are gone, did not."""
    status, detail = entry.status, entry.detail
    if log is None:
        if status is Status.PASSED:
            status, detail = Status.NOT_RUN, "its results.jsonl is missing: copy the whole folder of the run"
        return SegmentResult(segment, status, detail, folder)
    return SegmentResult(segment, status, detail, folder, log.jobs, log.failures, log.coverage, log.end)


def _once(results: Sequence[SegmentResult]) -> list[SegmentResult]:
    """Every segment once; of those that ran twice, the gravest outcome."""
    kept: dict[tuple[object, ...], SegmentResult] = {}
    for result in results:
        segment = result.segment
        key = (segment.device, segment.key, segment.seed, segment.kind)
        if key not in kept or result.status.gravity < kept[key].status.gravity:
            kept[key] = result
    return list(kept.values())


def _closes(label: str) -> bool:
    """Runs of a label have to reach the goals of code coverage."""
    tier = load_tiers().get(label)
    return label == "coverage" if tier is None else tier.coverage


def _code(parts: Parts, device: Descriptor) -> CodeCoverage | None:
    """Code coverage of the main device by all runs together."""
    found = [code_data.read(path) for path in points_of(folder for folder, _ in parts)]
    joined = code_data.joined(found).get(device.name)
    return None if joined is None else measure(joined, device)
