# SPDX-License-Identifier: Apache-2.0
"""Points hit by the simulations of a run, by test; `points.json`, from which runs are merged."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from regressions.paths import relative
from regressions.simulators.points import Hits, Kind, Point
from tb.schema import SchemaError

SCHEMA = 1


@dataclass(slots=True)
class Data:
    """Code coverage of one device."""

    device: str  # its name
    # Hits of each point by all tests together; 0 for those that were not hit.
    counts: Counter[Point] = field(default_factory=Counter)
    tests: dict[str, set[Point]] = field(default_factory=dict)  # the points that each test hit

    def add(self, test: str, hits: Hits) -> None:
        """Take in a simulation of a test."""
        # `Counter.update` keeps points that were not hit.
        self.counts.update(hits)
        self.tests.setdefault(test, set()).update(point for point, count in hits.items() if count)

    def unique(self) -> dict[str, set[Point]]:
        """Points that each test alone hits, which would be lost without it."""
        by = Counter(point for points in self.tests.values() for point in points)
        return {test: {point for point in points if by[point] == 1} for test, points in self.tests.items()}

    def write(self, path: Path) -> None:
        """Write `points.json`: the points in order, their counts, and a bit for each point and test."""
        points = sorted(self.counts)
        table = {
            "schema": SCHEMA,
            "device": self.device,
            "points": [[p.file, p.line, p.column, p.kind.value, p.name, p.lines] for p in points],
            "counts": [self.counts[point] for point in points],
            "tests": {test: _bits(points, hit) for test, hit in sorted(self.tests.items())},
        }
        path.write_text(json.dumps(table, separators=(",", ":")) + "\n")


def read(path: Path) -> Data:
    """Reads what `Data.write` wrote.

    Raises:
        SchemaError: It is missing, damaged or of another version.
    """
    try:
        table = json.loads(path.read_text())
        if table["schema"] != SCHEMA:
            raise SchemaError(f"{relative(path)}: schema {table['schema']}, this version reads {SCHEMA}")
        points = [
            Point(file, line, column, Kind(kind), *rest)
            for file, line, column, kind, *rest in table["points"]
        ]
        counts = Counter(dict(zip(points, table["counts"], strict=True)))
        tests = {test: _chosen(points, int(bits, 16)) for test, bits in table["tests"].items()}
        return Data(str(table["device"]), counts, tests)
    except OSError as error:
        raise SchemaError(f"{relative(path)}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"{relative(path)}: damaged code coverage ({error!r})") from None


def _bits(points: list[Point], hit: set[Point]) -> str:
    """A hexadecimal number with a bit for each point that was hit, the first point in the lowest."""
    return f"{int('0' + ''.join('01'[point in hit] for point in reversed(points)), 2):x}"


def _chosen(points: list[Point], bits: int) -> set[Point]:
    # The text ends with the last point that was hit.
    return {point for point, bit in zip(points, reversed(f"{bits:b}"), strict=False) if bit == "1"}


def joined(parts: Iterable[Data]) -> dict[str, Data]:
    """Merges data of several runs, by device."""
    result: dict[str, Data] = {}
    for part in parts:
        whole = result.setdefault(part.device, Data(part.device))
        whole.counts.update(part.counts)
        for test, points in part.tests.items():
            whole.tests.setdefault(test, set()).update(points)
    return result
