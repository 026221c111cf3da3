# SPDX-License-Identifier: Apache-2.0
"""Compiles sources with all of their defects, of which a plusarg chooses one in the simulation."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from regressions.mutants.changes import ChangeError
from regressions.mutants.defects import Defect
from regressions.mutants.placement import Placement
from regressions.mutants.rewrite import PACKAGE, instrument
from regressions.simulators.base import BuildError
from tb.source_text import write_source_text

T = TypeVar("T")

# Each attempt drops at least one defect; what still fails then has another cause.
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Copies:
    """Sources with all defects in them."""

    package: Path  # the package with the selector; it comes before all other sources
    changed: dict[str, Path]  # the copies, by the file name of the source whose place they take


def write_copies(
    defects: Sequence[Defect], placement: Placement, folder: Path, without: Collection[int] = ()
) -> Copies:
    """Writes copies of the sources with the defects but for some numbers; the sources stay as they are.

    Raises:
        SchemaError: A defect would not act as its data ask, side by side with the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / "mutant_pkg.sv"
    package.write_text(PACKAGE)
    changed: dict[str, Path] = {}
    for name, source in placement.sources.items():
        changes = {
            number: placed
            for number, (defect, placed) in enumerate(zip(defects, placement.placed, strict=True), start=1)
            if defect.file == name and number not in without
        }
        changed[name] = folder / name
        try:
            write_source_text(changed[name], instrument(source, changes))
        except ChangeError as error:
            raise defects[error.number - 1].where.error(f"{name}: {error}") from None
    return Copies(package, changed)


def build_valid(
    defects: Sequence[Defect], placement: Placement, folder: Path, make: Callable[[Copies, Path], T]
) -> tuple[T, dict[int, str]]:
    """Compiles a device with all defects that compile; `make` compiles copies, with a log.

    Returns:
        What `make` gives; and the numbers of the defects that do not compile, with the compiler's words.

    Raises:
        BuildError: The build fails, and not at a line with a defect.
    """
    invalid: dict[int, str] = {}
    log = folder / "build.log"
    for _ in range(_ATTEMPTS):
        copies = write_copies(defects, placement, folder / "src", invalid)
        try:
            return make(copies, log), invalid
        except BuildError:
            found = _blame(log, defects, placement, folder / "src")
            found = {number: text for number, text in found.items() if number not in invalid}
            if not found:
                raise
            invalid |= found
    raise BuildError(f"{len(invalid)} defects do not compile; see {log}")


def _blame(log: Path, defects: Sequence[Defect], placement: Placement, folder: Path) -> dict[int, str]:
    """The defects on the lines of which the compiler found errors."""
    place = re.compile(rf"rror.*?{re.escape(str(folder))}/([\w.]+):(\d+)(?::\d+)?:? *(.*)")
    blamed: dict[int, str] = {}
    for match in map(place.search, log.read_text(errors="replace").splitlines() if log.exists() else []):
        if match is None:
            continue
        name, row, text = match[1], int(match[2]), match[3]
        for number, (defect, placed) in enumerate(zip(defects, placement.placed, strict=True), start=1):
            if defect.file == name and row in placed.rows:
                blamed.setdefault(number, text)
    return blamed
