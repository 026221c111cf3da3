# SPDX-License-Identifier: Apache-2.0
"""Faults in reports, from the last figures of `make faults`."""

import json
from dataclasses import dataclass
from pathlib import Path

from regressions.faults.figures import (
    HARDENED,
    PHASES,
    FaultFigures,
    RegisterFigures,
    StructureFigures,
    avf,
    failures,
)
from regressions.faults.outcomes import MEANING
from regressions.pictures import Cell, HeatMap
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where


@dataclass(frozen=True, slots=True)
class Hardened:
    """A register to protect.

    Attributes:
        register: with its module
        bits: flip-flops in all instances, twice as many more for triplication
        avf: share of faults in it that are not masked
        share: of all failures
        together: of all failures, with those of the registers before
    """

    register: str
    bits: int
    avf: float
    share: float
    together: float


@dataclass(frozen=True, slots=True)
class FaultSection:
    """The report's section on `faults.json`."""

    figures: FaultFigures
    maps: list[HeatMap]  # modules over time, and the array
    hardened: list[Hardened]
    meaning: list[tuple[str, str, int]]  # name and meaning of each outcome, and its faults


def fault_section(file: Path) -> FaultSection | None:
    """The figures in a `faults.json`; None where there are none that this version wrote."""
    try:
        figures = convert(json.loads(file.read_text()), FaultFigures, Where(file.name))
    except (OSError, ValueError, SchemaError):
        return None
    maps = [_over_time(figures.structures), *([_array(figures)] if figures.elements else [])]
    meaning = [(each.words, text, figures.outcomes.get(each.words, 0)) for each, text in MEANING.items()]
    return FaultSection(figures, maps, hardened(figures.registers), meaning)


def hardened(registers: list[RegisterFigures]) -> list[Hardened]:
    """The registers with the most failures, and what protecting them would save."""
    whole = max(sum(failures(each.outcomes) for each in registers), 1)
    rows, together = [], 0.0
    for each in registers[:HARDENED]:
        share = failures(each.outcomes) / whole
        together += share
        name = f"{each.module}.{each.name}"
        rows.append(Hardened(name, each.bits, avf(each.outcomes), share, together))
    return rows


def _over_time(structures: list[StructureFigures]) -> HeatMap:
    names = [each.module.partition("_")[2] or each.module for each in structures]
    columns = [str(place + 1) for place in range(PHASES)]
    cells = {
        (columns[place], name): Cell(
            f"{100 * share:.0f}", share, f"{each.module}, part {place + 1}: {share:.1%}"
        )
        for name, each in zip(names, structures, strict=True)
        for place, share in enumerate(each.phases)
    }
    text = "Share of upsets that are not masked, %, in each of equal parts of the time up to the last event."
    return HeatMap("Vulnerability of modules over time", "part of the job", "", columns, names, cells, text)


def _array(figures: FaultFigures) -> HeatMap:
    columns = sorted({each.column for each in figures.elements})
    rows = sorted({each.row for each in figures.elements})
    cells = {
        (str(each.column), str(each.row)): Cell(
            f"{100 * each.avf:.0f}", each.avf, f"{each.bits} bits: {each.avf:.1%}"
        )
        for each in figures.elements
    }
    return HeatMap(
        "Vulnerability of compute elements",
        "element in the row",
        "row",
        [*map(str, columns)],
        [*map(str, rows)],
        cells,
        "Share of upsets that are not masked, %, in all registers of an element.",
    )
