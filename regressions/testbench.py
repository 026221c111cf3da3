# SPDX-License-Identifier: Apache-2.0
"""The runner's view of the testbench: the scenarios of a test without simulating them."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regressions.errors import UserError
from regressions.kinds import runner
from regressions.planner import Sizes
from regressions.testlist import suits
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.kinds import targets
from tb.schema import SchemaError
from tb.sequences import file_of, without_bench
from tb.sequences.directed import DirectedTest
from tb.stimulus.knobs import DeviceLacks
from tb.stimulus.stream import ScenarioStream
from tb.user_code import user_code

# What a run of a directed test takes is not known.
_DIRECTED_CYCLES = 10_000


@contextmanager
def _blaming(entry: TestEntry) -> Iterator[None]:
    """Name the list of a test in what is wrong with it, and the line of the user's code that raises."""
    try:
        with user_code(file_of(entry.sequence)):
            yield
    except DeviceLacks:
        raise
    except SchemaError as error:
        raise SchemaError(f"{entry.source}: {error}" if entry.source else str(error)) from error


def _resolve(entry: TestEntry) -> type[Any]:
    """The class of a test, once its entry has been checked against its kind.

    Raises:
        UserError: A directed test has knobs or a weight, or it runs on another kind of device.
        SchemaError: There is no such sequence.
    """
    cls = without_bench(entry.sequence)
    if targets()[entry.runs_on].name != cls.runs_on:
        wanted = f'{entry.sequence} wants runs_on = "{cls.runs_on}"'
        raise UserError(f"{entry.source}: test {entry.name}: {wanted}")
    if issubclass(cls, DirectedTest):
        if cls.run is DirectedTest.run or not inspect.iscoroutinefunction(cls.run):
            problem = f"{cls.__name__} has no coroutine 'run'; write the test in 'async def run(self, env)'"
            raise UserError(f"{entry.source}: test {entry.name}: {problem}")
        if entry.knobs:
            raise UserError(f"{entry.source}: test {entry.name}: a directed test takes no knobs; remove them")
        if entry.weight is not None:
            raise UserError(f"{entry.source}: test {entry.name}: a directed test takes a count, not a weight")
    return cls


def _stream(cls: type[Any], entry: TestEntry, seed: int, device: Descriptor) -> Any:
    """The stream of a test, or of the sequence that sends it."""
    with _blaming(entry):
        made = cls(entry.name, seed, entry.knobs, device)
        return getattr(made, "stream", made)


def open_sizes(entry: TestEntry, seed: int, descriptor: Descriptor) -> Sizes:
    """The sizes of a test's scenarios; a directed test has the jobs in each run that its class declares.

    Raises:
        UserError: The entry does not suit its sequence.
        SchemaError: The sequence does not exist, or a knob is wrong.
    """
    cls = _resolve(entry)
    if issubclass(cls, DirectedTest):
        with _blaming(entry):
            size = cls.planned(descriptor), _DIRECTED_CYCLES
        return lambda _: size
    stream, size_of = _stream(cls, entry, seed, descriptor), runner(cls.runs_on).size

    def sizes(index: int) -> tuple[int, int]:
        with _blaming(entry):
            return size_of(stream, descriptor, index)

    return sizes


def not_applicable(entry: TestEntry, device: Descriptor) -> str:
    """Tell why a test has no meaning on a device, by what its descriptor says; empty if it has.

    Raises: as `open_sizes`.
    """
    cls = _resolve(entry)
    try:
        with _blaming(entry):
            reason: str = cls.not_applicable(entry, device)
        if not reason and entry.knobs:
            _stream(cls, entry, 0, device)
    except DeviceLacks as lacks:
        return lacks.what
    return reason


def narrowed(entry: TestEntry, device: Descriptor) -> tuple[tuple[str, str], ...]:
    """Give the knobs of a test that name values which a device does not have, and in words which.

    Raises: as `open_sizes`.
    """
    made = _stream(_resolve(entry), entry, 0, device) if entry.knobs else None
    return getattr(made, "lacking", ())


def stream_of(entry: TestEntry, seed: int, device: Descriptor) -> Any:
    """The stream of a test on a device; None for a directed test. Raises as `open_sizes`."""
    cls = _resolve(entry)
    return None if issubclass(cls, DirectedTest) else _stream(cls, entry, seed, device)


def open_stream(entry: TestEntry, seed: int, dut: str) -> ScenarioStream | str:
    """The stream of a random test, or the description of a test that is no stream of scenarios."""
    cls = _resolve(entry)
    paragraph = (inspect.getdoc(cls) or "it has no description").partition("\n\n")[0]
    described = " ".join(paragraph.split())
    if issubclass(cls, DirectedTest):
        return described
    device = load(dut)
    if not suits(entry, device):
        return f"{entry.description} ({described})"
    stream = _stream(cls, entry, seed, device)
    return stream if isinstance(stream, ScenarioStream) else f"{entry.description} ({described})"
