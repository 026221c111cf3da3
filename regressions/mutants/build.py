# SPDX-License-Identifier: Apache-2.0
"""Compiles a device with all of its defects into one simulation, in which a plusarg chooses one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from regressions.mutants.defects import Defect, Placement
from regressions.mutants.rewrite import PACKAGE, instrument
from regressions.simulators.base import Build, BuildError, Simulator
from tb.descriptor import Descriptor

KIND = "fast"
# Each attempt drops at least one defect; what still fails then has another cause.
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class MutantBuild:
    """The simulation with the defects.

    Attributes:
        build: What was compiled.
        invalid: Numbers of the defects that do not compile, with the compiler's words; they are not in it.
    """

    build: Build
    invalid: dict[int, str]


def mutated(
    descriptor: Descriptor,
    defects: Sequence[Defect],
    placement: Placement,
    folder: Path,
    without: Sequence[int] = (),
) -> Descriptor:
    """Writes copies of the sources with the defects, and describes the device that is made of them.

    Args:
        descriptor: The device; its sources stay as they are.
        defects: All defects.
        placement: Where they are.
        folder: Receives the copies.
        without: Numbers of defects to leave out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / "mutant_pkg.sv"
    package.write_text(PACKAGE)
    copies: dict[str, Path] = {}
    for name, source in placement.sources.items():
        changes = {
            number: placed
            for number, (defect, placed) in enumerate(zip(defects, placement.placed, strict=True), start=1)
            if defect.file == name and number not in without
        }
        copies[name] = folder / name
        copies[name].write_text(instrument(source, changes))
    sources = (package, *(copies.get(path.name, path) for path in descriptor.sources))
    return replace(descriptor, name=f"{descriptor.name}-mutants", sources=sources)


def build(
    simulator: Simulator,
    descriptor: Descriptor,
    defects: Sequence[Defect],
    placement: Placement,
    folder: Path,
) -> MutantBuild:
    """Compiles the device with all defects that compile.

    Raises:
        BuildError: The build fails, and not at a line with a defect.
    """
    invalid: dict[int, str] = {}
    log = folder / "build.log"
    for _ in range(_ATTEMPTS):
        device = mutated(descriptor, defects, placement, folder / "src", tuple(invalid))
        try:
            return MutantBuild(simulator.build(device, KIND, log), invalid)
        except BuildError:
            found = _blame(log, defects, placement, folder / "src")
            found = {number: text for number, text in found.items() if number not in invalid}
            if not found:
                raise
            invalid |= found
    raise BuildError(f"{len(invalid)} defects of {descriptor.name} do not compile; see {log}")


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
