# SPDX-License-Identifier: Apache-2.0
"""Names of the signals in a file of waves, as viewers know them: VCD, and FST as Verilator writes it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from regressions.errors import UserError

_HIERARCHY = 6  # kind of a block of an FST file
_ATTRIBUTE, _ATTRIBUTE_END, _SCOPE, _UP = 252, 253, 254, 255  # kinds of entries of its hierarchy
_INTEGERS = (1, *range(24, 28))  # kinds of signals that GTKWave knows without their range
_RANGE = re.compile(r"(.*?)\s*(\[\d+:\d+\])?")
_VCD_LINE = re.compile(r"\$(scope|upscope|var|enddefinitions)\s*(.*?)\s*\$end")


def signals(path: Path) -> dict[str, str]:
    """Return the range of each signal, such as ``[31:0]`` or nothing, by its name with all scopes and dots.

    Raises:
        UserError: The file is none of these, or was cut off.
    """
    with path.open("rb") as file:
        first = file.read(1)
    try:
        return dict(_vcd(path) if first == b"$" else _entries(_hierarchy(path)))
    except (IndexError, ValueError) as error:
        raise UserError(f"{path}: the signals of the waves cannot be read: {error}") from None


def _split(name: str) -> tuple[str, str]:
    """Name and range of a signal."""
    match = _RANGE.fullmatch(name)
    return (match[1], match[2] or "") if match else (name, "")


def _vcd(path: Path) -> Iterator[tuple[str, str]]:
    scopes: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for match in filter(None, map(_VCD_LINE.search, lines)):
            words = match[2].split()
            if match[1] == "scope":
                scopes.append(words[1])
            elif match[1] == "upscope":
                scopes.pop()
            elif match[1] == "var":
                name, bits = _split("".join(words[3:]))
                yield ".".join([*scopes, name]), bits
            else:
                return


def _hierarchy(path: Path) -> bytes:
    """The hierarchy of an FST file.

    Raises:
        ValueError: It has none.
    """
    with path.open("rb") as file:
        while len(head := file.read(9)) == 9:
            length = int.from_bytes(head[1:], "big") - 8
            if head[0] != _HIERARCHY:
                file.seek(max(length, 0), os.SEEK_CUR)
                continue
            content = file.read(length)
            if len(content) == length:
                return _unpacked(content[8:], int.from_bytes(content[:8], "big"))
    raise ValueError("it is no FST file with a hierarchy, or the simulation was cut off")


def _unpacked(data: bytes, size: int) -> bytes:
    """A block of LZ4: literals, then a copy of what lies some bytes back, again and again."""
    out, at = bytearray(), 0

    def length(nibble: int) -> int:
        nonlocal at
        total = nibble
        while nibble == 15:
            total += data[at]
            at += 1
            if data[at - 1] != 255:
                break
        return total

    while at < len(data):
        token = data[at]
        at += 1
        literals = length(token >> 4)
        out += data[at : at + literals]
        at += literals
        if at >= len(data):
            break
        back = int.from_bytes(data[at : at + 2], "little")
        at += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-back])
    if len(out) != size:
        raise ValueError(f"its hierarchy has {len(out)} bytes, and not {size}")
    return bytes(out)


def _entries(data: bytes) -> Iterator[tuple[str, str]]:
    at, scopes = 0, []

    def text() -> str:
        nonlocal at
        end = data.index(0, at)
        found = data[at:end].decode("utf-8", errors="replace")
        at = end + 1
        return found

    def skip_number() -> None:
        nonlocal at
        while data[at] & 0x80:
            at += 1
        at += 1

    while at < len(data):
        kind = data[at]
        at += 1
        if kind == _SCOPE:
            at += 1  # kind of scope
            scopes.append(text())
            text()  # module
        elif kind == _UP:
            scopes.pop()
        elif kind == _ATTRIBUTE:
            at += 2
            text()
            skip_number()
        elif kind != _ATTRIBUTE_END:
            at += 1  # direction
            name, bits = _split(text())
            bits = "" if kind in _INTEGERS else bits
            skip_number()  # bits
            skip_number()  # signal of which it is another name
            yield ".".join([*scopes, name]), bits
