# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: ARG001, ARG002, RUF012 - an interface gives more than a toy needs
"""A third kind of devices, made of its interfaces and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from models.timing import Instance
from regressions.kinds import RunnerKind, Section
from regressions.simulators.model import Model
from regressions.summary import Summary
from tb.coverage.counts import Counts
from tb.coverage.covergroups import load_definition
from tb.coverage.definition import Definition
from tb.exchange.device import Descriptor
from tb.exchange.entry import TestEntry
from tb.exchange.plan import ProgramBuild
from tb.kinds import DeviceKind, SegmentCoverage
from tb.sequences.base import StreamSequence
from tb.uvm_tests.segment import SegmentTest


class ToyTable(Struct, forbid_unknown_fields=True):
    """Table of a descriptor."""

    wheels: Annotated[int, Meta(ge=1)]  # on the ground


@dataclass(frozen=True)
class ToyConfig:
    """Configuration of a toy."""

    wheels: int
    cores: int


class Toys(StreamSequence):
    """A stream that is its own index."""

    runs_on = "toy"

    @staticmethod
    def stream_class(_name: str, _seed: int, _knobs: object, descriptor: Descriptor) -> ToyConfig:
        """Give the device's own configuration."""
        assert isinstance(descriptor.config, ToyConfig)
        return descriptor.config


class ToyCoverage:
    """Counts nothing."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    def finish(self) -> Counts:
        """Give empty counts."""
        return Counts(self._definition)


class Toy(DeviceKind):
    """For the simulation."""

    name = "toy"
    doc = "toys"
    table = ToyTable
    targets = ("toy",)
    sequences = {"toys": "tests.runner.toy_kind:Toys"}

    def configure(self, table: ToyTable, n_cores: int, instance: Instance) -> ToyConfig:
        """Read the table of a descriptor."""
        return ToyConfig(table.wheels, n_cores)

    def definition(self, further: tuple[Path, ...] = ()) -> Definition:
        """Read the covergroups."""
        return load_definition(further)

    def coverage(
        self, definition: Definition, device: Descriptor, worker: Any, share: int
    ) -> SegmentCoverage:
        """Make the counter."""
        return ToyCoverage(definition)

    def segment_test(self) -> type[SegmentTest]:
        """Give the test of a segment."""
        return SegmentTest


class ToyRunner(RunnerKind):
    """For the runner."""

    name = "toy"
    plural = "toys"
    unshrinkable = "toys stay as small as they are"
    untraced = "toys have no port"

    def bench(self, device: Descriptor) -> Model:
        """Describe the build."""
        return Model(device.name, device.top, "Vtoy", "toy", device.sources)

    bare = bench

    def lint(self) -> dict[str, Callable[[], Model]]:
        """Give nothing to lint."""
        return {}

    def size(self, stream: ToyConfig, device: Descriptor, index: int) -> tuple[int, int]:
        """Count a job for each wheel."""
        return stream.wheels, 1000

    def programs(self, tests: Sequence[TestEntry], device: Descriptor, logs: Path) -> dict[str, ProgramBuild]:
        """Give a program for each test."""
        return {entry.name: ProgramBuild(path="of a toy") for entry in tests}

    def section(self, bench: Path, summary: Summary) -> Section:
        """Give the section of the report."""
        return Section(Path(__file__).parent, "toy_section.html.j2", "toys", "Toys", "rattle")


def play(order: object, services: object, console: object) -> int:
    """Command of the kind."""
    return 0
