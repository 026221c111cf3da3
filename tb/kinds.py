# SPDX-License-Identifier: Apache-2.0
"""Kinds of devices: all their differences in descriptors and simulations behind one interface.

A further kind is a `DeviceKind` in a module of its own and its line in `KINDS`. `regressions.kinds` has what
the runner has to know of it besides.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from msgspec import Struct

from tb.exchange.plan import ProgramBuild
from tb.exchange.status import Status

if TYPE_CHECKING:
    from pyuvm import uvm_test

    from models.timing import Instance
    from tb.coverage.collector import Worker
    from tb.coverage.counts import Counts
    from tb.coverage.definition import Definition
    from tb.exchange.device import Descriptor

KINDS = {
    "accelerator": "tb.accelerator:Accelerator",
    "cluster": "tb.cluster.kind:Cluster",
}
"""Module and class of each kind by its name; modules are imported when their kind is asked for."""

ACCELERATOR = next(iter(KINDS))
"""The kind of a descriptor that says nothing of a kind: the device alone behind the contract's ports."""


class Rule(NamedTuple):
    """Rule that must hold in the bench of a kind of devices."""

    status: Status  # of a test that finds it broken
    holds: str  # statement that must hold, for people


class SegmentCoverage(Protocol):
    """Collects the coverage of one segment."""

    def finish(self) -> Counts:
        """Return all that was counted."""


class DeviceKind(ABC):
    """A kind of devices."""

    name: ClassVar[str]  # in `KINDS`; also the descriptor's table that makes a device one of this kind
    doc: ClassVar[str] = ""  # of that table, a sentence
    # Struct of the table; None for the kind of descriptors that have none of these tables.
    table: ClassVar[type[Struct] | None] = None
    targets: ClassVar[tuple[str, ...]]  # values of `runs_on` in test entries that stand for this kind
    # By the name of the checker, besides those of the accelerator's ports.
    rules: ClassVar[Mapping[str, Rule]] = {}
    tells_events: ClassVar[bool] = False  # True if its bench has a monitor of a device's internal events

    def configure(self, table: Any, n_cores: int, instance: Instance) -> object:
        """Return the `config` of a descriptor, from the kind's table."""
        del table, n_cores, instance
        return None

    def suits(self, device: Descriptor, target: str) -> bool:
        """Tell whether a device of this kind is a target that a test entry names in `runs_on`."""
        del device
        return target in self.targets

    @property
    def sequences(self) -> Mapping[str, str]:
        """Class (`module:Class`) by the name that test entries use."""
        return {}

    def sequence_of(self, named: Any) -> Any:
        """Return the sequence of a class that an entry names, where that is none itself."""
        return named

    @abstractmethod
    def definition(self, further: tuple[Path, ...] = ()) -> Definition:
        """Read the covergroups of such devices, and further files where these can use the same points."""

    @abstractmethod
    def coverage(
        self, definition: Definition, device: Descriptor, worker: Worker, share: int
    ) -> SegmentCoverage:
        """Open the coverage of a segment; arguments as those of `tb.coverage.collector.Collector`."""

    @abstractmethod
    def segment_test(self) -> type[uvm_test]:
        """Return the pyuvm test of a segment, which has `rejected`: candidates not taken, by reason."""

    def resources(self, device: Descriptor, programs: Mapping[str, ProgramBuild]) -> dict[str, Any]:
        """Return what the test takes from the configuration database besides what every one finds there.

        Programs are those of the plan.
        """
        del device, programs
        return {}


def imported(place: str) -> Any:
    """Return an object of a module, given as `module:name`."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def late(place: str) -> Callable[..., Any]:
    """Return a callable of a module, given as `module:name`, which is imported when it is called."""
    return lambda *arguments: imported(place)(*arguments)


def kind(name: str) -> DeviceKind:
    """Return the kind of a name in `KINDS`."""
    made: DeviceKind = imported(KINDS[name])()
    return made


def kinds() -> list[DeviceKind]:
    """Return all kinds, that of a device alone first."""
    return [kind(name) for name in KINDS]


def kind_of(device: Descriptor) -> DeviceKind:
    """Return the kind of a device."""
    return kind(device.kind)


def targets() -> dict[str, DeviceKind]:
    """Return all that a test entry can name in `runs_on`, with its kind."""
    return {target: each for each in kinds() for target in each.targets}
