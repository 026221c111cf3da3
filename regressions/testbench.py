# SPDX-License-Identifier: Apache-2.0
"""What the runner needs of the testbench: devices, and the scenarios of a test without simulating them."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regressions.cluster.firmware import build_program
from regressions.errors import UserError
from regressions.estimate import estimate
from regressions.planner import Source
from regressions.testlist import TestEntry
from tb.cluster.sequences import ProgramSequence
from tb.cluster.streams import ProgramStream
from tb.descriptor import ROOT, Descriptor, load
from tb.kinds import ACCELERATOR, targets
from tb.sequences import resolve
from tb.sequences.directed import DirectedTest
from tb.stimulus.stream import ScenarioStream

# What a program costs besides its jobs: its own cycles, its memories, and the Python around it.
_PROGRAM_OVERHEAD = 15_000


@dataclass(frozen=True, slots=True)
class DirectedSource:
    """A directed test: how many jobs one run of it triggers, as its class declares."""

    jobs: int
    directed: bool = True

    def size(self, index: int) -> tuple[int, int]:
        """See `Source.size`; the length of a directed test is not known, so a fixed one is assumed."""
        del index
        return self.jobs, 10_000


class StreamSource:
    """A stream of scenarios, with the size of each."""

    directed = False

    def __init__(self, stream: ScenarioStream, descriptor: Descriptor) -> None:
        self.stream = stream
        self._descriptor = descriptor

    def size(self, index: int) -> tuple[int, int]:
        """See `Source.size`."""
        scenario = self.stream.scenario(index)
        return len(scenario.jobs), estimate(scenario, self._descriptor)


class ProgramSource:
    """A stream of programs for a cluster, with the size of each."""

    directed = False

    def __init__(self, stream: ProgramStream, descriptor: Descriptor) -> None:
        self.stream = stream
        self._descriptor = descriptor

    def size(self, index: int) -> tuple[int, int]:
        """See `Source.size`."""
        run = self.stream.run(index)
        jobs = () if run.scenario is None else run.scenario.jobs
        return run.jobs, _PROGRAM_OVERHEAD + sum(self._descriptor.bound(job) for job in jobs)


def _resolve(entry: TestEntry) -> type[Any]:
    """The class of a test, once its entry has been checked against its kind.

    Raises:
        UserError: A directed test has knobs or a weight, or it runs on another kind of device.
        SchemaError: There is no such sequence.
    """
    cls = resolve(entry.sequence)
    if targets()[entry.runs_on].name != cls.runs_on:
        raise UserError(
            f'{entry.source}: test {entry.name}: {entry.sequence} wants runs_on = "{cls.runs_on}"'
        )
    if issubclass(cls, DirectedTest):
        if entry.knobs:
            raise UserError(f"{entry.source}: test {entry.name}: a directed test takes no knobs; remove them")
        if entry.weight is not None:
            raise UserError(f"{entry.source}: test {entry.name}: a directed test takes a count, not a weight")
    return cls


def open_source(entry: TestEntry, seed: int, descriptor: Descriptor) -> Source:
    """The scenarios of a test.

    Raises:
        UserError: The entry does not suit its sequence.
        SchemaError: The sequence does not exist, or a knob is wrong.
    """
    cls = _resolve(entry)
    if issubclass(cls, DirectedTest):
        return DirectedSource(cls.planned(descriptor))
    stream = cls(entry.name, seed, entry.knobs, descriptor).stream
    return (
        StreamSource(stream, descriptor) if cls.runs_on == ACCELERATOR else ProgramSource(stream, descriptor)
    )


def programs_of(entries: Iterable[TestEntry], device: Descriptor, logs: Path) -> dict[str, dict[str, str]]:
    """The programs of a cluster's tests, as ``plan.json`` has them: built, or why not.

    A device alone has none.

    Args:
        entries: The tests.
        device: The cluster.
        logs: Folder that receives the compiler's output.
    """
    if device.kind == ACCELERATOR:
        return {}
    streams = (_resolve(entry)(entry.name, 0, entry.knobs, device).stream for entry in entries)
    return {name: _program(name, logs) for name in sorted({stream.program for stream in streams})}


def _program(name: str, logs: Path) -> dict[str, str]:
    if name.endswith(".elf"):
        return {"path": str((ROOT / name).resolve())}
    try:
        return {"path": str(build_program(name, logs / f"sw-{name}.log").path)}
    except UserError as error:
        return {"error": str(error)}


def open_stream(entry: TestEntry, seed: int, dut: str) -> ScenarioStream | str:
    """The stream of a random test, or the description of a directed one or of a program."""
    cls = _resolve(entry)
    if issubclass(cls, ProgramSequence):
        return f"{entry.description} ({inspect.getdoc(cls)})"
    if issubclass(cls, DirectedTest):
        return inspect.getdoc(cls) or "it has no description"
    stream: ScenarioStream = cls(entry.name, seed, entry.knobs, load(dut)).stream
    return stream
