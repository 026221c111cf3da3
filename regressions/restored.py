# SPDX-License-Identifier: Apache-2.0
"""Executions of runs, read again from their accounts and the results of their simulations."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from regressions.account import Account, Origin, SegmentEntry
from regressions.code_coverage import data as code_data
from regressions.code_coverage.measure import CodeCoverage, measure
from regressions.code_coverage.report import points_of
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.paths import ROOT, relative
from regressions.results import SimulationLog, TestLog, read_results
from regressions.run_parts import Parts
from regressions.selection import find_entry
from regressions.services import Services
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status


def with_files(order: Order, origin: Origin) -> Order:
    """Return an order with the lists, covergroups and checkers that a run had."""
    return replace(
        order,
        lists=tuple(ROOT / path for path in origin.lists),
        covergroups=tuple(ROOT / path for path in origin.covergroups),
        checkers=tuple(ROOT / path for path in origin.checkers),
    )


def devices_of(parts: Parts, services: Services, variable: str) -> list[Descriptor]:
    """Read the devices of runs that a variable named, the main one first.

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
                f"{variable}: {relative(device.path)}: the runs had parameters {ran!r}, here they are "
                f"{here!r}; do it where commit {origin.git or 'of the runs'} is checked out"
            )
    return sorted(devices, key=lambda device: list(origin.devices).index(device.name))


def restore(
    execution: Execution,
    run: Path,
    part: Account,
    place: str,
    tests: dict[str, TestEntry],
    devices: Sequence[Descriptor],
) -> None:
    """Take in a run of a folder, by its account: each segment with the results of its simulation.

    `place` is the way from the folder of the report to that of the run; empty if they are one.
    """
    names = {relative(device.path): device.name for device in devices}
    logs: dict[str, SimulationLog] = {}
    for entry in part.segments:
        found, device = find_entry(tests, entry.test), names[entry.descriptor]
        segment = Segment(found, entry.seed, entry.begin, entry.end, entry.jobs, 0, entry.kind, device)
        if entry.folder and entry.folder not in logs:
            logs[entry.folder] = read_results(run / entry.folder / "results.jsonl")
        tests_of = logs[entry.folder].tests if entry.folder else []
        log = next((test for test in tests_of if test.key == segment.key), None)
        folder = f"{place}/{entry.folder}".lstrip("/") if entry.folder else ""
        execution.results.append(_result(segment, entry, folder, log))
    execution.cycles += part.cycles
    execution.seconds += part.seconds
    execution.processor.update(part.processor)
    for name, seconds in part.builds.items():
        execution.builds[name] = execution.builds.get(name, 0.0) + seconds
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


def code_of(parts: Parts, device: Descriptor) -> CodeCoverage | None:
    """Measure the code coverage of the main device by all runs together."""
    found = [code_data.read(path) for path in points_of(folder for folder, _ in parts)]
    joined = code_data.joined(found).get(device.name)
    return None if joined is None else measure(joined, device)
