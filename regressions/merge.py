# SPDX-License-Identifier: Apache-2.0
"""``make merge``: one report from the runs of several machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from regressions.code_coverage import data as code_data
from regressions.code_coverage.exclusions import load_rules
from regressions.code_coverage.measure import CodeCoverage, measure
from regressions.code_coverage.report import points_of
from regressions.errors import UserError
from regressions.executor import Execution
from regressions.info import Run
from regressions.judge import SegmentResult
from regressions.order import Order
from regressions.paths import relative
from regressions.results import SimulationLog, TestLog, read_results
from regressions.run import conclude
from regressions.rundir import RESULTS, create_run
from regressions.selection import find_entry
from regressions.services import Services
from regressions.shards import Shard, parse_shard
from regressions.tiers import load_tiers
from tb.descriptor import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status
from tb.schema import SchemaError

MUTANTS = "mutants.json"
LINKS = "runs"
"""Folder of links to the merged runs, so that logs and records are where the report says."""

Key = tuple[str, str, int, int, int, str]


@dataclass(frozen=True, slots=True)
class RunPart:
    """A run that is merged.

    Attributes:
        folder: Where it is.
        label: Tier, or another name of its report.
        seed: Its seed.
        git: Its commit.
        tools: Versions.
        dut: Its main device.
        devices: Parameters of its devices, by name, the main one first.
        shard: The part of its label's run that it is; None for all of it.
        complete: It is all that its label stands for, or a shard of that.
        results: Content of its ``results.json``.
    """

    folder: Path
    label: str
    seed: int
    git: str
    tools: dict[str, str]
    dut: str
    devices: Mapping[str, Mapping[str, Any]]
    shard: Shard | None
    complete: bool
    results: Mapping[str, Any]


def merge(order: Order, services: Services, console: Console) -> int:
    """Joins runs into one and judges that as a whole: tests, goals, and coverage against what is kept.

    Args:
        order: The command line; its ``runs`` are folders of runs, those of campaigns of mutants among them.
        services: Devices and tests.
        console: For people.

    Returns:
        0 if everything passed and no part is missing, else 1.

    Raises:
        UserError: There is nothing to merge, or the runs are not parts of one.
        SchemaError: A run is damaged.
    """
    campaigns = [_json(folder / MUTANTS) for folder in order.runs if (folder / MUTANTS).exists()]
    parts = [_part(folder) for folder in order.runs if not (folder / MUTANTS).exists()]
    if any(not campaign["graded"] for campaign in campaigns):
        console.print("kills do not count where they are not graded: make mutants GRADE=1 runs all tests")
    if not parts:
        raise UserError("RUNS: name the folders of runs, such as RUNS='here/build/runs/x there/build/runs/y'")
    first = _agree(parts)
    devices = [services.device(path) for path in _descriptors(parts)]
    devices.sort(key=lambda device: list(first.devices).index(device.name))
    folder = create_run(order.tree.runs, first.label, first.seed)
    (folder / LINKS).mkdir()
    execution = Execution()
    for number, part in enumerate(parts, start=1):
        (folder / LINKS / str(number)).symlink_to(part.folder.resolve())
        _add(execution, part, f"{LINKS}/{number}", order.entries, devices)
    everything, execution.results = execution.results, _once(execution.results)
    if repeated := len(everything) - len(execution.results):
        console.print(f"{repeated} segments ran in more than one run; they count once", highlight=False)
    faults = _missing(parts)
    complete = not faults and all(part.complete for part in parts)
    goals = complete and _closes(first.label) and bool(load_rules(devices[0]).goals)
    run = Run(order, first.label, first.seed, tuple(devices), folder, first.git, first.tools, complete, goals)
    return conclude(run, execution, _code(parts, devices[0]), console, faults, campaigns)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise UserError(f"RUNS: {relative(path)}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SchemaError(f"{relative(path)}: damaged ({error}); run it again") from None


def _part(folder: Path) -> RunPart:
    path = folder / RESULTS
    if not path.exists():
        raise UserError(
            f"RUNS: {relative(folder)} is no run: it has no {RESULTS} (a run writes it when it ends)"
        )
    results = _json(path)
    try:
        info = results["info"]
        return RunPart(
            folder=folder,
            label=info["tier"],
            seed=info["seed"],
            git=info["git"],
            tools=info["tools"],
            dut=info["dut"],
            devices=dict(info.get("devices", {})),
            shard=parse_shard(info["shard"]) if info.get("shard") else None,
            complete=info.get("complete", False),
            results=results,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SchemaError(f"{relative(path)}: damaged ({error!r}); run it again") from None


def _agree(parts: Sequence[RunPart]) -> RunPart:
    """The first run, if all are of one revision, tier and device."""
    first = parts[0]
    for part in parts[1:]:
        for what, name in (("git", "git"), ("tier", "label"), ("dut", "dut"), ("devices", "devices")):
            one, other = getattr(first, name), getattr(part, name)
            if one != other:
                raise UserError(
                    f"RUNS: {relative(first.folder)} and {relative(part.folder)} are no parts of one run: "
                    f"{what} is {one!r} and {other!r}; merge runs of one commit, tier and device"
                )
        if first.shard and part.shard and part.seed != first.seed:
            raise UserError(
                f"RUNS: {relative(part.folder)} has seed {part.seed}, {relative(first.folder)} "
                f"{first.seed}: parts of one run have one seed"
            )
    return first


def _descriptors(parts: Sequence[RunPart]) -> list[str]:
    return list(dict.fromkeys(row["descriptor"] for part in parts for row in part.results["segments"]))


def _add(
    execution: Execution,
    part: RunPart,
    place: str,
    entries: Mapping[str, TestEntry],
    devices: Sequence[Descriptor],
) -> None:
    """Take in a run: each segment with the results of its simulation."""
    names = {relative(device.path): device.name for device in devices}
    logs: dict[str, SimulationLog] = {}
    try:
        for row in part.results["segments"]:
            entry = find_entry(dict(entries), row["test"])
            device = names[row["descriptor"]]
            segment = Segment(
                entry, row["seed"], row["begin"], row["end"], row["jobs"], 0, row["kind"], device
            )
            folder = row["folder"]
            if folder and folder not in logs:
                logs[folder] = read_results(part.folder / folder / "results.jsonl")
            log = _log(logs.get(folder), segment)
            execution.results.append(_result(segment, row, f"{place}/{folder}" if folder else "", log))
        execution.cycles += int(part.results["cycles"])
        execution.seconds += float(part.results["seconds"])
        for test, reasons in part.results["rejected"].items():
            execution.reject(test, reasons)
    except (KeyError, TypeError, ValueError) as error:
        raise SchemaError(f"{relative(part.folder / RESULTS)}: damaged ({error!r}); run it again") from None


def _log(log: SimulationLog | None, segment: Segment) -> TestLog | None:
    return next((test for test in log.tests if test.key == segment.key), None) if log else None


def _result(segment: Segment, row: Mapping[str, Any], folder: str, log: TestLog | None) -> SegmentResult:
    """A segment as it was judged; one that passed, but whose results are gone, did not."""
    status, detail = Status(row["status"]), str(row["detail"])
    if log is None:
        if status is Status.PASSED:
            status, detail = Status.NOT_RUN, "its results.jsonl is missing: copy the whole folder of the run"
        return SegmentResult(segment, status, detail, folder)
    return SegmentResult(
        segment,
        status,
        detail,
        folder,
        log.jobs,
        log.failures,
        log.coverage,
        log.end,
    )


def _once(results: Sequence[SegmentResult]) -> list[SegmentResult]:
    """Every segment once; of those that ran twice, the gravest outcome."""
    kept: dict[Key, SegmentResult] = {}
    for result in results:
        segment = result.segment
        key = (segment.device, segment.entry.name, segment.seed, segment.begin, segment.end, segment.kind)
        held = kept.get(key)
        if held is None or result.status.gravity < held.status.gravity:
            kept[key] = result
    return list(kept.values())


def _missing(parts: Sequence[RunPart]) -> list[str]:
    """Complaints that keep the runs from being a whole one: parts that are not there, or were interrupted.

    Raises:
        UserError: They are parts of different divisions.
    """
    shards = [part.shard for part in parts if part.shard]
    counts = {shard.count for shard in shards}
    if len(counts) > 1:
        raise UserError(f"RUNS: parts of {' and of '.join(map(str, sorted(counts)))} cannot be put together")
    present = {shard.number for shard in shards}
    absent = [
        f"part {number}/{count} is missing: run it with SHARD={number}/{count}, or name its folder in RUNS="
        for count in counts
        for number in range(1, count + 1)
        if number not in present
    ]
    stopped = [part.folder for part in parts if part.results.get("interrupted")]
    return absent + [f"{relative(folder)} was interrupted: run it again" for folder in stopped]


def _closes(label: str) -> bool:
    """Runs of a label have to reach the goals of code coverage."""
    tier = load_tiers().get(label)
    return label == "coverage" if tier is None else tier.coverage


def _code(parts: Sequence[RunPart], device: Descriptor) -> CodeCoverage | None:
    """Code coverage of the main device by all runs together."""
    found = [code_data.read(path) for path in points_of([part.folder for part in parts])]
    joined = code_data.joined(found).get(device.name)
    return None if joined is None else measure(joined, device)
