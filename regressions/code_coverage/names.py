# SPDX-License-Identifier: Apache-2.0
"""Names of points for people: bits of a signal together."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from regressions.simulators.points import Point

_BIT = re.compile(r"(.*)\[(\d+)\]$")
_EDGES = ("0->1", "1->0")


def toggles(points: Iterable[Point]) -> list[str]:
    """Signals and bits that did not toggle: ``row[4..7]``, or with what they did not do, ``last 1->0``."""
    edges: dict[str, set[str]] = {}
    for point in points:
        signal, _, edge = point.name.rpartition(":")
        edges.setdefault(signal, set()).add(edge)
    bits: dict[tuple[str, str], list[int]] = {}
    texts: list[str] = []
    for signal, missing in edges.items():
        what = "" if len(missing) == len(_EDGES) else f" {next(iter(missing))}"
        match = _BIT.match(signal)
        if match is None:
            texts.append(f"{signal}{what}")
        else:
            bits.setdefault((match[1], what), []).append(int(match[2]))
    return texts + [f"{name}[{_ranges(sorted(numbers))}]{what}" for (name, what), numbers in bits.items()]


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as ``1,4..7``."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda at: at[1] - at[0])]
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)
