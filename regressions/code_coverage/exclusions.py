# SPDX-License-Identifier: Apache-2.0
"""Goals of a device's code coverage, and points that cannot be hit, each with its reason: `coverage.toml`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from regressions.paths import relative
from regressions.simulators.counted_sources import counted
from regressions.simulators.points import Hits, Kind, Point
from tb.exchange.device import Descriptor
from tb.exchange.reading import convert
from tb.schema import Where, read_toml

FILE = "coverage.toml"
"""Name of the file, which lies beside the source of the top module."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Points that do not count."""

    kind: Kind  # kind of the points
    # Places: name of a source, and the text of a line of it, runs of blanks as one.
    at: tuple[tuple[str, str], ...]
    points: re.Pattern[str]  # regular expression for their whole names
    reason: str  # why they cannot be hit

    def covers(self, point: Point, text: str) -> bool:
        """Return whether a point is excluded, given the text of its line."""
        return point.kind is self.kind and (point.file, text) in self.at and self.matches(point)

    def matches(self, point: Point) -> bool:
        """Return whether a point's name is one of those that are meant."""
        return self.points.fullmatch(point.name) is not None


@dataclass(frozen=True, slots=True)
class Rules:
    """Exclusions and goals of a device."""

    # Least percentage of each kind; empty for a device without goals.
    goals: dict[Kind, float] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()  # points that do not count


def plain(line: str) -> str:
    """A line as it is compared: how it is aligned does not matter."""
    return " ".join(line.split())


class _Exclude(Struct, forbid_unknown_fields=True):
    kind: Kind
    at: Annotated[list[str], Meta(min_length=1)]
    reason: str
    points: str = ".*"


class _RulesFile(Struct, forbid_unknown_fields=True):
    """Content of `coverage.toml`; it is true for `devices`, goals are least percentages."""

    schema: Literal[1]
    devices: Annotated[list[str], Meta(min_length=1)]
    goals: dict[Kind, Annotated[float, Meta(ge=0.0, le=100.0)]] = {}
    exclude: list[_Exclude] = []


def load_rules(descriptor: Descriptor) -> Rules:
    """The rules of a device; none if it has no `coverage.toml`, or that does not name it.

    An instance with other parameters has other bits that cannot toggle.

    Raises:
        SchemaError: The file is malformed.
    """
    tops = [source for source in descriptor.sources if source.stem == descriptor.top]
    path = tops[0].with_name(FILE) if tops else Path(FILE)
    if not tops or not path.exists():
        return Rules()
    where = Where(relative(path))
    table = convert(read_toml(path), _RulesFile, where)
    exclusions = tuple(
        _exclusion(each, where.key("exclude").item(index)) for index, each in enumerate(table.exclude)
    )
    return Rules(table.goals, exclusions) if descriptor.name in table.devices else Rules()


def _exclusion(table: _Exclude, where: Where) -> Exclusion:
    places = []
    for index, text in enumerate(table.at):
        file, separator, line = text.partition(": ")
        if not separator or not file.endswith((".sv", ".v")):
            raise where.key("at").item(index).error(f"expected 'file.sv: text of a line', not {text!r}")
        places.append((file, plain(line)))
    try:
        return Exclusion(table.kind, tuple(places), re.compile(table.points), table.reason)
    except re.error as error:
        raise where.key("points").error(f"no regular expression: {error}") from None


class Texts:
    """The sources of a device by name, line by line.

    Attributes:
        lines: As they are.
    """

    def __init__(self, descriptor: Descriptor) -> None:
        # Lines end as the simulator sees it; what is no UTF-8 is for people alone.
        texts = {file.name: file.read_text("utf-8", errors="replace") for file in counted(descriptor)}
        self.lines = {name: text.split("\n") for name, text in texts.items()}
        self._plain = {name: [plain(line) for line in lines] for name, lines in self.lines.items()}

    def at(self, point: Point) -> str:
        """The text of a point's line, runs of blanks as one; empty if there is no such line."""
        lines = self._plain.get(point.file, [])
        return lines[point.line - 1] if 0 < point.line <= len(lines) else ""

    def has(self, file: str, text: str) -> bool:
        """Return whether a source has a line of that text."""
        return text in self._plain.get(file, ())


def excluded(exclusions: Sequence[Exclusion], points: Iterable[Point], texts: Texts) -> dict[Point, str]:
    """The points that do not count, with the reason of each."""
    places: dict[tuple[Kind, str, str], list[Exclusion]] = {}
    for each in exclusions:
        for file, text in each.at:
            places.setdefault((each.kind, file, text), []).append(each)
    found: dict[Point, str] = {}
    for point in points:
        for each in places.get((point.kind, point.file, texts.at(point)), ()):
            if each.matches(point):
                found[point] = each.reason
    return found


def stale(exclusions: Sequence[Exclusion], texts: Texts, hits: Hits | None = None) -> list[str]:
    """List stale exclusions: a place not in the sources, without such points, or with one that is hit.

    Without `hits` the sources alone are looked at.
    """
    complaints: list[str] = []
    for each in exclusions:
        for file, text in each.at:
            where = f"{FILE}: exclusion at '{file}: {text}'"
            if not texts.has(file, text):
                complaints.append(f"{where}: {file} has no such line; correct or remove it")
                continue
            if hits is None:
                continue
            points = [p for p in hits if p.file == file and each.covers(p, texts.at(p))]
            used = sorted(p.name for p in points if hits[p])
            if not points:
                complaints.append(f"{where}: no {each.kind} point there is meant; remove it")
            elif used:
                complaints.append(f"{where}: {', '.join(used[:3])} is hit; remove it")
    return complaints
