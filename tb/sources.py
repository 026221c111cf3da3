# SPDX-License-Identifier: Apache-2.0
"""Files and folders that a descriptor names: its tokens, globs and lists, and a look into each source."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tb.filelist import ListReader
from tb.headers import included
from tb.paths import ROOT, resolve, vendor_folder
from tb.schema import Where

_LIST = re.compile(r"(?:-(?P<how>[fF]) +(?P<path>.+)|(?P<plain>.+\.f))")
_OTHERS = {
    (".vhd", ".vhdl"): "VHDL",
    (".c", ".cc", ".cpp", ".h", ".hpp"): "C or C++",
    (".py",): "Python",
    (".md", ".rst", ".txt"): "text for people",
    (".tcl", ".sdc", ".xdc", ".sdf", ".lib", ".upf"): "for other tools",
}
# Comments and attributes before the first word.
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|\(\*.*?\*\)|;)*", re.DOTALL)
_FIRST = re.compile(
    r"$|`|(?:module|macromodule|package|interface|program|class|virtual|checker|primitive|config|bind|typedef|"
    r"function|task|import|export|parameter|localparam|const|let|timeunit|timeprecision|extern|default|nettype|"
    r"logic|bit|int|var|wire|struct|enum|string|event)\b"
)


_CHECKED_CASE = re.compile(r"\b(?:unique0?|priority)\s+(?:case[xz]?|if)\b|\b(?:full|parallel)_case\b")


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is compiled of a device."""

    files: tuple[Path, ...]  # SystemVerilog, in the order of compilation
    includes: tuple[Path, ...]  # folders of headers
    waivers: tuple[Path, ...]  # configuration files of Verilator
    defines: Mapping[str, str]  # macros, name to value


def moved(entry: str, folder: Path) -> str:
    """An entry as a descriptor in another place has it."""
    if entry.startswith("{"):
        return entry
    match = _LIST.fullmatch(entry)
    return f"-{match['how']} {folder / match['path']}" if match and match["how"] else str(folder / entry)


def sources(
    entries: Sequence[str], start: Path, descriptor: Path, given: Mapping[str, str], where: Where
) -> Sources:
    """Resolve the sources of a descriptor.

    Args:
        entries: Paths, globs and lists.
        start: Folder at which relative paths in lists start.
        descriptor: The descriptor.
        given: Macros that replace those of the lists.
        where: Place of the entries.

    Raises:
        SchemaError: A file is missing, no SystemVerilog, or a list that cannot be read.
    """
    reader = ListReader(start)
    listing = reader.listing
    for index, entry in enumerate(entries):
        place = where.item(index)
        match = _LIST.fullmatch(entry)
        for path in _matches(match["path"] or entry if match else entry, descriptor, place):
            if match:
                reader.read(path, own=match["how"] == "F")
            else:
                listing.files.append(path)
    defines = {**listing.defines, **given}
    named = list(dict.fromkeys([*listing.files, *listing.libraries]))
    for path in named:
        _look_into(path, where)
    if listing.folders:
        from tb.libraries import needed

        named += needed(named, listing, defines)
    return Sources(
        tuple(path for path in named if path.suffix != ".vlt"),
        tuple(dict.fromkeys(listing.includes)),
        tuple(path for path in named if path.suffix == ".vlt"),
        defines,
    )


def checks_cases(found: Sources) -> bool:
    """Tell whether a source that is neither ours nor FPnew's has a case whose items the simulator checks.

    Ours are known to have a default and no items that overlap; a device that only instantiates them needs no
    check, which would cost a copy of the code for each instance.
    """
    own = [folder.resolve() for folder in (ROOT / "rtl", vendor_folder()) if folder is not None]
    every = (*found.files, *included(found.files, found.includes))
    foreign = (each for each in every if not any(map(each.is_relative_to, own)))
    return any(_CHECKED_CASE.search(path.read_text(errors="replace")) for path in foreign)


def _look_into(path: Path, where: Where) -> None:
    """Refuse a file that no simulator can read as SystemVerilog."""
    if path.suffix == ".vlt":
        return
    other = next((name for suffixes, name in _OTHERS.items() if path.suffix.lower() in suffixes), None)
    if other is not None:
        raise where.error(f"{path} is no SystemVerilog but {other}; remove it")
    raw = path.read_bytes()
    if b"\0" in raw:
        raise where.error(f"{path} is no SystemVerilog but a binary file; remove it")
    text = raw.decode(errors="replace").removeprefix("\ufeff")
    at = _BLANK.match(text)
    assert at is not None, "it may be empty"
    if _FIRST.match(text, at.end()) is None:
        first = text[at.end() :].split("\n", 1)[0].strip()[:40]
        raise where.error(f"{path} is no SystemVerilog: it begins with '{first}'; remove it")


def _matches(entry: str, descriptor: Path, where: Where) -> list[Path]:
    """The file of an entry, or the sorted matches of a glob."""
    path = resolve(entry, descriptor.parent, where)
    if any(c in entry for c in "*?["):
        matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    else:
        matches = [path] if path.is_file() else []
    if not matches:
        raise where.error(f"no file matches '{entry}' (looked for {path}); correct the path")
    return [match.resolve() for match in matches]


def files(entries: Iterable[str], descriptor: Path, where: Where) -> tuple[Path, ...]:
    """Resolve entries in order; a file named before is not repeated."""
    matches = (_matches(entry, descriptor, where.item(index)) for index, entry in enumerate(entries))
    return tuple(dict.fromkeys(path for each in matches for path in each))


def folders(entries: Iterable[str], descriptor: Path, where: Where) -> tuple[Path, ...]:
    """Resolve folders in order."""
    result: list[Path] = []
    for index, entry in enumerate(entries):
        path = resolve(entry, descriptor.parent, where.item(index))
        if not path.is_dir():
            raise where.item(index).error(f"'{entry}' is no folder (looked for {path}); correct the path")
        result.append(path.resolve())
    return tuple(result)
