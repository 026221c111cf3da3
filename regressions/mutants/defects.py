# SPDX-License-Identifier: Apache-2.0
"""The defects of a device, as data: ``regressions/mutants/<device>*.toml`` (docs/mutants.md)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from regressions.errors import UserError
from regressions.mutants.changes import Change, ChangeError, Placed, place
from regressions.mutants.source import SourceError, VerilogSource
from regressions.paths import relative
from tb.schema import Field, Raw, SchemaError, Where, check, nearest, read_toml

FOLDER = Path(__file__).resolve().parent
_ID = re.compile(r"[a-z][a-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Defect:
    """One deliberate fault.

    Attributes:
        id: Unique name.
        file: Name of the source file, which is one of the device's.
        change: The line and its replacement.
        about: Description of the defect in one line.
        seen_by: Checkers of which at least one must report it; empty if any will do.
        operator: Operator that made a generated defect; empty for one written by hand.
        equivalent: Why no behaviour of the device changes, empty if some does.
        unreachable: Why no job of this device gets there, empty if some does.
        where: Place in the data, for messages.
    """

    id: str
    file: str
    change: Change
    about: str
    seen_by: tuple[str, ...]
    operator: str
    equivalent: str
    unreachable: str
    where: Where

    @property
    def module(self) -> str:
        """The module that holds it, named as its file."""
        return self.file.rpartition(".")[0]

    @property
    def reason(self) -> str:
        """Reason why it may survive, empty if it may not."""
        return self.equivalent or self.unreachable


def _id(value: Raw, where: Where) -> str:
    if not _ID.fullmatch(value):
        raise where.error(f"'{value}' is no id; use small letters, digits, '_', '.' and '-', a letter first")
    return str(value)


def _line(value: Raw, where: Where) -> str:
    text = str(value)
    if text != text.strip() or "\n" in text:
        raise where.error("give one line, without the blanks around it")
    return text


_DEFECT = {
    "id": Field("unique name of the defect", str, required=True, parse=_id),
    "file": Field("name of the source file", str, required=True),
    "line": Field(
        "the line that is replaced, without the blanks around it and a comment behind it",
        str,
        required=True,
        parse=_line,
    ),
    "ordinal": Field(
        "which of the lines with that text, from 1; only for repeated lines", int, default=0, lo=1
    ),
    "replacement": Field("what takes its place; empty to drop the line", str, required=True, parse=_line),
    "about": Field("what the defect is, in a line", str, required=True),
    "seen_by": Field(
        "checkers of which at least one must report it; default: any",
        list,
        default=[],
        items=Field("name of a checker", str),
    ),
    "operator": Field("how a generated defect was made", str, default=""),
    "equivalent": Field("why no behaviour of the device changes", str, default=""),
    "unreachable": Field("why no job of this device gets there", str, default=""),
}
FIELDS = {
    "schema": Field("version of this schema: 1", int, required=True, lo=1, hi=1),
    "device": Field("name of the device", str, required=True),
    "defect": Field("the defects, as [[defect]] tables", list, default=[], items=Field("a defect", dict)),
}


def data_files(device: str, folder: Path = FOLDER) -> list[Path]:
    """Files with a device's defects: those written by hand, then the generated ones."""
    names = (f"{device}.toml", f"{device}_generated.toml")
    return [folder / name for name in names if (folder / name).is_file()]


def load(device: str, folder: Path = FOLDER) -> list[Defect]:
    """The defects of a device.

    Raises:
        UserError: None are listed.
        SchemaError: A file is malformed, or an id is used twice.
    """
    files = data_files(device, folder)
    if not files:
        raise UserError(f"no defects of device {device}: list some in {relative(folder / f'{device}.toml')}")
    defects: dict[str, Defect] = {}
    for file in files:
        where = Where(relative(file))
        table = check(read_toml(file), FIELDS, where)
        if table["device"] != device:
            raise where.key("device").error(
                f"'{table['device']}' does not suit the file's name; write '{device}'"
            )
        for index, fields in enumerate(table["defect"]):
            defect = _defect(fields, where, index)
            if defect.id in defects:
                raise defect.where.error("the id is used twice; give each defect its own")
            defects[defect.id] = defect
    return list(defects.values())


def _defect(fields: Raw, where: Where, index: int) -> Defect:
    place = where.key("defect").item(index)
    if isinstance(fields.get("id"), str):
        place = where.key(f"defect {fields['id']}")
    values = check(fields, _DEFECT, place)
    if values["equivalent"] and values["unreachable"]:
        raise place.error("a defect is either equivalent or unreachable; keep one reason")
    line, ordinal = values.pop("line"), values.pop("ordinal")
    change = Change(line, values.pop("replacement"), ordinal)
    return Defect(**{**values, "seen_by": tuple(values["seen_by"])}, change=change, where=place)


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


def own_sources(device: Sourced) -> dict[str, Path]:
    """The device's own source files by name; those of installed packages are not the project's to change."""
    return {path.name: path for path in device.sources if "site-packages" not in path.parts}


@dataclass(frozen=True, slots=True)
class Placement:
    """Defects of a device, found in its sources.

    Attributes:
        sources: The sources that have defects, by file name.
        placed: Changes of each defect; the defect at position i has the number i + 1.
    """

    sources: dict[str, VerilogSource]
    placed: Sequence[Placed]


def place_all(defects: Sequence[Defect], device: Sourced) -> Placement:
    """Finds every defect in the sources.

    Raises:
        SchemaError: One does not apply to the source (any more).
    """
    files = own_sources(device)
    sources: dict[str, VerilogSource] = {}
    placed: list[Placed] = []
    for defect in defects:
        if defect.file not in files:
            raise defect.where.error(
                f"{device.name} has no source file '{defect.file}'; {nearest(defect.file, files)}"
                f"Known: {', '.join(files)}"
            )
        try:
            if defect.file not in sources:
                sources[defect.file] = VerilogSource(files[defect.file].read_text())
            placed.append(place(sources[defect.file], defect.change))
        except (ChangeError, SourceError) as error:
            raise defect.where.error(f"{defect.file}: {error}") from None
    return Placement(sources, placed)


__all__ = [
    "FOLDER",
    "Defect",
    "Placement",
    "SchemaError",
    "Sourced",
    "data_files",
    "load",
    "own_sources",
    "place_all",
]
