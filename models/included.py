# SPDX-License-Identifier: Apache-2.0
"""Files that an object is compiled from: a C++ file and the headers that it includes."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def texts(source: Path, folders: Sequence[Path] = ()) -> Iterator[bytes]:
    """Yields the texts of `files`, for keys of what is kept."""
    return (file.read_bytes() for file in files(source, folders))


def files(source: Path, folders: Sequence[Path] = ()) -> Iterator[Path]:
    """Yields a C++ file, and each header that it may include, once.

    Args:
        source: The file.
        folders: Where headers are looked for, after the folder of the file that includes them; others are
            the tools' own.

    Raises:
        OSError: A file cannot be read.
    """
    yield from _files(source, folders, set())


def _files(file: Path, folders: Sequence[Path], seen: set[Path]) -> Iterator[Path]:
    if file in seen:
        return
    seen.add(file)
    yield file
    for name in _INCLUDE.findall(file.read_text(errors="replace")):
        places = (folder / name for folder in (file.parent, *folders))
        if (found := next((place for place in places if place.is_file()), None)) is not None:
            yield from _files(found, folders, seen)
