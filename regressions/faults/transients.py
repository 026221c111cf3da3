# SPDX-License-Identifier: Apache-2.0
"""Transients: outputs of cells of the synthesized device that are inverted for a cycle, 64 at a time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regressions.errors import UserError
from regressions.faults.injection import answered, clear_of, patience, write_faults
from regressions.faults.jobs import write_results
from regressions.faults.outcomes import FAULT
from regressions.paths import ROOT
from regressions.speed.bare import write_list
from regressions.synthesis.flat import FlatNetlist
from regressions.synthesis.program import cells_program
from tb.exchange.device import Descriptor
from tb.exchange.scenario import Scenario
from tb.stimulus.rng import np_stream

_LOOP = ROOT / "regressions" / "faults" / "loop"


@dataclass(frozen=True, slots=True)
class Gate:
    """A cell of logic.

    Attributes:
        path: names of the instances around it, within the device
        module: of the innermost
        name: kind of the cell, and its number among those of the kind there
        place: in `FlatNetlist.cells`
    """

    path: str
    module: str
    name: str
    place: int


@dataclass(frozen=True)
class Transients:
    """Transients that were injected.

    Attributes:
        drawn: of each transient cycle and place of the cell in `FlatNetlist.cells`, of shape (transients, 2)
        table: of each transient, `FAULT`
        processor: processor time, in seconds
        simulated: cycles that were simulated
    """

    drawn: NDArray[np.uint32]
    table: NDArray[Any]
    processor: float
    simulated: int


class TransientLoop:
    """The cells of a device in their loop, with one scenario."""

    def __init__(self, device: Descriptor, flat: FlatNetlist, scenario: Scenario, folder: Path) -> None:
        """Write what the loop reads, and compile it, or find it in the cache.

        Raises:
            UserError: There is no compiler, or it fails.
        """
        folder.mkdir(parents=True, exist_ok=True)
        flat.words().tofile(folder / "cells")
        write_list(folder / "jobs", [scenario], device)
        write_results(folder / "results", scenario)
        self._program = cells_program(
            _LOOP / "cells" / "transients.cpp", device, _LOOP / "cells", _LOOP, ROOT / "regressions" / "speed"
        )
        self._device, self._scenario, self._folder = device, scenario, folder
        self.gates = gates(flat)

    def chosen(self, modules: str) -> list[Gate]:
        """Gates in the modules that patterns name, with commas between them.

        Raises:
            UserError: There is none.
        """
        patterns = modules.split(",")
        found = [gate for gate in self.gates if any(fnmatch(gate.module, pattern) for pattern in patterns)]
        if not found:
            raise UserError(f"TESTS={modules}: {self._device.name} has no such modules with logic")
        return found

    def draw(self, chosen: Sequence[Gate], count: int, seed: int, processes: int) -> Transients:
        """Invert the output of a gate in a cycle each, drawn alike from all gates and all to the last event.

        Raises:
            UserError: The loop failed.
        """
        end = self._run(np.zeros((0, 2)), 1)["end"]
        rng = np_stream(seed, "transients", self._device.name)
        places = np.array([gate.place for gate in chosen])[rng.integers(0, len(chosen), count)]
        cycles = rng.integers(0, end + 1, count)
        return self.inject(np.stack([cycles, places], axis=1).astype(np.uint32), processes)

    def inject(self, drawn: NDArray[np.uint32], processes: int) -> Transients:
        """Inject transients: pairs of cycle and place of the gate; so many threads work on it.

        Raises:
            UserError: The loop failed, or a transient is none of this device and job.
        """
        answer = self._run(drawn, processes)
        table = np.fromfile(self._folder / "table", dtype=FAULT)
        return Transients(drawn, table, answer["processor"], answer["simulated"])

    def _run(self, drawn: NDArray[Any], processes: int) -> dict[str, Any]:
        files = [self._folder / name for name in ("cells", "jobs", "results", "table")]
        numbers = processes, patience(self._device, self._scenario), clear_of(self._device)
        command: list[str | Path] = [
            self._program,
            *files,
            write_faults(self._folder, drawn),
            *map(str, numbers),
        ]
        return answered(command, self._device, self._scenario)


def gates(flat: FlatNetlist) -> list[Gate]:
    """All cells of logic of a device, in their order."""
    numbers: Counter[tuple[int, str]] = Counter()
    found = []
    for place, cell in enumerate(flat.cells):
        unit, own = flat.instances[cell.instance], (cell.instance, cell.kind)
        found.append(Gate(unit.path, unit.module, f"{cell.kind}[{numbers[own]}]", place))
        numbers[own] += 1
    return found
