# SPDX-License-Identifier: Apache-2.0
"""Programs, libraries and objects that were kept: those that are whole and of this machine can serve."""

import os
import struct
import sys
from functools import cache
from pathlib import Path

_HEADER = 64  # bytes of a header of 64 bits, the larger one
# By the class of the file, 32 or 64 bits: where its table of sections lies, how long a line is, how many.
_SECTIONS = {1: ("<I", 32, 46), 2: ("<Q", 40, 58)}


def serves(path: Path, *, executable: bool = False) -> bool:
    """True if an ELF file is whole, for the processor that runs Python, and may be executed if asked for.

    Tables of sections are at the end of a file: where one is cut off, they are.
    """
    return _kind(path) == _own_kind() and (not executable or os.access(path, os.X_OK))


@cache
def _own_kind() -> bytes:
    kind = _kind(Path(sys.executable))
    assert kind, "Python is a program"
    return kind


def _kind(path: Path) -> bytes:
    """Class, byte order and processor of a whole ELF file; empty for anything else."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return b""
    if len(header) < _HEADER or header[:4] != b"\x7fELF" or header[4] not in _SECTIONS:
        return b""
    form, place, count = _SECTIONS[header[4]]
    (begin,) = struct.unpack_from(form, header, place)
    length, lines = struct.unpack_from("<HH", header, count)
    return header[4:6] + header[18:20] if begin + length * lines <= size else b""
