# SPDX-License-Identifier: Apache-2.0
"""Figures of a synthesized device: `build/reports/synthesis.json`, and the kept baseline."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import cache
from pathlib import Path

from msgspec import Struct

from regressions.synthesis.depth import longest
from regressions.synthesis.findings import Structure
from regressions.synthesis.flow import Synthesized
from regressions.synthesis.measured import ComparedUnit
from regressions.yosys.netlist import SynthesisUnit
from tb.exchange.device import Descriptor
from tb.schema import read_toml

GROUPS = Path(__file__).with_name("groups.toml")


class UnitFigures(Struct, frozen=True):
    """A unit: a module with parameters.

    Attributes:
        unit: module with parameters
        instances: how often the device has it
        own: area of one without the units inside, in gate equivalents (two-input NANDs)
        whole: area of one with them
        cells: cells of one, without them
        registers: flip-flops of one, in bits, without them
        all_registers: those with them
    """

    unit: str
    instances: int
    own: float
    whole: float
    cells: int
    registers: int
    all_registers: int


class DepthFigures(Struct, frozen=True):
    """One of the longest paths, as in `regressions.synthesis.depth.LongPath`."""

    levels: int
    start: str
    end: str
    alike: int


class FoundIn(Struct, frozen=True, order=True):
    """A finding, as in `regressions.synthesis.findings.Structure`."""

    unit: str
    kind: str
    what: str


class DeviceFigures(Struct, frozen=True):
    """A device.

    Attributes:
        instance: the array's shape, in words
        cells: name of the cell library
        elements: compute elements
        units: figures of all units, the largest first
        groups: area of each group of units, in gate equivalents
        paths: the longest paths
        findings: structures that were found
        compared: units whose netlists were compared with their sources
    """

    instance: str
    cells: str
    elements: int
    units: list[UnitFigures]
    groups: dict[str, float]
    paths: list[DepthFigures]
    findings: list[FoundIn]
    compared: list[ComparedUnit] = []

    @property
    def whole(self) -> UnitFigures:
        """The device as a whole."""
        return max(self.units, key=lambda unit: unit.whole)


def measure(device: Descriptor, made: Synthesized) -> DeviceFigures:
    """Figures of a device."""
    counts = _instances(made)

    @cache
    def whole(unit: SynthesisUnit) -> tuple[float, int]:
        own, registers, _ = _own(made, unit)
        inside = [whole(child) for _, child in made.units[unit].children]
        return own + sum(area for area, _ in inside), registers + sum(bits for _, bits in inside)

    rows = []
    for unit in made.units:
        own, registers, cells = _own(made, unit)
        area, bits = whole(unit)
        rows.append(UnitFigures(unit.label, counts[unit], own, area, cells, registers, bits))
    groups: dict[str, float] = {}
    _share(made, made.top, _modules(), "control", groups)
    return DeviceFigures(
        device.instance.title,
        made.library.path.stem,
        device.instance.h * device.instance.l,
        sorted(rows, key=lambda row: (-row.whole, row.unit)),
        {name: round(groups[name], 2) for name in sorted(groups, key=lambda name: -groups[name])},
        [] if _endless(made) else [DepthFigures(*astuple(path)) for path in longest(made)],
        found_in(made.findings),
    )


def _endless(made: Synthesized) -> bool:
    """Tell whether paths have no end, because of a loop or a latch."""
    return any(finding.kind in ("loop", "latch") for finding in made.findings)


def found_in(findings: Sequence[Structure]) -> list[FoundIn]:
    """Findings as files have them, in order."""
    return [FoundIn(each.unit, each.kind, each.what) for each in sorted(findings)]


def _own(made: Synthesized, unit: SynthesisUnit) -> tuple[float, int, int]:
    """Area, bits of state and cells of a unit without those inside."""
    kinds = Counter(cell.kind for cell in made.units[unit].cells if cell.unit is None)
    library = made.library
    # A latch has no cell; it is a finding that fails.
    area = sum(library.areas.get(kind, 0.0) * count for kind, count in kinds.items())
    state = sum(count for kind, count in kinds.items() if kind in library.registers)
    return round(area, 2), state, kinds.total()


def _instances(made: Synthesized) -> Counter[SynthesisUnit]:
    """Count the instances of each unit; units stand in an order in which parents come first."""
    counts = Counter({made.top: 1})
    waiting = [made.top]
    while waiting:
        for _, child in made.units[waiting.pop()].children:
            counts[child] += 1
            waiting.append(child)
    return counts


def _modules() -> Mapping[str, str]:
    """The group of a module and of all inside it, where the file has one."""
    table = read_toml(GROUPS)
    return {module: group for group, modules in table.items() for module in modules}


def _share(
    made: Synthesized, unit: SynthesisUnit, groups: Mapping[str, str], inherited: str, areas: dict[str, float]
) -> None:
    """Adds the areas of a unit and of those inside to their groups."""
    group = groups.get(unit.module, inherited)
    areas[group] = areas.get(group, 0.0) + _own(made, unit)[0]
    for _, child in made.units[unit].children:
        _share(made, child, groups, group, areas)
