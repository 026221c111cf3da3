# SPDX-License-Identifier: Apache-2.0
"""Interface of a simulator.

A simulator turns a device descriptor into a `Build` (cached by the content of everything that goes in) and
says how to run it on a plan. Nothing outside this package knows which simulator is used.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regressions.errors import UserError
from regressions.kinds import runner_of
from regressions.limits import processors
from regressions.simulators.model import Model
from regressions.simulators.points import Point
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan


class BuildError(UserError):
    """A build or a lint run failed; the message names the device, the first error and the log."""


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled simulation of one device."""

    descriptor: Descriptor  # the device
    kind: str  # build kind, one of `Simulator.kinds`
    directory: Path  # where it was built
    executable: Path  # the simulation program
    cached: bool  # True if an earlier build served
    waves: str = "waves.vcd"  # name of the file of waves that it writes, if it does
    note: str = ""  # line for people on what was not done as asked for; empty for nothing


class Simulator(ABC):
    """One simulator: how to build, run and lint with it."""

    name: str
    kinds: tuple[str, ...]  # build kinds

    def __init__(self, jobs: int | None = None) -> None:
        # Compilers at a time, for all builds together.
        self.jobs = jobs or processors()

    @abstractmethod
    def version(self) -> str:
        """Name and version, as it stands in reports."""

    @abstractmethod
    def build(self, descriptor: Descriptor, kind: str, log: Path, training: Plan | None = None) -> Build:
        """Compile the bench around a device, or find the build in the cache.

        Args:
            descriptor: The device.
            kind: One of `kinds`.
            log: File that receives the output of the tools.
            training: Short run whose profile makes the build faster, and slower to compile; None for none.

        Raises:
            BuildError: A tool is missing or failed.
        """

    def compile(self, model: Model, log: Path) -> Path:
        """Compile a program or library that is no bench for plans, or find it in the cache.

        Raises:
            BuildError: A tool is missing or failed, or the simulator makes no such programs.
        """
        del log
        raise BuildError(f"no {model.program} of {model.name}: {self.name} compiles no C++ programs")

    def elaborate(self, model: Model, log: Path) -> Path:
        """Elaborate a model without compiling it; return its tree of modules as Verilator's JSON.

        Raises:
            BuildError: A tool is missing or failed, or the simulator writes no such tree.
        """
        del log
        raise BuildError(f"no tree of {model.name}: {self.name} writes none")

    def build_bare(self, descriptor: Descriptor, log: Path) -> Build:
        """Compile the loop in C++ around a device without a bench; see `compile`."""
        program = self.compile(runner_of(descriptor).bare(descriptor), log)
        return Build(descriptor, "bare", program.parent, program, cached=False)

    @abstractmethod
    def stop(self) -> None:
        """End the builds that other threads wait for; they fail."""

    @abstractmethod
    def command(
        self, build: Build, plan_dir: Path, *, waves: bool = False, state: int = 0
    ) -> tuple[list[str], dict[str, str]]:
        """Command line and complete environment of a process that runs `plan_dir/plan.json`.

        Args:
            build: The program.
            plan_dir: Folder of the simulation.
            waves: Waves are written.
            state: Seed of the random state to start from; 0 for none.
        """

    def code_coverage(self, plan_dir: Path) -> Mapping[Point, int] | None:
        """Points hit by a simulation of the build kind `coverage`, by its folder; None if it left no data.

        Raises:
            BuildError: The data is damaged.
        """
        del plan_dir
        return None

    @abstractmethod
    def lint(self, model: Model, log: Path) -> None:
        """Check the SystemVerilog of a model with all warnings on.

        Raises:
            BuildError: There are findings; they are in the log.
        """
