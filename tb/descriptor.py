# SPDX-License-Identifier: Apache-2.0
"""Reads the descriptors of devices (`docs/descriptor.md`): paths, base, and what parameters say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import structs

from models.timing import Instance
from tb.exchange.device import Cores, Descriptor, DescriptorFile, Shape
from tb.exchange.reading import convert
from tb.exchange.registers import CONTRACT_REGISTERS, Registers
from tb.kinds import ACCELERATOR, DeviceKind, kind, kinds
from tb.paths import ROOT
from tb.schema import Raw, SchemaError, Where, alternatives, read_toml, unknown
from tb.sources import Sources, checks_cases, files, folders, moved, sources

# Keys of a base whose entries are paths, and those that a descriptor changes entry by entry.
_PATHS = ("sources", "includes", "waivers", "binds")
_TABLES = ("parameters", "instance", "defines")


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
            raise SchemaError(
                f"unknown device '{text}'; {alternatives(text, available(root, kind=None))}; "
                "or give the path of a descriptor (docs/descriptor.md)"
            )
    raw, where = _read(path)
    its_kind, config = _kind(raw, where), None
    if its_kind.table is not None:
        config = convert(raw.pop(its_kind.name), its_kind.table, where.key(its_kind.name))
    table = convert(_checked(raw, where), DescriptorFile, where)
    instance = _instance(table, where.key("instance"))
    place = where.key("n_cores")
    given = _once(raw.get("n_cores"), "N_CORES", table, place)
    n_cores = convert(table.n_cores if given is None else given, Cores, place)
    registers = _registers(table.registers, path, where.key("registers"))
    said = raw.get("registers")
    if (
        n_cores == 1
        and its_kind.name == ACCELERATOR
        and not (isinstance(said, dict) and "access_ids" in said)
    ):
        # A lone core has no rivals, and the event of another one's job has no line.
        registers = structs.replace(registers, access_ids=False)
    table = structs.replace(table, registers=registers)
    found = _sources(table, raw, path, where)
    if not table.registers.access_ids and n_cores > 1:
        raise (
            where.key("registers")
            .key("access_ids")
            .error(f"false, but there are {n_cores} cores; n_cores = 1")
        )
    if table.registers != CONTRACT_REGISTERS and its_kind.name != ACCELERATOR:
        raise where.key("registers").error(
            "the programs of a cluster know the contract's registers; remove it"
        )
    return Descriptor(
        **structs.asdict(table)
        | {
            "path": path,
            "sources": found.files,
            "includes": (*folders(raw.get("includes", []), path, where.key("includes")), *found.includes),
            "defines": found.defines,
            "waivers": (*files(raw.get("waivers", []), path, where.key("waivers")), *found.waivers),
            "binds": files(raw.get("binds", []), path, where.key("binds")),
            "instance": instance,
            "n_cores": n_cores,
            "cover": table.cover if its_kind.tells_events else None,
            "kind": its_kind.name,
            "checks_cases": checks_cases(found),
            "config": its_kind.configure(config, n_cores, instance),
        }
    )


def _sources(table: DescriptorFile, raw: Mapping[str, Raw], path: Path, where: Where) -> Sources:
    """The sources, with all that lists among them say."""
    start = path.parent / table.list_folder
    if not start.is_dir():
        raise where.key("list_folder").error(f"no folder (looked for {start}); correct the path")
    return sources(raw.get("sources", []), start, path, table.defines, where.key("sources"))


def _registers(given: Registers, path: Path, where: Where) -> Registers:
    """The registers with places for all roles; a file of SystemRDL is read where there is one."""
    if not given.rdl:
        return given
    # Most devices have the contract's map, and read nothing.
    from tb.registers.own import resolved

    (file,) = files([given.rdl], path, where.key("rdl"))
    return resolved(structs.replace(given, rdl=str(file)), where)


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
                moved(entry, other.parent) if isinstance(entry, str) else entry for entry in below[key]
            ]
    if "sources" in table or not isinstance(below.get("list_folder", ""), str):
        below.pop("list_folder", None)
    else:
        below["list_folder"] = str(other.parent / below.get("list_folder", ""))
    described = below.get("registers")
    if isinstance(described, dict) and isinstance(described.get("rdl"), str):
        described["rdl"] = moved(described["rdl"], other.parent)
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


def _checked(raw: dict[str, Raw], where: Where) -> dict[str, Raw]:
    """The table with known keys; an empty `probe` or `cover` takes away that of a base."""
    known = (*DescriptorFile.__struct_encode_fields__, *(each.name for each in kinds() if each.table))
    for key in raw:
        if key not in known:
            raise unknown("key", key, known, where.key(key))
    return {key: value for key, value in raw.items() if key not in ("probe", "cover") or value != {}}


def _once(given: int | None, name: str, table: DescriptorFile, where: Where) -> int | None:
    """A number that a parameter of the top module says, or the key at a place; where both do, they agree."""
    parameter = table.parameters.get(name)
    if not isinstance(parameter, int):
        return given
    if given not in (None, parameter):
        raise where.error(f"{given}, but the parameter {name} is {parameter}; remove this key or correct it")
    return parameter


def _instance(table: DescriptorFile, where: Where) -> Instance:
    given, shape = table.instance, {}
    for name in Shape.__struct_fields__:
        shape[name] = _once(getattr(given, name), name.upper(), table, where.key(name))
        if shape[name] is None:
            text = f"is missing; give it, or the parameter {name.upper()} of the top module"
            raise where.key(name).error(text)
    try:
        return Instance(**structs.asdict(convert(shape, Shape, where)))
    except SchemaError:
        raise
    except ValueError as error:
        raise where.error(str(error)) from None


def summary(descriptor: Descriptor) -> dict[str, Any]:
    """The part of a descriptor that reports and failure records quote, as JSON values."""
    return {"dut": descriptor.name, "parameters": dict(descriptor.parameters)}
