# SPDX-License-Identifier: Apache-2.0
"""The ratchet on area: kept figures of each unit, which grow on purpose only (`make synth KEEP=1`)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from regressions.json_file import write_json
from regressions.paths import relative
from regressions.synthesis.figures import DeviceFigures, FoundIn
from regressions.synthesis.findings import WRONG
from tb.exchange.reading import convert
from tb.schema import Where

FILE = Path(__file__).with_name("kept.json")

TOLERANCE = 0.01
"""Growth of a unit that is let pass: mapping is a heuristic, and a changed line moves what is around it."""


class KeptUnit(Struct, frozen=True, forbid_unknown_fields=True):
    """Kept figures of a unit, without those inside: area in gate equivalents, flip-flops in bits."""

    area: float
    registers: int


class KeptDevice(Struct, frozen=True, forbid_unknown_fields=True):
    """Kept figures of a device: area as a whole, units by module and parameters, findings, longest path."""

    area: float
    levels: int
    units: dict[str, KeptUnit]
    findings: list[FoundIn]


def of(figures: DeviceFigures) -> KeptDevice:
    """The part of a device's figures that is kept."""
    units = {row.unit: KeptUnit(row.own, row.registers) for row in figures.units}
    findings = [each for each in figures.findings if each.kind not in WRONG]
    return KeptDevice(figures.whole.whole, figures.paths[0].levels if figures.paths else 0, units, findings)


def read(path: Path = FILE) -> dict[str, KeptDevice]:
    """Read the kept figures by device; empty if there are none.

    Raises:
        SchemaError: The file is damaged.
    """
    where = Where(relative(path))
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise where.error(f"not JSON ({error}); write it anew with make synth KEEP=1") from None
    tables = convert(content, dict[str, Any], where)
    return {name: convert(fields, KeptDevice, where.key(name)) for name, fields in tables.items()}


def write(kept: dict[str, KeptDevice], path: Path = FILE) -> None:
    """Write the file in one step."""
    write_json(path, to_builtins(dict(sorted(kept.items()))))


def complaints(kept: KeptDevice | None, figures: DeviceFigures) -> Iterator[str]:
    """Lines about what is wrong with a device: by itself, or beside what was kept of it."""
    for each in figures.findings:
        if each.kind in WRONG:
            yield f"{each.unit}: {each.kind}: {each.what}"
    if kept is None:
        yield "nothing of it is kept yet; keep it with make synth KEEP=1"
        return
    now = of(figures)
    for name, unit in now.units.items():
        old = kept.units.get(name)
        if old is None:
            yield f"{name} is not among the kept units; keep it with make synth KEEP=1"
            continue
        yield from _grown(name, "gate equivalents", old.area, unit.area)
        yield from _grown(name, "flip-flops", old.registers, unit.registers)
    yield from _grown("the device", "gate equivalents", kept.area, now.area)
    for each in now.findings:
        if each not in kept.findings:
            yield f"{each.unit}: {each.kind}, which was not kept: {each.what}"


def _grown(name: str, what: str, old: float, new: float) -> Iterator[str]:
    if new > old * (1 + TOLERANCE):
        share = f"{new / old - 1:.1%} more" if old else "none before"
        yield f"{name} grew from {old:g} to {new:g} {what}, {share}; keep it with make synth KEEP=1"
