# SPDX-License-Identifier: Apache-2.0
"""Reads the descriptors of devices (`docs/descriptor.md`): paths, base, and what parameters say."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import structs

from models.timing import Instance
from tb.exchange.device import Cores, Descriptor, DescriptorFile, Shape
from tb.exchange.reading import convert
from tb.kinds import ACCELERATOR, DeviceKind, kind, kinds
from tb.schema import Raw, SchemaError, Where, nearest, read_toml, unknown

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
    its_kind, config = _kind(raw, where), None
    if its_kind.table is not None:
        config = convert(raw.pop(its_kind.name), its_kind.table, where.key(its_kind.name))
    table = convert(_checked(raw, where), DescriptorFile, where)
    instance = _instance(table, where.key("instance"))
    place = where.key("n_cores")
    given = _once(raw.get("n_cores"), "N_CORES", table, place)
    n_cores = convert(table.n_cores if given is None else given, Cores, place)
    return Descriptor(
        **structs.asdict(table)
        | {key: _files(raw.get(key, []), path, where.key(key)) for key in ("sources", "waivers", "binds")}
        | {
            "path": path,
            "includes": _folders(raw.get("includes", []), path, where.key("includes")),
            "instance": instance,
            "n_cores": n_cores,
            "cover": table.cover if its_kind.tells_events else None,
            "kind": its_kind.name,
            "config": its_kind.configure(config, n_cores, instance),
        }
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
