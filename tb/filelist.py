# SPDX-License-Identifier: Apache-2.0
"""Lists of sources (`.f`), as Verilator and other simulators read them (`docs/descriptor.md`)."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tb.paths import resolve
from tb.schema import Where, alternatives
from tb.source_text import read_source_text

# Comments and quotes begin where a word begins: `rtl/*.sv`, `a//b.sv` and `4'd3` are none.
_PART = re.compile(
    r"""(?P<skipped>\s+|\\\r?\n|//[^\n]*|\#[^\n]*|/\*.*?\*/)"""
    r"""|(?P<word>'[^'\n]*'|(?:"(?:\\.|[^"\\\n])*"|\\[^\n]|[^\s"\\])+)""",
    re.DOTALL,
)
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"|\\(.)|^\'(.*)\'$')
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_WITHOUT_EFFECT = ("-sv", "--sv", "-sverilog", "-g2012", "-full64", "-64", "-64bit")
_WITH_PATH = ("-f", "-F", "-y", "-v")
_JOINED = ("+incdir+", "+define+", "+libext+", "-I", "-D")


@dataclass(slots=True)
class Listing:
    """Content of lists, in their order."""

    files: list[Path] = field(default_factory=list)  # sources, and configuration files of Verilator
    includes: list[Path] = field(default_factory=list)  # folders of headers
    defines: dict[str, str] = field(default_factory=dict)  # macros, name to value
    libraries: list[Path] = field(default_factory=list)  # -v
    folders: list[Path] = field(default_factory=list)  # -y: with files that are named as the modules in them
    extensions: list[str] = field(default_factory=list)  # +libext+: endings of files in these folders


class ListReader:
    """Reads lists, and those that they name, into one listing.

    Args:
        start: Folder that relative paths start at in a list read by `-f`.
    """

    def __init__(self, start: Path) -> None:
        self.listing = Listing()  # of all lists read
        self._start = start

    def read(self, path: Path, *, own: bool = False, above: tuple[Path, ...] = ()) -> None:
        """Read a list.

        Args:
            path: The list.
            own: True if its relative paths start at its own folder (`-F`).
            above: Lists that lead to it.

        Raises:
            SchemaError: An option, a path or a variable is unknown, or a list leads back to itself; with the
                file and the line.
        """
        folder = path.parent if own else self._start
        words = _words(path)
        for where, word in words:
            if word in _WITHOUT_EFFECT:
                continue
            if word in _WITH_PATH:
                _, argument = next(words, (where, ""))
                if not argument:
                    raise where.error(f"{word} without a path; give one behind it")
                self._path(word, _Place(folder, path, where), argument, (*above, path.resolve()))
            elif word.startswith(_JOINED):
                self._joined(word, _Place(folder, path, where))
            elif word.startswith(("-", "+")):
                raise where.error(
                    f"option '{word}' is not understood here; take it out of the list: parameters belong to "
                    "`parameters`, the top module to `top`, options of Verilator to `flags` of the "
                    f"descriptor. {alternatives(word, (*_WITH_PATH, *_JOINED))}"
                )
            else:
                self.listing.files.append(_Place(folder, path, where).find(word, Path.is_file, "file"))

    def _path(self, option: str, place: "_Place", argument: str, above: tuple[Path, ...]) -> None:
        """Take an option that has a path behind it."""
        if option == "-y":
            self.listing.folders.append(place.find(argument, Path.is_dir, "folder"))
            return
        found = place.find(argument, Path.is_file, "file")
        if option == "-v":
            self.listing.libraries.append(found)
        elif found in above:
            raise place.where.error(f"'{argument}' leads back to itself; remove this line")
        else:
            self.read(found, own=option == "-F", above=above)

    def _joined(self, word: str, place: "_Place") -> None:
        """Take an option whose values are joined to it."""
        option = next(each for each in _JOINED if word.startswith(each))
        rest = word.removeprefix(option)
        values = list(filter(None, rest.split("+"))) if option.startswith("+") else [rest]
        if not any(values):
            raise place.where.error(f"{option} without a value; give one behind it")
        if option in ("+incdir+", "-I"):
            self.listing.includes += [place.find(value, Path.is_dir, "folder") for value in values]
        elif option == "+libext+":
            self.listing.extensions += values
        else:
            pairs = (each.partition("=") for each in values)
            self.listing.defines |= {name: value for name, _, value in pairs}


@dataclass(frozen=True, slots=True)
class _Place:
    """A line of a list, and the folder at which its relative paths start."""

    folder: Path
    list: Path
    where: Where

    def find(self, text: str, there: Callable[[Path], bool], what: str) -> Path:
        """Return a path that must be there."""
        path = resolve(text, self.folder, self.where)
        if there(path):
            return path.resolve()
        hint = "correct the path, or `list_folder` of the descriptor"
        if there(self.list.parent / text):
            hint = f"it is there from the list's own folder: have the list read by '-F {self.list.name}'"
        raise self.where.error(f"no {what} '{text}' (looked for {path}); {hint}")


def _words(path: Path) -> Iterator[tuple[Where, str]]:
    """Words of a list without quotes and variables, each with its place."""
    try:
        text = read_source_text(path)
    except OSError as error:
        raise Where(str(path)).error(f"cannot be read: {error}") from None
    line = 1
    at = 0
    while at < len(text):
        where = Where(f"{path}:{line}")
        part = _PART.match(text, at)
        if part is None or (part["word"] or "").startswith("/*"):
            raise where.error("a quote or a comment without an end; close it")
        if part["word"]:
            yield where, _expanded(_QUOTED.sub(_inside, part["word"]), where)
        line += part[0].count("\n")
        at = part.end()


def _inside(quoted: re.Match[str]) -> str:
    """Text of a quote, or of an escaped letter."""
    double, escaped, single = quoted.groups()
    return re.sub(r"\\(.)", r"\1", double) if double is not None else escaped or single or ""


def _expanded(word: str, where: Where) -> str:
    """A word with the values of its environment variables."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        if name not in os.environ:
            raise where.error(f"environment variable {name} is not set; set it before 'make'")
        return os.environ[name]

    return _VARIABLE.sub(value, word)
