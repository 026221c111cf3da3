# SPDX-License-Identifier: Apache-2.0
"""Kinds of devices: all their differences for the runner behind one interface.

A further kind is a `RunnerKind` in a module of its own and its line in `KINDS`, under the name that it has in
`tb.kinds`, which says what the simulation has to know of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from regressions.errors import NoDefects
from tb.kinds import imported, late

if TYPE_CHECKING:
    from regressions.mutants.operators import Candidate
    from regressions.mutants.placement import Sourced
    from regressions.mutants.target import Target
    from regressions.order import Order
    from regressions.services import Services
    from regressions.simulators.base import Simulator
    from regressions.simulators.model import Model
    from regressions.speed.simulation import SpeedFigures
    from regressions.summary import Summary
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry
from tb.exchange.plan import Plan, ProgramBuild

KINDS = {
    "accelerator": "regressions.accelerator.kind:AcceleratorRunner",
    "cluster": "regressions.cluster.kind:ClusterRunner",
}
"""Module and class of each kind by its name; modules are imported when their kind is asked for."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report of its own."""

    folder: Path  # where the template is
    template: str  # its file name; it finds this object as `section`
    anchor: str  # on the page
    title: str  # in the page's table of contents
    content: object  # for the template
    # Of training steps in software: cycles of their products, by batch.
    training: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpeedPart:
    """A part of `bench.json` that says how fast a kind's bench is."""

    key: str  # in the file
    device: str  # name of the device that is measured where none is asked for
    workload: str  # workload in words
    # Measures a device with a simulator, in a folder; takes lines about the progress.
    measure: Callable[[Descriptor, Simulator, Path, Callable[[str], None]], SpeedFigures]
    others: tuple[str, ...] = ()  # further parts of the file, which other commands of the kind write


_VERILOG = late("regressions.mutants.operators:proposals")


@dataclass(frozen=True, slots=True)
class Defects:
    """Deliberate defects of a kind, and how campaigns run them."""

    name: str  # as DUT names them: a device, or what such devices have in common
    label: str  # of the campaign: the folder of its report
    # Reads the sources that have the defects, by that name or that of a device.
    sourced: Callable[[str], Sourced]
    # Makes the target, for an order, services and the name.
    target: Callable[[Order, Services, str], Target]
    # Changes that operators propose for each of the sources.
    proposals: Callable[[Sourced], Mapping[str, Sequence[Candidate]]] = _VERILOG


OWN = Defects(
    "bench",
    "mutants-bench",
    late("regressions.mutants.bench.target:sources"),
    late("regressions.mutants.bench.target:BenchTarget"),
    late("regressions.mutants.bench.target:proposals"),
)
"""Defects of model and bench, which no device has."""


class RunnerKind(ABC):
    """A kind of devices, for the runner."""

    name: ClassVar[str]  # in `KINDS` and `tb.kinds.KINDS`
    measures_code: ClassVar[bool] = False  # True if the code coverage of such devices is measured
    unshrinkable: ClassVar[str] = ""  # why their failures are not shrunk; empty where they are
    untraced: ClassVar[str] = ""  # why there are no timelines of their jobs; empty where there are
    plural: ClassVar[str]  # such devices, in words
    # Makes the program that runs plans on a device, without flags of the kind of build.
    bench: Callable[[Descriptor], Model]
    # Makes the loop in C++ around a device without a bench, the reference of speed.
    bare: Callable[[Descriptor], Model]

    @abstractmethod
    def lint(self) -> dict[str, Callable[[], Model]]:
        """Return the models that `make lint` checks, by the name that it shows."""

    @abstractmethod
    def size(self, stream: Any, device: Descriptor, index: int) -> tuple[int, int]:
        """Count the jobs of a scenario or program of a stream, and estimate its cycles."""

    def programs(self, tests: Sequence[TestEntry], device: Descriptor, logs: Path) -> dict[str, ProgramBuild]:
        """Build the programs of tests, and return them as plans have them: a path, or why there is none."""
        del tests, device, logs
        return {}

    def training(self, device: Descriptor) -> Plan | None:
        """Return a short run, of a profile of which builds that run long are made; None for none."""
        del device
        return None

    def speed(self) -> SpeedPart | None:
        """Return the kind's own measurement in `make bench`; None for none."""
        return None

    def defects(self) -> Defects | None:
        """Return the kind's deliberate defects; None for none."""
        return None

    def section(self, bench: Path, summary: Summary) -> Section | None:
        """Return a section of a run's report, from it and the figures in `bench.json`; None for none."""
        del bench, summary
        return None


def runner(name: str) -> RunnerKind:
    """Return the kind of a name in `KINDS`."""
    made: RunnerKind = imported(KINDS[name])()
    return made


def runners() -> list[RunnerKind]:
    """Return all kinds, that of a device alone first."""
    return [runner(name) for name in KINDS]


def runner_of(device: Descriptor) -> RunnerKind:
    """Return the kind of a device."""
    return runner(device.kind)


def defects_of(name: str) -> Defects:
    """Return the deliberate defects that a name in DUT stands for: those of a kind, of a device's, or `OWN`.

    Raises:
        SchemaError: No device has the name.
        NoDefects: Its kind has none.
    """
    from tb.descriptor import load

    if name == OWN.name:
        return OWN
    found = with_defects().get(name) or runner_of(load(name)).defects()
    if found is None:
        raise NoDefects(f"DUT: {name} is a device of a kind that has no defects")
    return found


def with_defects() -> dict[str, Defects]:
    """Return the deliberate defects of all kinds, by their names."""
    return {each.name: each for each in (kind.defects() for kind in runners()) if each is not None}
