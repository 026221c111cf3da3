# SPDX-License-Identifier: Apache-2.0
"""Figures of a map of faults: of structures, registers and cycles, for `faults.json` and its readers."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from regressions.faults.injection import FaultMap
from regressions.faults.outcomes import FaultFlag, FaultOutcome

PHASES = 8
"""Equal parts of the time from the first register access to the end of the last job, in the map."""

_QUANTILE = 1.959964  # of the normal distribution, for 95 %
_INDEX = re.compile(r"\[(\d+)\]")

HARDENED = 10
"""Registers that are proposed for protection."""


class StructureFigures(Struct, frozen=True):
    """A module, all its instances together.

    Attributes:
        module: as the source names it
        bits: of its registers
        outcomes: faults by outcome, without those that none had
        phases: share of faults that are not masked, in each of `PHASES`
    """

    module: str
    bits: int
    outcomes: dict[str, int]
    phases: list[float]


class RegisterFigures(Struct, frozen=True):
    """A register of a module, in all its instances.

    Attributes:
        module: as the source names it
        name: of the variable
        bits: in all instances
        outcomes: faults by outcome
    """

    module: str
    name: str
    bits: int
    outcomes: dict[str, int]


class ElementFigures(Struct, frozen=True):
    """A compute element: all registers of the instances with two indices.

    Attributes:
        row: the first index
        column: the second
        bits: of its registers
        avf: share of faults in them that are not masked
    """

    row: int
    column: int
    bits: int
    avf: float


class WrongFigures(Struct, frozen=True):
    """Distances of the results of the class `WRONG_RESULT` from the right ones.

    Attributes:
        single: share of them with one wrong element
        elements: median, and most, wrong elements
        errors: shares of them with a largest relative error below 1 %, below 100 %, above, or no number
    """

    single: float
    elements: tuple[int, int]
    errors: tuple[float, float, float, float]


class FaultFigures(Struct, frozen=True):
    """A map of faults.

    Attributes:
        device: its name
        instance: the array's shape, in words
        job: name in `regressions.faults.jobs.JOBS`
        kind: what a fault did, in words
        git: commit of the device
        cycles: in which faults were injected
        bits: in which they were
        outcomes: faults by outcome
        structures: modules, the most vulnerable first
        registers: of all modules, those with the most failures first
        elements: of the array
        hangs: by what it took to run the next job: soft clear, reset, or neither
        wrong: of wrong results; None without one
        seconds: wall time of the loop
        processor: processor time of it, in seconds
        simulated: cycles that it simulated
        known: faults whose outcome was that of another one
    """

    device: str
    instance: str
    job: str
    kind: str
    git: str
    cycles: int
    bits: int
    outcomes: dict[str, int]
    structures: list[StructureFigures]
    registers: list[RegisterFigures]
    elements: list[ElementFigures]
    hangs: dict[str, int]
    wrong: WrongFigures | None
    seconds: float
    processor: float
    simulated: int
    known: int

    @property
    def faults(self) -> int:
        """Number of faults."""
        return sum(self.outcomes.values())


def avf(outcomes: Mapping[str, int]) -> float:
    """Architectural vulnerability factor: the share of faults that are not masked."""
    every = sum(outcomes.values())
    return 1 - outcomes.get(FaultOutcome.MASKED.words, 0) / every if every else 0.0


def failures(outcomes: Mapping[str, int]) -> int:
    """Faults that are not masked."""
    return sum(outcomes.values()) - outcomes.get(FaultOutcome.MASKED.words, 0)


def measure(made: FaultMap, device: str, instance: str, job: str, kind: str, git: str) -> FaultFigures:
    """Figures of a map, whose table is that of all cycles."""
    outcome = made.table["outcome"]
    owners = made.bits[made.chosen, 0]
    modules = np.array([made.variables[owner].module for owner in owners])
    names = np.array([made.variables[owner].name for owner in owners])
    structures = [
        StructureFigures(
            str(module),
            int(np.count_nonzero(mine := modules == module)),
            counted(outcome[:, mine]),
            _phases(outcome[: made.end + 1, mine]),
        )
        for module in np.unique(modules)
    ]
    registers = []
    for module, name in sorted({*zip(modules.tolist(), names.tolist(), strict=True)}):
        mine = (modules == module) & (names == name)
        registers.append(RegisterFigures(module, name, int(mine.sum()), counted(outcome[:, mine])))
    return FaultFigures(
        device,
        instance,
        job,
        kind,
        git,
        len(outcome),
        len(made.chosen),
        counted(outcome),
        sorted(structures, key=lambda row: -avf(row.outcomes)),
        sorted(registers, key=lambda row: -failures(row.outcomes)),
        _elements(made, outcome),
        _hangs(made.table),
        _wrong(made.table),
        made.seconds,
        made.processor,
        made.simulated,
        made.known,
    )


def wilson(count: int, every: int) -> tuple[float, float]:
    """Wilson's interval of a share of which `count` of `every` were seen, with a confidence of 95 %."""
    share, square = count / every, _QUANTILE**2
    middle = share + square / (2 * every)
    spread = _QUANTILE * math.sqrt(share * (1 - share) / every + square / (4 * every**2))
    whole = 1 + square / every
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def counted(outcome: NDArray[np.uint8]) -> dict[str, int]:
    """Faults by outcome, in the order of outcomes."""
    counts = np.bincount(outcome.ravel(), minlength=len(FaultOutcome))
    return {each.words: int(counts[each]) for each in FaultOutcome if counts[each]}


def _phases(outcome: NDArray[np.uint8]) -> list[float]:
    parts = np.array_split(outcome != FaultOutcome.MASKED, PHASES)
    return [round(float(part.mean()), 4) if part.size else 0.0 for part in parts]


def _elements(made: FaultMap, outcome: NDArray[np.uint8]) -> list[ElementFigures]:
    indices = [_INDEX.findall(variable.path) for variable in made.variables]
    owners = made.bits[made.chosen, 0]
    found = []
    for row, column in sorted({(int(each[0]), int(each[1])) for each in indices if len(each) == 2}):
        own = [place for place, each in enumerate(indices) if each == [str(row), str(column)]]
        mine = np.isin(owners, own)
        if mine.any():
            share = float((outcome[:, mine] != FaultOutcome.MASKED).mean())
            found.append(ElementFigures(row, column, int(mine.sum()), round(share, 4)))
    return found


def _hangs(table: NDArray[Any]) -> dict[str, int]:
    flags = table["flags"][table["outcome"] == FaultOutcome.HANG]
    cleared = int(np.count_nonzero(flags & FaultFlag.CLEARED))
    reset = int(np.count_nonzero(flags & FaultFlag.RESET))
    return {"soft clear": cleared, "reset": reset, "neither": len(flags) - cleared - reset}


def _wrong(table: NDArray[Any]) -> WrongFigures | None:
    wrong = table[table["outcome"] == FaultOutcome.WRONG_RESULT]
    if not wrong.size:
        return None
    elements, errors = wrong["elements"], wrong["error"]
    limits = (errors < 0.01, (errors >= 0.01) & (errors < 1), (errors >= 1) & np.isfinite(errors))
    shares = [float(limit.mean()) for limit in limits]
    return WrongFigures(
        round(float((elements == 1).mean()), 4),
        (int(np.median(elements)), int(elements.max())),
        (*(round(share, 4) for share in shares), round(1 - sum(shares), 4)),  # type: ignore[arg-type]
    )
