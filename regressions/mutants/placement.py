# SPDX-License-Identifier: Apache-2.0
"""Defects found in the sources of their device."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from regressions.mutants.changes import ChangeError, Placed, place
from regressions.mutants.defects import Defect
from regressions.mutants.macros import without_macros
from regressions.mutants.source import SourceError, VerilogSource
from tb.schema import alternatives
from tb.source_text import read_source_text


class Sourced(Protocol):
    """Owner of sources that have defects: a device's descriptor, or modules that devices of a kind share."""

    @property
    def name(self) -> str:
        """Names the files with its defects."""
        ...

    @property
    def sources(self) -> Sequence[Path]:
        """Its source files."""
        ...

    @property
    def includes(self) -> Sequence[Path]:
        """Folders of their headers."""
        ...


def own_sources(device: Sourced) -> dict[str, Path]:
    """The device's own source files by name; those of installed packages have only defects of one's own."""
    return {path.name: path for path in device.sources if not _packaged(path)}


def read_source(path: Path, device: Sourced) -> VerilogSource:
    """Reads a source of a device; one of an installed package without its macros.

    Raises:
        SourceError: It is no SystemVerilog.
    """
    text = read_source_text(path)
    return VerilogSource(without_macros(text, device.includes) if _packaged(path) else text)


def _packaged(path: Path) -> bool:
    return "site-packages" in path.parts


@dataclass(frozen=True, slots=True)
class Placement:
    """Defects of a device, found in its sources."""

    sources: dict[str, VerilogSource]  # the sources that have defects, by file name
    placed: Sequence[Placed]  # changes of each defect; the defect at position i has the number i + 1


def place_all(defects: Sequence[Defect], device: Sourced) -> Placement:
    """Finds every defect in the sources.

    Raises:
        SchemaError: One does not apply to the source (any more).
    """
    files = {path.name: path for path in device.sources}
    sources: dict[str, VerilogSource] = {}
    placed: list[Placed] = []
    for defect in defects:
        if defect.file not in files:
            raise defect.where.error(
                f"{device.name} has no source file '{defect.file}'; {alternatives(defect.file, files)}"
            )
        try:
            if defect.file not in sources:
                sources[defect.file] = read_source(files[defect.file], device)
            placed.append(place(sources[defect.file], defect.change))
        except (ChangeError, SourceError) as error:
            raise defect.where.error(f"{defect.file}: {error}") from None
    return Placement(sources, placed)
