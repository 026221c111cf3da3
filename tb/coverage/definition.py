# SPDX-License-Identifier: Apache-2.0
"""Covergroups as they stand in `covergroups.toml`: points, their bins, crosses, exclusions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb.coverage.samples import KINDS, Function, function_of
from tb.schema import Field, Where, check, choice, read_toml, show, unknown

FILE = Path(__file__).with_name("covergroups.toml")
CLUSTER_FILE = Path(__file__).parent.with_name("cluster") / "coverage.toml"
NEEDS = ("operation", "format", "operand_format", "m_size", "n_size", "k_size", "core")
ANY = "*"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """A coverpoint: gives each sample one of its bins, or none.

    Attributes:
        name: unique; in the names of bins.
        sample: kind of samples (`tb.coverage.samples.KINDS`).
        doc: what it tells, for people.
        bins: names of its bins.
        needs: which ability of a device decides what bins it can reach; empty where every device reaches all.
        function: gives the name of a sample's bin, or None; None for kinds whose samples are made as bins.
    """

    name: str
    sample: str
    doc: str
    bins: tuple[str, ...]
    needs: str = ""
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What is counted: a point, or a cross of points; its bins are numbered in row-major order.

    Attributes:
        name: covergroup and points, as in ``jobs.op.stall``.
        sample: kind of samples.
        points: the points.
    """

    name: str
    sample: str
    points: tuple[Point, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of each point."""
        return tuple(len(point.bins) for point in self.points)

    @property
    def size(self) -> int:
        """Number of bins."""
        return prod(self.shape)

    def values(self, index: int) -> dict[str, str]:
        """The bin of each point of bin `index`."""
        places = np.unravel_index(index, self.shape)
        return {point.name: point.bins[int(place)] for point, place in zip(self.points, places, strict=True)}

    def bin_name(self, index: int) -> str:
        """The name of bin `index` for people, as in ``jobs.op.stall = GEMM, burst``."""
        return f"{self.name} = {', '.join(self.values(index).values())}"

    def mask(self, allowed: Sequence[Mask]) -> Mask:
        """The bins all of whose points are allowed.

        Args:
            allowed: for each point, which of its bins are.

        Returns:
            Booleans, one for each bin.
        """
        result = np.ones((), dtype=np.bool_)
        for each in allowed:
            result = np.logical_and.outer(result, each)
        return np.asarray(result).reshape(-1)


@dataclass(frozen=True, slots=True)
class Covergroup:
    """Points and crosses under one name."""

    name: str
    doc: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Bins that no job can reach.

    Attributes:
        when: for some points their bins; excluded is every bin of an item that has all of these points.
        reason: why, for people.
    """

    when: Mapping[str, tuple[str, ...]]
    reason: str

    def mask(self, item: Item) -> Mask | None:
        """Which bins of an item are excluded; None if it does not have all the points."""
        names = {point.name for point in item.points}
        if not names >= set(self.when):
            return None
        return item.mask(
            [
                np.array([self._matches(point.name, each) for each in point.bins], dtype=np.bool_)
                for point in item.points
            ]
        )

    def _matches(self, point: str, name: str) -> bool:
        wanted = self.when.get(point, (ANY,))
        return wanted == (ANY,) or name in wanted


@dataclass(frozen=True, eq=False)
class Definition:
    """All covergroups.

    Attributes:
        points: by name.
        groups: in the order of the files.
        exclusions: in the order of the files.
    """

    points: Mapping[str, Point]
    groups: tuple[Covergroup, ...]
    exclusions: tuple[Exclusion, ...]
    _masks: dict[str, Mask] = field(default_factory=dict)

    @cached_property
    def items(self) -> dict[str, Item]:
        """All items by name."""
        return {item.name: item for group in self.groups for item in group.items}

    @cached_property
    def digest(self) -> str:
        """Tells definitions apart: only counts of equal ones can be added."""
        table = {item.name: [point.bins for point in item.points] for item in self.items.values()}
        return hashlib.blake2b(json.dumps(table).encode(), digest_size=8).hexdigest()

    def excluded(self, item: Item) -> Mask:
        """Which bins of an item are excluded."""
        if item.name not in self._masks:
            mask = np.zeros(item.size, dtype=np.bool_)
            for exclusion in self.exclusions:
                part = exclusion.mask(item)
                if part is not None:
                    mask |= part
            self._masks[item.name] = mask
        return self._masks[item.name]

    def reason(self, item: Item, index: int) -> str:
        """Why a bin is excluded; empty if it is not."""
        for exclusion in self.exclusions:
            mask = exclusion.mask(item)
            if mask is not None and mask[index]:
                return exclusion.reason
        return ""


_NAME = Field("a name", str)
_POINT = {
    "sample": Field("kind of samples", str, required=True, choices=tuple(KINDS)),
    "doc": Field("what it tells", str, required=True),
    "bins": Field("names of its bins", list, required=True, lo=1, items=_NAME),
    "needs": Field(
        "ability that decides what bins a device can reach", str, default="", choices=(*NEEDS, "")
    ),
    "function": Field("its function as path.py:name, where it is not in tb/coverage", str, default=""),
}
_GROUP = {
    "name": Field("its name", str, required=True),
    "doc": Field("what it covers", str, required=True),
    "points": Field("points that count alone", list, required=True, items=_NAME),
    "pairs": Field("whether each two of the points are crossed", bool, default=False),
    "crosses": Field("further crosses, lists of points", list, default=[], items=Field("points", list, lo=2)),
}
_EXCLUDE = {
    "when": Field("points and their bins: a name, a list, or * for all", dict, required=True, lo=1),
    "reason": Field("why no job can get there", str, required=True),
}
_FILE = {
    "point": Field("the points", dict, default={}),
    "covergroup": Field("the covergroups", list, default=[]),
    "exclude": Field("the exclusions", list, default=[]),
}


def load_definition(further: Iterable[Path] = (), first: Path = FILE) -> Definition:
    """Reads `covergroups.toml` and further files, which may use its points.

    Args:
        further: More files.
        first: Read instead of `covergroups.toml`, such as `CLUSTER_FILE`.

    Raises:
        SchemaError: A file is malformed, a name unknown or used twice, or an exclusion excludes nothing.
    """
    points: dict[str, Point] = {}
    groups: dict[str, Covergroup] = {}
    exclusions: list[tuple[Exclusion, Where]] = []
    for path in (first, *further):
        where = Where(path.name if path == first else str(path))
        table = check(read_toml(path), _FILE, where)
        for name, fields in table["point"].items():
            place = where.key("point").key(name)
            if name in points:
                raise place.error(f"point '{name}' is there twice; rename one")
            points[name] = _point(name, fields, path, place)
        for position, fields in enumerate(table["covergroup"]):
            place = where.key("covergroup").item(position)
            group = _group(fields, points, place)
            if group.name in groups:
                raise place.error(f"covergroup '{group.name}' is there twice; rename one")
            groups[group.name] = group
        for position, fields in enumerate(table["exclude"]):
            place = where.key("exclude").item(position)
            exclusions.append((_exclusion(fields, points, place), place))
    definition = Definition(points, tuple(groups.values()), tuple(each for each, _ in exclusions))
    for exclusion, place in exclusions:
        masks = [exclusion.mask(item) for item in definition.items.values()]
        if not any(mask is not None and mask.any() for mask in masks):
            raise place.error("excludes no bin of any covergroup; remove it")
    return definition


def _point(name: str, fields: Any, path: Path, where: Where) -> Point:
    values = check(fields, _POINT, where)
    bins = tuple(values["bins"])
    twice = next((each for each in bins if bins.count(each) > 1), None)
    if twice is not None:
        raise where.key("bins").error(f"bin '{twice}' is there twice; remove one")
    function = function_of(name, values["sample"], values["function"], path.parent, where)
    return Point(name, values["sample"], values["doc"], bins, values["needs"], function)


def _group(fields: Any, points: Mapping[str, Point], where: Where) -> Covergroup:
    values = check(fields, _GROUP, where)
    own: list[str] = values["points"]
    crosses = [tuple(pair) for pair in combinations(own, 2)] if values["pairs"] else []
    crosses += [tuple(cross) for cross in values["crosses"]]
    items = [_item(values["name"], names, points, where) for names in [(name,) for name in own] + crosses]
    if not items:
        raise where.error("counts nothing; name points or crosses")
    if len({item.name for item in items}) != len(items):
        raise where.error("counts the same twice; remove a point or cross")
    return Covergroup(values["name"], values["doc"], tuple(items))


def _item(group: str, names: Sequence[Any], points: Mapping[str, Point], where: Where) -> Item:
    for name in names:
        if name not in points:
            raise unknown("point", str(name), points, where)
    found = tuple(points[name] for name in names)
    kinds = {point.sample for point in found}
    if len(kinds) > 1 or len(set(names)) < len(names):
        raise where.error(f"cannot cross {', '.join(names)}: points of one kind of samples, each once")
    return Item(".".join((group, *names)), found[0].sample, found)


def _exclusion(fields: Any, points: Mapping[str, Point], where: Where) -> Exclusion:
    values = check(fields, _EXCLUDE, where)
    when: dict[str, tuple[str, ...]] = {}
    for name, wanted in values["when"].items():
        place = where.key("when").key(name)
        if name not in points:
            raise unknown("point", name, points, place)
        listed = wanted if isinstance(wanted, list) else [wanted]
        if listed == [ANY]:
            when[name] = (ANY,)
        elif not listed:
            raise place.error(f"{show(wanted)} names no bin; remove the point or use '*'")
        else:
            when[name] = tuple(choice(each, points[name].bins, "bin", place) for each in listed)
    return Exclusion(when, values["reason"])
