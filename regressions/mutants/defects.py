# SPDX-License-Identifier: Apache-2.0
"""The defects of a device, as data: ``regressions/mutants/<device>*.toml`` (docs/mutants.md)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from regressions.errors import NoDefects
from regressions.paths import relative
from tb.exchange.reading import convert
from tb.schema import Where, read_toml

FOLDER = Path(__file__).resolve().parent
_ID = re.compile(r"[a-z][a-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Change:
    """One line replaced by another."""

    line: str  # the line without the blanks around it and without a comment at its end
    replacement: str  # text that takes its place; empty to drop the line
    ordinal: int = 0  # which of the lines with that text, from 1; 0 if there is only one


class Defect(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One deliberate fault."""

    id: str  # unique name
    file: str  # name of the source file, which is one of the device's
    line: str  # the line that is replaced, without the blanks around it and a comment behind it
    replacement: str  # text that takes its place; empty to drop the line
    about: str  # description of the defect in one line
    # Which of the lines with that text, from 1; 0 if there is only one.
    ordinal: Annotated[int, Meta(ge=1)] = 0
    # Build kind in which it is judged; xrand for what shows in another initial state than all zeros.
    kind: Literal["fast", "xrand"] = "fast"
    # Parts of tests that run before those of the list, as the list has them; for defects that no other needs.
    jobs: tuple[str, ...] = ()
    seen_by: tuple[str, ...] = ()  # checkers of which at least one must report it; empty if any will do
    operator: str = ""  # operator that made a generated defect; empty for one written by hand
    equivalent: str = ""  # why no behaviour of the device changes, empty if some does
    unreachable: str = ""  # why no job of this device gets there, empty if some does
    # What proves the reason (docs/proof.md): statements about arithmetic, and properties as module.label, of
    # which `same_outputs` is the comparison with the right module; empty where the reason stands by hand.
    proof: tuple[str, ...] = ()
    # True on another device than that of the data, which may get where `unreachable` says that it cannot.
    elsewhere: bool = False
    where: Where = Where("")  # place in the data, for messages

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(
                f"'{self.id}' is no id; use small letters, digits, '_', '.' and '-', a letter first"
            )
        for text in (self.line, self.replacement):
            if text != text.strip() or "\n" in text:
                raise ValueError(f"{text!r}: give one line, without the blanks around it")
        if self.equivalent and self.unreachable:
            raise ValueError("a defect is either equivalent or unreachable; keep one reason")
        if self.proof and not self.reason:
            raise ValueError("a proof is for a reason; say what it proves, as equivalent or unreachable")

    @property
    def change(self) -> Change:
        """The line and its replacement."""
        return Change(self.line, self.replacement, self.ordinal)

    @property
    def module(self) -> str:
        """The module that holds it, named as its file."""
        return self.file.rpartition(".")[0]

    @property
    def reason(self) -> str:
        """Excuse why it may survive, empty if it may not."""
        return self.equivalent or self.unreachable


class Excuse(Struct, frozen=True, forbid_unknown_fields=True):
    """One reason why swept or drawn defects survive."""

    file: str  # name of the source file
    # Regular expression that is found in `line -> replacement` of each of them, written without other blanks.
    pattern: str
    # Which of the lines with that text, from 1, where the others are no such lines; 0 for any.
    ordinal: Annotated[int, Meta(ge=0)] = 0
    equivalent: str = ""  # as in `Defect`
    unreachable: str = ""
    where: Where = Where("")  # place in the data, for messages

    def __post_init__(self) -> None:
        if bool(self.equivalent) == bool(self.unreachable):
            raise ValueError("give one reason, equivalent or unreachable")


class _DefectsFile(Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    device: str
    jobs: str = ""
    sweep: tuple[str, ...] = ()
    draw: int = 0
    defect: list[dict[str, Any]] = []
    reason: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class DefectList:
    """Content of a file of defects."""

    device: str  # device whose defects they are
    defects: list[Defect]  # those that are written down
    jobs: Path | None = None  # list of the tests that run with each; None for those of its kind
    sweep: tuple[str, ...] = ()  # names of sources that have defects in each line (`sweep.py`)
    draw: int = 0  # how many more the operators choose in all sources, by the seed
    reasons: tuple[Excuse, ...] = ()  # reasons why some of both survive


def data_files(device: str, folder: Path = FOLDER) -> list[Path]:
    """Files with a device's defects: those written by hand, then the generated ones."""
    names = (f"{device}.toml", f"{device}_generated.toml")
    return [folder / name for name in names if (folder / name).is_file()]


def load(device: str, folder: Path = FOLDER) -> list[Defect]:
    """The defects of a device.

    Raises:
        NoDefects: None are listed.
        SchemaError: A file is malformed, or an id is used twice.
    """
    files = data_files(device, folder)
    if not files:
        raise NoDefects(f"no defects of device {device}: list some in {relative(folder / f'{device}.toml')}")
    defects: dict[str, Defect] = {}
    for file in files:
        found = read(file)
        if found.device != device:
            what = f"'{found.device}' does not suit the file's name; write '{device}'"
            raise Where(relative(file)).key("device").error(what)
        _add(defects, found.defects)
    return list(defects.values())


def read(file: Path) -> DefectList:
    """The content of a file.

    Raises:
        SchemaError: The file is malformed, or an id is used twice.
    """
    where = Where(relative(file))
    content = convert(read_toml(file), _DefectsFile, where)
    defects: dict[str, Defect] = {}
    for index, fields in enumerate(content.defect):
        place = where.key(f"defect {fields['id']}" if "id" in fields else f"defect[{index}]")
        _add(defects, [replace(convert(fields, Defect, place), where=place)])
    reasons = []
    for index, fields in enumerate(content.reason):
        place = where.key(f"reason[{index}]")
        reasons.append(replace(convert(fields, Excuse, place), where=place))
    jobs = file.parent / content.jobs if content.jobs else None
    return DefectList(
        content.device, list(defects.values()), jobs, content.sweep, content.draw, tuple(reasons)
    )


def refuse_jobs(defects: Iterable[Defect]) -> None:
    """Complains about jobs of a defect where other things run than jobs of tests.

    Raises:
        SchemaError: One names some.
    """
    for defect in defects:
        if defect.jobs:
            raise defect.where.key("jobs").error("only defects of a device run under jobs; leave it out")


def _add(defects: dict[str, Defect], more: Iterable[Defect]) -> None:
    for defect in more:
        if defect.id in defects:
            raise defect.where.error("the id is used twice; give each defect its own")
        defects[defect.id] = defect
