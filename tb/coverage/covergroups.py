# SPDX-License-Identifier: Apache-2.0
"""Covergroups from `covergroups.toml` and files like it, with coverpoints from Python (docs/coverage.md)."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from tb.coverage.coverpoint import Coverpoint, coverpoints
from tb.coverage.definition import ANY, BinExclusion, Covergroup, Definition, Item
from tb.exchange.reading import convert
from tb.python_file import PythonFileError, load_python
from tb.schema import Where, choice, read_toml, show, unknown
from tb.user_code import told

FILE = Path(__file__).with_name("covergroups.toml")

Names = list[str]


class GroupTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A table `covergroup`: points that count alone, and crosses, of each two points with `pairs`."""

    name: str
    doc: str
    points: Names
    pairs: bool = False
    crosses: list[Annotated[Names, Meta(min_length=2)]] = []


class ExclusionTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A table `exclude`: for points their bins, a name, a list, or * for all, and why no job gets there."""

    when: Annotated[dict[str, Any], Meta(min_length=1)]
    reason: str


class CovergroupFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of covergroups; `modules` have coverpoints: Python files beside it, or modules by name."""

    modules: Names = []
    groups: list[GroupTable] = field(name="covergroup", default=[])
    exclusions: list[ExclusionTable] = field(name="exclude", default=[])


def load_definition(further: Iterable[Path] = (), first: Path = FILE) -> Definition:
    """Reads `covergroups.toml` and further files, which may use its points.

    Args:
        further: More files.
        first: Read instead of `covergroups.toml`, as a kind of devices may have it.

    Raises:
        SchemaError: A file is malformed, a name unknown or used twice, or an exclusion excludes nothing.
    """
    points: dict[str, Coverpoint] = {}
    groups: dict[str, Covergroup] = {}
    exclusions: list[tuple[BinExclusion, Where]] = []
    for path in (first, *further):
        where = Where(path.name if path == first else str(path))
        table = _table(path, where)
        _add_points(points, table.modules, path.parent, where.key("modules"))
        if not (table.modules or table.groups or table.exclusions):
            raise where.error("there is no [[covergroup]] in it; add one (docs/coverage.md)")
        for position, values in enumerate(table.groups):
            place = where.key("covergroup").item(position)
            group = _group(values, points, place)
            if group.name in groups:
                raise place.error(f"covergroup '{group.name}' is there twice; rename one")
            groups[group.name] = group
        for position, bins in enumerate(table.exclusions):
            place = where.key("exclude").item(position)
            exclusions.append((_exclusion(bins, points, place), place))
    definition = Definition(points, tuple(groups.values()), tuple(each for each, _ in exclusions))
    for exclusion, place in exclusions:
        masks = [exclusion.mask(item) for item in definition.items.values()]
        if not any(mask is not None and mask.any() for mask in masks):
            raise place.error("excludes no bin of any covergroup; remove it")
    return definition


def _table(path: Path, where: Where) -> CovergroupFile:
    table = read_toml(path)
    if "point" in table:
        raise where.key("point").error(
            "bins of points stand in Python: decorate the function with @coverpoint(sample, bins) of "
            "tb.coverage.coverpoint, and name its file under 'modules'"
        )
    return convert(table, CovergroupFile, where)


def _add_points(points: dict[str, Coverpoint], names: Sequence[str], folder: Path, where: Where) -> None:
    """Adds the coverpoints of modules, which may have imported some that are there already."""
    # Samples of other kinds are made as bins of the project's points, and given to no function.
    kinds = {point.sample for point in points.values() if point.function is not None}
    for position, name in enumerate(names):
        place = where.item(position)
        for point in coverpoints(_module(name, folder, place)):
            known = points.get(point.name)
            if known is None and kinds and point.sample not in kinds:
                raise unknown("kind of samples", point.sample, sorted(kinds), place)
            if known not in (None, point):
                raise place.error(f"point '{point.name}' is there twice; rename one")
            points[point.name] = point


def _module(name: str, folder: Path, where: Where) -> ModuleType:
    try:
        if name.endswith(".py"):
            return load_python(folder / name)
        return import_module(name)
    except (PythonFileError, ImportError) as error:
        raise where.error(f"{error}; correct it, or name a Python file beside this one") from error
    except (Exception, SystemExit) as error:
        raise where.error(f"{name} does not load: {told(error)}") from error


def _group(values: GroupTable, points: Mapping[str, Coverpoint], where: Where) -> Covergroup:
    own = values.points
    crosses = [tuple(pair) for pair in combinations(own, 2)] if values.pairs else []
    crosses += [tuple(cross) for cross in values.crosses]
    items = [_item(values.name, names, points, where) for names in [(name,) for name in own] + crosses]
    if not items:
        raise where.error("counts nothing; name points or crosses")
    if len({item.name for item in items}) != len(items):
        raise where.error("counts the same twice; remove a point or cross")
    return Covergroup(values.name, values.doc, tuple(items))


def _item(group: str, names: Sequence[Any], points: Mapping[str, Coverpoint], where: Where) -> Item:
    for name in names:
        if name not in points:
            raise unknown("point", str(name), points, where)
    found = tuple(points[name] for name in names)
    kinds = {point.sample for point in found}
    if len(kinds) > 1 or len(set(names)) < len(names):
        raise where.error(f"cannot cross {', '.join(names)}: points of one kind of samples, each once")
    return Item(".".join((group, *names)), found[0].sample, found)


def _exclusion(values: ExclusionTable, points: Mapping[str, Coverpoint], where: Where) -> BinExclusion:
    when: dict[str, tuple[str, ...]] = {}
    for name, wanted in values.when.items():
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
    return BinExclusion(when, values.reason)
