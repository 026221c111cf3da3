# SPDX-License-Identifier: Apache-2.0
"""NetlistCell libraries: what `make synth` needs to know of a Liberty file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regressions.errors import UserError
from regressions.paths import relative

GENERIC = Path(__file__).with_name("generic.lib")
OSU018 = Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
"""Library of Debian's package qflow-tech-osu018."""

_CELL = re.compile(r"^\s*cell\s*\(\s*\"?(\w+)\"?\s*\)", re.MULTILINE)
_AREA = re.compile(r"\barea\s*:\s*([0-9.]+)")
_REGISTER = re.compile(r"\bff\s*\(")
_NAND2 = re.compile(r"NAND2(?:X1)?")


@dataclass(frozen=True, slots=True)
class Library:
    """Cells of a Liberty file.

    Attributes:
        path: the file
        areas: area of each cell in gate equivalents: that of the two-input NAND is 1
        registers: flip-flops
    """

    path: Path
    areas: Mapping[str, float]
    registers: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> "Library":
        """Read a file.

        Raises:
            UserError: It cannot be read, or has no two-input NAND.
        """
        try:
            text = path.read_text(errors="replace")
        except OSError as error:
            raise UserError(f"CELLS={relative(path)}: {error.strerror}; name a Liberty file") from error
        starts = list(_CELL.finditer(text))
        ends = [match.start() for match in starts[1:]] + [len(text)]
        bodies = {match[1]: text[match.end() : end] for match, end in zip(starts, ends, strict=True)}
        areas = {name: float(found[1]) for name, body in bodies.items() if (found := _AREA.search(body))}
        unit = next((area for name, area in areas.items() if _NAND2.fullmatch(name)), 0.0)
        if not unit:
            raise UserError(f"CELLS={relative(path)}: no cell NAND2 or NAND2X1 whose area is the unit")
        registers = frozenset(name for name, body in bodies.items() if _REGISTER.search(body))
        return cls(path, {name: area / unit for name, area in areas.items()}, registers)
