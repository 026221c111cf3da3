# SPDX-License-Identifier: Apache-2.0
"""Files of library folders (`-y`) that sources need, found by pyslang."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pyslang.driver import Driver

from tb.filelist import Listing

_EXTENSIONS = (".v", ".sv")
"""Those that Verilator looks for without `+libext+`."""


def parsed(
    files: Iterable[Path], includes: Iterable[Path], defines: Mapping[str, str], more: Sequence[str] = ()
) -> Driver:
    """Parse sources as one unit, so that macros go from a file to those after it.

    Args:
        files: Sources, in the order of compilation.
        includes: Folders of headers.
        defines: Macros, name to value.
        more: Further options of slang.
    """
    options = [f"-I{folder}" for folder in includes]
    options += [f"-D{name}={value}" if value else f"-D{name}" for name, value in defines.items()]
    words = ["slang", "--single-unit", "--libraries-inherit-macros", *options, *more, *map(str, files)]
    driver = Driver()
    driver.addStandardArgs()
    driver.parseCommandLine(" ".join(map(_quoted, words)))
    driver.processOptions()
    driver.parseAllSources()
    return driver


def needed(files: Iterable[Path], listing: Listing, defines: Mapping[str, str]) -> list[Path]:
    """Find the files of a listing's library folders that define modules which others instantiate.

    Args:
        files: Sources whose instances are looked up.
        listing: Folders, endings and folders of headers.
        defines: Macros.
    """
    known = list(files)
    more = [word for folder in listing.folders for word in ("-y", str(folder))]
    more += [word for ending in listing.extensions or _EXTENSIONS for word in ("-Y", ending)]
    driver = parsed(known, listing.includes, defines, more)
    places = (tree.root.sourceRange.start for tree in driver.syntaxTrees if tree.isLibraryUnit)
    found = (driver.sourceManager.getFullPath(place.buffer).resolve() for place in places)
    return [path for path in dict.fromkeys(found) if path not in known]


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
