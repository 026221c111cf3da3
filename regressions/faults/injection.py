# SPDX-License-Identifier: Apache-2.0
"""Faults of a device: the loop around a device, what it reads, and its answers."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regressions import orphans
from regressions.accelerator.models import faults_model
from regressions.errors import UserError
from regressions.faults.jobs import write_results
from regressions.faults.outcomes import FAULT
from regressions.faults.registers import ScopedVariable, clocked_variables
from regressions.shards import UNDIVIDED, Shard
from regressions.simulators.base import Simulator
from regressions.speed.bare import digest, write_list
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.registers.own import registers_of
from tb.stimulus.image import initial_image, predict

_PATIENCE = 4
"""A job hangs that takes so many times its cycles more."""
_DEVICE = "dut_shell.i_device."


@dataclass(frozen=True, slots=True)
class RegisterVariable:
    """A variable with registers: an instance's, not a module's.

    Attributes:
        path: its scope within the device, as hierarchical names have it
        module: the module of the instance
        name: of the variable
        entries: of an unpacked array; 1 without one
        width: bits of an entry
    """

    path: str
    module: str
    name: str
    entries: int
    width: int


@dataclass(frozen=True)
class FaultMap:
    """Outcomes of all faults that were injected.

    Attributes:
        variables: all variables with registers
        bits: of each bit of a register its variable, entry and place in the entry, of shape (bits, 3)
        chosen: numbers of the bits in which faults were injected
        table: of each fault, `FAULT`, of shape (cycles, chosen)
        trigger: cycle in which the first job is triggered
        end: cycle of the last event without a fault
        seconds: wall time of the loop
        processor: processor time of it, in seconds
        simulated: cycles that it simulated
        known: faults whose outcome was that of an earlier one
    """

    variables: Sequence[RegisterVariable]
    bits: NDArray[np.int32]
    chosen: NDArray[np.int32]
    table: NDArray[Any]
    trigger: int
    end: int
    seconds: float
    processor: float
    simulated: int
    known: int

    @property
    def faults(self) -> int:
        """Number of faults that were injected."""
        return int(self.table.size)


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Effect of a fault on registers.

    Attributes:
        adjacent: bits of one entry that an upset inverts
        stuck: value that the bit keeps until the end; None for an upset, after which it is written as usual
    """

    adjacent: int = 1
    stuck: int | None = None


class FaultLoop:
    """A device in its loop, compiled, with one scenario."""

    def __init__(self, device: Descriptor, simulator: Simulator, scenario: Scenario, folder: Path) -> None:
        """Build the loop, or find it in the cache, and write what it reads.

        Raises:
            BuildError: It cannot be built.
        """
        folder.mkdir(parents=True, exist_ok=True)
        tree = simulator.elaborate(faults_model(device), folder / "tree.log")
        found = clocked_variables(tree)
        kept = sorted({(each.module, each.name) for each in found})
        separate = sorted({(each.module, each.name) for each in found if each.port})
        model = faults_model(device, kept, separate)
        self._program = simulator.compile(model, folder / "build.log")
        self._device, self._scenario, self.folder = device, scenario, folder
        self._modules = {(each.scope, each.name): each.module for each in found}
        write_list(folder / "jobs", [scenario], device)
        write_results(folder / "results", scenario)
        registers = (f"{each.scope} {each.name} {_written(each)}\n" for each in found)
        (folder / "registers").write_text("".join(registers))
        self._clear = clear_of(device)
        self._limit = patience(device, scenario)

    def exhaust(self, processes: int, shard: Shard = UNDIVIDED, kind: FaultKind = FaultKind()) -> FaultMap:
        """Inject a fault in each bit in each cycle, those of a shard; so many threads work on it.

        Raises:
            UserError: The loop failed, or its result without a fault is not the model's.
        """
        return self._map(self._run("-", processes, shard, kind), whole=True)

    def some(self, faults: NDArray[np.uint32], kind: FaultKind = FaultKind()) -> FaultMap:
        """Inject some faults: pairs of cycle and number of the bit, of shape (faults, 2), one by one.

        The map has the shape (1, faults).

        Raises:
            UserError: The loop failed, or a fault is none of this device and job.
        """
        return self._map(self._run(str(write_faults(self.folder, faults)), 1, UNDIVIDED, kind), whole=False)

    def _variables(self, listed: Sequence[Any]) -> list[RegisterVariable]:
        return [
            RegisterVariable(scope.removeprefix(_DEVICE), self._modules[scope, name], name, *size)
            for scope, name, *size in listed
        ]

    def _run(self, faults: str, processes: int, shard: Shard, kind: FaultKind) -> dict[str, Any]:
        folder = self.folder
        numbers = [shard.number - 1, shard.count, processes, self._limit, kind.adjacent]
        numbers += [-1 if kind.stuck is None else kind.stuck, self._clear]
        files = (folder / name for name in ("jobs", "results", "registers", "table"))
        command: list[str | Path] = [self._program, *files, faults, *map(str, numbers)]
        return answered(command, self._device, self._scenario)

    def _map(self, answer: dict[str, Any], *, whole: bool) -> FaultMap:
        table = np.fromfile(self.folder / "table", dtype=FAULT)
        chosen = np.array(answer["chosen"], dtype=np.int32)
        return FaultMap(
            self._variables(answer["registers"]),
            np.array(answer["bits"], dtype=np.int32).reshape(-1, 3),
            chosen,
            table.reshape((answer["cycles"], len(chosen)) if whole else (1, -1)),
            *(answer[name] for name in ("trigger", "end", "seconds", "processor", "simulated", "known")),
        )


def clear_of(device: Descriptor) -> int:
    """Offset of the register that clears a device."""
    return registers_of(device)["SOFT_CLEAR"].offset


def patience(device: Descriptor, scenario: Scenario) -> int:
    """Cycles more than without a fault after which a scenario hangs."""
    return _PATIENCE * sum(device.bound(each) for each in scenario.jobs)


def write_faults(folder: Path, faults: NDArray[Any]) -> Path:
    """Write faults, a row of numbers each, and return the file."""
    file = folder / "faults"
    file.write_bytes(np.uint32(len(faults)).tobytes() + faults.astype("<u4").tobytes())
    return file


def answered(command: Sequence[str | Path], device: Descriptor, scenario: Scenario) -> dict[str, Any]:
    """Run a loop, and return the object that it prints.

    Raises:
        UserError: It failed, or its result without a fault is not the model's.
    """
    done = orphans.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        first = lines[0].removeprefix("error: ") if lines else f"it ended with {done.returncode}"
        raise UserError(f"faults of {device.name}: {first}")
    answer: dict[str, Any] = json.loads(done.stdout)
    right = digest(predict(initial_image(scenario), scenario.jobs, scenario.window.base))
    if answer["digest"] != right:
        raise UserError(f"{device.name} computes another result than the model without a fault")
    return answer


def _written(variable: ScopedVariable) -> str:
    """Bits of an entry that an edge writes, as the loop reads them: * is all, - what it has to find."""
    if variable.written is None:
        return "-"
    return "*" if variable.written < 0 else f"{variable.written:x}"
