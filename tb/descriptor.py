# SPDX-License-Identifier: Apache-2.0
"""Device descriptors, read from TOML (`docs/descriptor.md`)."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from models.formats import Format, Formats
from models.ops import Op
from models.timing import Instance
from tb.bounds import LinearBound, Section8Bound
from tb.descriptor_schema import INSTANCE, MAX_CAUSES, MAX_EVENTS, fields
from tb.exchange.job import Job
from tb.kinds import ACCELERATOR, DeviceKind, kind, kinds
from tb.known import KnownItem
from tb.schema import Field, Raw, SchemaError, Where, check, check_value, nearest, read_toml

__all__ = [
    "MAX_CAUSES",
    "MAX_EVENTS",
    "Cover",
    "Descriptor",
    "Probe",
    "available",
    "load",
    "package_file",
    "summary",
]

ROOT = Path(__file__).resolve().parents[1]
# Keys of a base whose entries are paths, and those that a descriptor changes entry by entry.
_PATHS = ("sources", "includes", "waivers", "binds")
_TABLES = ("parameters", "instance")
_VENDOR = "system_verilog/rtl/vendor"
_TOKENS = {
    "{fpnew}": "pulp_platform_fpnew/src",
    "{common_cells}": "pulp_platform_common_cells/src",
    "{common_cells_include}": "pulp_platform_common_cells/include",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """A module of the device that counts where the time of a job goes (`docs/descriptor.md`).

    Attributes:
        path: hierarchical path below the top module.
        causes: names, in the order of the probe's numbers.
    """

    path: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """A module of the device that tells internal events for coverage (`docs/descriptor.md`).

    Attributes:
        path: hierarchical path below the top module.
        events: names, in the order of its bits.
    """

    path: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A device that can be put behind the contract's ports.

    Attributes:
        name: for reports and run lines.
        path: the file it was read from.
        description: one line for people.
        top: name of the top module.
        sources: SystemVerilog files, in the order of compilation; all exist.
        includes: include directories.
        waivers: Verilator configuration files (.vlt).
        parameters: passed to the top module.
        instance: shape of the array (contract A3.1), for tiles, coverage and utilization.
        n_cores: number of event targets.
        operations: those the device has.
        formats: those the device has.
        mixed_formats: whether X, W and Y/Z can have different ones.
        cycle_bound: the cycle bound as given.
        known_differences: deviations from the contract by design.
        known_issues: defects that are known and expected to show.
        binds: SystemVerilog files that bind checkers or probes into the device; optional for every feature.
        probe: counters that tell where the time of a job goes; None for a device without.
        cover: signals that tell internal events for coverage; None for a device without.
        backdoor: register name to hierarchical path below the top module.
        kind: name of its kind (`tb.kinds`).
        config: what the kind has to know of it besides; None for a device alone.
    """

    name: str
    path: Path
    description: str
    top: str
    sources: tuple[Path, ...]
    includes: tuple[Path, ...]
    waivers: tuple[Path, ...]
    parameters: Mapping[str, int | str]
    instance: Instance
    n_cores: int
    operations: tuple[Op, ...]
    formats: tuple[Format, ...]
    mixed_formats: bool
    cycle_bound: Section8Bound | LinearBound
    known_differences: tuple[KnownItem, ...]
    known_issues: tuple[KnownItem, ...]
    binds: tuple[Path, ...]
    probe: Probe | None
    cover: Cover | None
    backdoor: Mapping[str, str]
    kind: str = ACCELERATOR
    config: object = None

    @property
    def cover_events(self) -> tuple[str, ...]:
        """Names of the internal events that the device tells; none for a device without."""
        return () if self.cover is None else self.cover.events

    @property
    def job_formats(self) -> tuple[Formats, ...]:
        """All formats that jobs can have: one of all operands, then those of X, W and Y/Z that differ."""
        each = self.formats
        mixes = [mix for mix in product(each, each, each) if len(set(mix)) > 1] if self.mixed_formats else []
        return (*each, *mixes)

    def bound(self, job: Job, stalls: int = 0) -> int:
        """Returns the most cycles from trigger to event of `job` alone, with `stalls` waiting cycles."""
        return self.cycle_bound.cycles(self.instance, job, stalls)

    def supports(self, job: Job) -> str | None:
        """Returns why the device cannot run `job`, or None if it can."""
        if job.op not in self.operations:
            return f"{self.name} has no operation {job.op.name}"
        for fmt in job.formats:
            if fmt not in self.formats:
                return f"{self.name} has no format {fmt.name}"
        if job.mixed and not self.mixed_formats:
            return f"{self.name} has one format for all operands, the job wants {job.format_name}"
        if job.core >= self.n_cores:
            return f"{self.name} has {self.n_cores} cores, the job wants core {job.core}"
        return None

    def issues_of(self, job: Job) -> tuple[KnownItem, ...]:
        """Returns the known issues and differences that concern `job`."""
        return tuple(i for i in (*self.known_issues, *self.known_differences) if i.matches(job))


def available(root: Path = ROOT, *, kind: str | None = ACCELERATOR) -> list[str]:
    """Returns the names of the descriptors in `tb/duts` of a kind of devices; None for those of all kinds."""
    files = sorted((root / "tb" / "duts").glob("*.toml"))
    if kind is None:
        return [path.stem for path in files]
    return [path.stem for path in files if _kind(*_read(path)).name == kind]


def load(name_or_path: str | Path, root: Path = ROOT) -> Descriptor:
    """Reads a descriptor.

    Args:
        name_or_path: a name in `tb/duts`, or the path of a TOML file.
        root: the project's folder.

    Raises:
        SchemaError: no such device, a malformed descriptor, or a missing source file.
    """
    text = str(name_or_path)
    if text.endswith(".toml") or "/" in text:
        path = Path(text).resolve()
    else:
        path = root / "tb" / "duts" / f"{text}.toml"
        if not path.is_file():
            known = available(root, kind=None)
            raise SchemaError(
                f"unknown device '{text}'; {nearest(text, known)}Known: {', '.join(known) or 'none'}; "
                "or give the path of a descriptor (docs/descriptor.md)"
            )
    raw, where = _read(path)
    schema = fields()
    table = check(raw, schema, where)
    parameters, its_kind = table["parameters"], _kind(raw, where)
    instance = _instance(table["instance"], parameters, where.key("instance"))
    n_cores = _once(raw.get("n_cores"), "N_CORES", parameters, schema["n_cores"], where.key("n_cores"))
    return Descriptor(
        name=table["name"],
        path=path,
        description=table["description"],
        top=table["top"],
        sources=_files(table["sources"], path, where.key("sources")),
        includes=_folders(table["includes"], path, where.key("includes")),
        waivers=_files(table["waivers"], path, where.key("waivers")),
        parameters=parameters,
        instance=instance,
        n_cores=n_cores,
        operations=tuple(table["operations"]),
        formats=tuple(table["formats"]),
        mixed_formats=table["mixed_formats"],
        cycle_bound=table["bound"],
        known_differences=_known(table["known_differences"], where.key("known_differences")),
        known_issues=_known(table["known_issues"], where.key("known_issues")),
        binds=_files(table["binds"], path, where.key("binds")),
        probe=_probe(table["probe"], where.key("probe")),
        cover=_cover(table["cover"], where.key("cover")) if its_kind.tells_events else None,
        backdoor=table["backdoor"],
        kind=its_kind.name,
        config=its_kind.configure(table.get(its_kind.name, {}), n_cores, instance),
    )


def _read(path: Path) -> tuple[dict[str, Raw], Where]:
    where = Where(str(path))
    return _with_base(path, where), where


def _with_base(path: Path, where: Where, above: tuple[Path, ...] = ()) -> dict[str, Raw]:
    """The table of a descriptor, laid over that of its `base`, whose paths are made absolute."""
    table = read_toml(path)
    base = table.pop("base", None)
    if base is None:
        return table
    place = where.key("base")
    other = path.parent / base if isinstance(base, str) else None
    if other is None or not other.is_file():
        raise place.error(f"no descriptor '{base}' (looked for {other}); give the path of a TOML file")
    if other.resolve() in (path, *above):
        raise place.error(f"'{base}' leads back to this descriptor; a base must stand on its own")
    below = _with_base(other.resolve(), Where(str(other)), (path, *above))
    for key in _PATHS:
        if isinstance(below.get(key), list):
            below[key] = [
                str(other.parent / entry) if isinstance(entry, str) and not entry.startswith("{") else entry
                for entry in below[key]
            ]
    for key in _TABLES:
        if isinstance(below.get(key), dict) and isinstance(table.get(key), dict):
            table[key] = below[key] | table[key]
    return below | table


def _kind(raw: Mapping[str, Raw], where: Where) -> DeviceKind:
    """The kind whose table is there."""
    found = [each for each in kinds() if each.table is not None and each.name in raw]
    if len(found) > 1:
        names = " and ".join(each.name for each in found)
        raise where.error(f"{names} are kinds of devices, and a device is of one; remove a table")
    return found[0] if found else kind(ACCELERATOR)


def _once(
    given: int | None, name: str, parameters: Mapping[str, int | str], field: Field, where: Where
) -> int:
    """A number that a parameter of the top module says, or the key at a place; where both do, they agree."""
    parameter = parameters.get(name)
    value = given if given is not None else parameter if isinstance(parameter, int) else field.default
    if value is None:
        raise where.error(f"is missing; give it, or the parameter {name} of the top module")
    if isinstance(parameter, int) and parameter != value:
        raise where.error(f"{value}, but the parameter {name} is {parameter}; remove this key or correct it")
    number: int = check_value(value, field, where)
    return number


def _instance(given: Mapping[str, int | None], parameters: Mapping[str, int | str], where: Where) -> Instance:
    shape = {
        name: _once(given.get(name), name.upper(), parameters, field, where.key(name))
        for name, field in INSTANCE.items()
    }
    try:
        return Instance(**shape)
    except ValueError as error:
        raise where.error(str(error)) from None


def _probe(table: Mapping[str, Any], where: Where) -> Probe | None:
    if not table:
        return None
    return Probe(table["path"], _names(table["causes"], "cause", where.key("causes")))


def _cover(table: Mapping[str, Any], where: Where) -> Cover | None:
    if not table:
        return None
    return Cover(table["path"], _names(table["events"], "event", where.key("events")))


def _names(names: list[str], what: str, where: Where) -> tuple[str, ...]:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise where.error(f"{what} '{twice}' appears twice; give each {what} its own name")
    return tuple(names)


def _known(items: list[KnownItem], where: Where) -> tuple[KnownItem, ...]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            raise where.item(index).error(f"id '{item.id}' is used twice; give each entry its own")
        seen.add(item.id)
    return tuple(items)


def vendor_folder() -> Path | None:
    """The folder of vendored IP in the installed package, found without importing it; None without one."""
    spec = importlib.util.find_spec("pythondata_cpu_cv32e40p")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / _VENDOR


def _vendor(where: Where) -> Path:
    folder = vendor_folder()
    if folder is None:
        raise where.error(
            "package pythondata_cpu_cv32e40p is not installed; run make, which installs requirements.txt"
        )
    return folder


def _resolve(text: str, descriptor: Path, where: Where) -> Path:
    """A path of the descriptor with its token replaced; relative paths start at the descriptor's folder."""
    if not text.startswith("{"):
        return descriptor.parent / text
    token, _, rest = text.partition("/")
    if token not in _TOKENS:
        raise where.error(f"unknown token in '{text}'; {nearest(token, _TOKENS)}Known: {', '.join(_TOKENS)}")
    return _vendor(where) / _TOKENS[token] / rest


def package_file(text: str) -> Path:
    """A file of the installed package.

    Args:
        text: Its path, with a token as in a descriptor (`{fpnew}/fpnew_pkg.sv`).

    Raises:
        SchemaError: The package is not installed, or the token is none.
    """
    return _resolve(text, ROOT, Where(text))


def _files(entries: list[str], descriptor: Path, where: Where) -> tuple[Path, ...]:
    """Resolves entries in order; a glob's matches are sorted, a file named before is not repeated."""
    result: dict[Path, None] = {}
    for index, entry in enumerate(entries):
        place = where.item(index)
        path = _resolve(entry, descriptor, place)
        if any(c in entry for c in "*?["):
            matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        else:
            matches = [path] if path.is_file() else []
        if not matches:
            raise place.error(f"no file matches '{entry}' (looked for {path}); correct the path")
        result.update(dict.fromkeys(match.resolve() for match in matches))
    return tuple(result)


def _folders(entries: list[str], descriptor: Path, where: Where) -> tuple[Path, ...]:
    result: list[Path] = []
    for index, entry in enumerate(entries):
        path = _resolve(entry, descriptor, where.item(index))
        if not path.is_dir():
            raise where.item(index).error(f"'{entry}' is no folder (looked for {path}); correct the path")
        result.append(path.resolve())
    return tuple(result)


def summary(descriptor: Descriptor) -> dict[str, Any]:
    """The part of a descriptor that reports and failure records quote, as JSON values."""
    return {"dut": descriptor.name, "parameters": dict(descriptor.parameters)}
