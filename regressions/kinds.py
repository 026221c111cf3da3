# SPDX-License-Identifier: Apache-2.0
"""Kinds of devices: all in which they differ for the runner, behind one interface.

A further kind is a `RunnerKind` in a module of its own and its line in `KINDS`, under the name that it has in
`tb.kinds`, which says what the simulation has to know of it.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tb.exchange.plan import ProgramBuild

if TYPE_CHECKING:
    from regressions.planner import Source
    from regressions.simulators.model import Model
    from tb.descriptor import Descriptor
    from tb.exchange.entry import TestEntry

KINDS = {
    "accelerator": "regressions.accelerator.kind:AcceleratorRunner",
    "cluster": "regressions.cluster.kind:ClusterRunner",
}
"""Module and class of each kind by its name; modules are imported when their kind is asked for."""


class RunnerKind(ABC):
    """A kind of devices, for the runner.

    Attributes:
        name: In `KINDS` and `tb.kinds.KINDS`.
        measures_code: Whether the code coverage of such devices is measured.
        unshrinkable: Why their failures are not shrunk; empty where they are.
    """

    name: ClassVar[str]
    measures_code: ClassVar[bool] = False
    unshrinkable: ClassVar[str] = ""

    @abstractmethod
    def bench(self, device: Descriptor) -> Model:
        """Return the program that runs plans on a device, without flags of the kind of build."""

    @abstractmethod
    def bare(self, device: Descriptor) -> Model:
        """Return the loop in C++ around a device without a bench, the reference of speed."""

    @abstractmethod
    def lint(self) -> dict[str, Callable[[], Model]]:
        """Return what `make lint` checks, by the name that it shows."""

    @abstractmethod
    def source(self, stream: Any, device: Descriptor) -> Source:
        """Return the sizes of what a test's stream gives, without simulating it."""

    def programs(
        self, entries: Sequence[TestEntry], device: Descriptor, logs: Path
    ) -> dict[str, ProgramBuild]:
        """Build the programs of tests, and return them as plans have them: a path, or why there is none.

        Args:
            entries: The tests.
            device: Where they run.
            logs: Folder that receives the compiler's output.
        """
        del entries, device, logs
        return {}


def runner(name: str) -> RunnerKind:
    """Return the kind of a name in `KINDS`."""
    module, _, cls = KINDS[name].partition(":")
    made: RunnerKind = getattr(importlib.import_module(module), cls)()
    return made


def runners() -> list[RunnerKind]:
    """Return all kinds, that of a device alone first."""
    return [runner(name) for name in KINDS]


def runner_of(device: Descriptor) -> RunnerKind:
    """Return the kind of a device."""
    return runner(device.kind)
