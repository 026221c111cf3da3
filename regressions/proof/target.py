# SPDX-License-Identifier: Apache-2.0
"""Modules that are proven, as data: `modules.toml`."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from regressions.paths import ROOT, relative
from regressions.proof.structure import Apart
from regressions.yosys.reading import Reading
from tb.descriptor import load
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where, nearest, read_toml

FILE = Path(__file__).with_name("modules.toml")
PROPERTIES = FILE.parent / "properties"
VIEWS = FILE.parent / "views"


class ProvenModule(Struct, frozen=True, forbid_unknown_fields=True):
    """A module with all below it.

    Attributes:
        module: name of the module
        sources: set of sources that has it: a device, or one of the file's own
        assume: labels of its assertions that its neighbours have to fulfil; the others are to be proven
        free: what may have any value in each cycle, as selections of Yosys: an abstraction
        boxes: modules inside whose outputs may have any value in each cycle: an abstraction too
        about: the reason of an abstraction
        parameters: of the module, where they are not the defaults
        apart: outputs that follow no change of some inputs within a cycle
    """

    module: str
    sources: str = "redmule"
    assume: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()
    about: str = ""
    parameters: dict[str, int | str] = {}
    apart: tuple[Apart, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.free or self.boxes) != bool(self.about):
            raise ValueError("an abstraction needs its reason, and a reason is for an abstraction")

    @property
    def bound(self) -> Path | None:
        """Further properties of the module, bound to it; None without."""
        path = PROPERTIES / f"{self.module}_properties.sv"
        return path if path.exists() else None

    @property
    def view(self) -> Path | None:
        """The view of neighbours on the outputs, bound to the module; None where they may look at all."""
        path = VIEWS / f"{self.module}_view.sv"
        return path if path.exists() else None


class Comparison(ProvenModule, frozen=True, forbid_unknown_fields=True):
    """A module in which defects are compared, instead of in their own one; no property of it is proven here.

    Attributes:
        defects: ids of these defects
    """

    defects: tuple[str, ...] = ()


class _TargetFile(Struct, frozen=True, forbid_unknown_fields=True):
    sources: dict[str, list[str]]
    module: list[ProvenModule]
    comparison: list[Comparison] = []


def load_targets(path: Path = FILE) -> list[ProvenModule]:
    """All modules that are proven.

    Raises:
        SchemaError: The file is malformed, or names a module twice.
    """
    where = Where(relative(path))
    content = convert(read_toml(path), _TargetFile, where)
    names = [target.module for target in content.module]
    for name in names:
        if names.count(name) > 1:
            raise where.error(f"module {name} is there twice; make one of both")
    return content.module


def load_comparisons(path: Path = FILE) -> list[Comparison]:
    """All modules in which defects of others are compared.

    Raises:
        SchemaError: The file is malformed.
    """
    return convert(read_toml(path), _TargetFile, Where(relative(path))).comparison


def reading_of(target: ProvenModule, path: Path = FILE, changed: Mapping[str, Path] | None = None) -> Reading:
    """The sources of a target, in which files of the same name as those `changed` are replaced by these.

    Raises:
        SchemaError: Its set of sources is unknown.
    """
    own = convert(read_toml(path), _TargetFile, Where(relative(path))).sources
    if target.sources in own:
        patterns = own[target.sources]
        files = tuple(dict.fromkeys(file for each in patterns for file in sorted(ROOT.glob(each))))
        reading = Reading(files)
    else:
        try:
            reading = Reading.of(load(target.sources))
        except SchemaError as error:
            raise (
                Where(relative(path))
                .key(target.module)
                .error(f"no sources '{target.sources}'; {nearest(target.sources, own)}name a device")
            ) from error
    place = changed or {}
    sources = tuple(place.get(file.name, file) for file in reading.sources)
    return Reading(sources, reading.includes, reading.defines, reading.boxes)
