# SPDX-License-Identifier: Apache-2.0
"""Paces of earlier runs: what a planned cycle of each test took, by which long simulations start first.

They decide the order alone. What a run simulates, and its records, are those of tier and seed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from regressions.json_file import write_json
from regressions.judge import SegmentResult
from regressions.planner import Simulation
from tb.exchange.plan import Segment
from tb.exchange.status import Status

_MILLION = 1_000_000


class PacesContent(Struct, frozen=True):
    """Content of the file."""

    schema: Literal[1]
    seconds: dict[str, float]  # of a million planned cycles, by device, build kind and test


def _key(segment: Segment) -> str:
    return f"{segment.device}/{segment.kind}/{segment.entry.name}"


def _build(key: str) -> str:
    return key.rpartition("/")[0]


@dataclass(slots=True)
class Paces:
    """Seconds of a million planned cycles of tests, on each device and build kind."""

    known: dict[str, float] = field(default_factory=dict)
    _builds: dict[str, float] = field(init=False)  # mean of the tests of each device and build kind
    _all: float = field(init=False)

    def __post_init__(self) -> None:
        groups: dict[str, list[float]] = defaultdict(list)
        for key, pace in self.known.items():
            groups[_build(key)].append(pace)
        self._builds = {build: sum(paces) / len(paces) for build, paces in groups.items()}
        self._all = sum(self.known.values()) / len(self.known) if self.known else 1.0

    @classmethod
    def read(cls, path: Path) -> "Paces":
        """Read those of earlier runs; none where there is no such file, or a damaged one."""
        try:
            return cls(msgspec.json.decode(path.read_bytes(), type=PacesContent).seconds)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return cls()

    def longest_first(self, simulations: Sequence[Simulation]) -> list[Simulation]:
        """Order simulations by the time that they are likely to take; those alike stay as they are."""
        return sorted(simulations, key=self._seconds, reverse=True)

    def _seconds(self, simulation: Simulation) -> float:
        return sum(segment.cycles * self._pace(_key(segment)) for segment in simulation.segments) / _MILLION

    def _pace(self, key: str) -> float:
        """A test's pace; where nobody knows it, that of its build, or of all."""
        return self.known.get(key, self._builds.get(_build(key), self._all))


def note(path: Path, results: Iterable[SegmentResult]) -> None:
    """Keep the paces of a run's segments that passed, beside those of tests that it did not run.

    Raises:
        OSError: They cannot be written.
    """
    seconds: dict[str, float] = defaultdict(float)
    cycles: dict[str, int] = defaultdict(int)
    for result in results:
        if result.status is Status.PASSED and result.segment.cycles:
            seconds[_key(result.segment)] += result.seconds
            cycles[_key(result.segment)] += result.segment.cycles
    if not cycles:
        return
    found = {key: round(_MILLION * seconds[key] / count, 6) for key, count in cycles.items()}
    content = PacesContent(1, dict(sorted((Paces.read(path).known | found).items())))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, msgspec.to_builtins(content))
