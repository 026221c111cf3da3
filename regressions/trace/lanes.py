# SPDX-License-Identifier: Apache-2.0
"""Lanes of a job's timeline: what port, buffers and array did in each cycle, as runs of equal cycles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.schedule import CAUSES
from models.timing import Instance
from regressions.trace.derived import Derived
from regressions.trace.job import OPERANDS, ObservedJob
from tb.exchange.job import Job

WAIT = "WAIT"
"""First word of the names of internal events that the picture shows; the trace file has all."""
TILE_PAINTS = 4
"""Tiles are painted in so many colours, in turn."""
_NEIGHBOUR = 2**31 - 1
"""Tile of a job that follows, or goes before."""

Part = tuple[str, float]
"""A paint, and the share of a lane's height that has it."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words on some cycles of a lane."""

    first: int  # 0 for the first cycle
    cycles: int
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A quantity over the cycles of a job."""

    name: str
    group: str
    derived: bool  # by the model; else observed
    height: int
    looks: Sequence[tuple[Part, ...]]  # how a cycle can look: parts from the bottom up
    runs: Sequence[tuple[int, int]]  # cycles and look of each run; all cycles in order
    labels: Sequence[Label] = ()


def lanes(seen: ObservedJob, derived: Derived | None, instance: Instance) -> list[Lane]:
    """Return the lanes of a job, the port's first."""
    found = [*_port(seen), *_buffers(seen), *_waits(seen)]
    if derived is not None and derived.steps.size:
        found += _array(seen, derived, instance)
    return found


def _lane(
    name: str,
    group: str,
    keys: npt.NDArray[np.integer],
    looks: Sequence[tuple[Part, ...]],
    *,
    height: int = 12,
    derived: bool = False,
    labels: Sequence[Label] = (),
) -> Lane:
    runs = [(cycles, key) for _, cycles, key in runs_of(keys)]
    return Lane(name, group, derived, height, looks, runs, labels)


def runs_of(keys: npt.NDArray[np.integer]) -> Iterator[tuple[int, int, int]]:
    """Yield the first cycle, the cycles and the value of each run of equal values."""
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    ends = np.append(starts[1:], keys.size)
    yield from zip(starts.tolist(), (ends - starts).tolist(), keys[starts].tolist(), strict=True)


def _port(seen: ObservedJob) -> Iterator[Lane]:
    """A lane for each operand; another for requests that can be of several, or of none."""
    single = (1 << np.arange(len(OPERANDS))).tolist()
    for place, name in enumerate(OPERANDS):
        own = seen.operands == single[place]
        if own.any() or seen.job.touches(name):
            yield _requests(f"{'write' if name == 'Z' else 'read'} {name}", name, seen, own)
    other = seen.request & ~np.isin(seen.operands, single)
    if other.any():
        yield _requests("several or none", "other", seen, other)


def _requests(name: str, paint: str, seen: ObservedJob, own: npt.NDArray[np.bool_]) -> Lane:
    keys = np.where(seen.request & own, np.where(seen.granted, 1, 2), 0)
    return _lane(name, "port", keys, ((), ((paint, 1.0),), (("stall", 1.0),)))


def _buffers(seen: ObservedJob) -> Iterator[Lane]:
    for name, level in seen.levels.items():
        most = max(int(level.max(initial=0)), 1)
        operand = name.upper().partition("_")[0]
        paint = operand if operand in OPERANDS else "other"
        looks = [(), *(((paint, each / most),) if each else () for each in range(most + 1))]
        keys = np.where(np.arange(level.size) < seen.known, level + 1, 0)
        labels = [Label(first, cycles, str(key - 1)) for first, cycles, key in runs_of(keys) if key > 1]
        yield _lane(name.lower().replace("_", " "), "buffers", keys, looks, height=14, labels=labels)


def _waits(seen: ObservedJob) -> Iterator[Lane]:
    for name, high in seen.events.items():
        first, _, rest = name.upper().partition("_")
        if first == WAIT:
            operand = rest.partition("_")[0]
            paint = operand if operand in OPERANDS else "stall"
            yield _lane(name, "waits", high.astype(np.int8), ((), ((paint, 1.0),)), height=9)


def _array(seen: ObservedJob, derived: Derived, instance: Instance) -> Iterator[Lane]:
    """Tiles that enter and leave the array, and the cause of each cycle's slots."""
    course = derived.steps
    rest = seen.cycles - course.size
    columns, rows = course["tile"] >= 0, course["rows"].astype(np.int64)
    own = np.where(course["job"] == derived.place, course["tile"], np.where(columns, _NEIGHBOUR, -1))
    paint = np.where(columns, course["tile"] % TILE_PAINTS, 0)
    keys = np.where(columns, 1 + paint * (instance.l + 1) + rows, 0)
    looks: list[tuple[Part, ...]] = [()]
    for number in range(TILE_PAINTS):
        for live in range(instance.l + 1):
            share = live / instance.l
            looks.append(((f"tile{number}", share), ("padding", 1 - share)))
    labels = [
        Label(first, cycles, "another job" if tile == _NEIGHBOUR else _tile_words(seen.job, instance, tile))
        for first, cycles, tile in runs_of(own)
        if tile >= 0
    ]
    tall = max(36, min(72, 4 * instance.l))
    yield _lane("rows", "array", _padded(keys, rest), looks, height=tall, derived=True, labels=labels)
    out = np.where(course["left"] >= 0, 1 + course["left"] % TILE_PAINTS, 0)
    leaving = ((), *(((f"tile{number}", 1.0),) for number in range(TILE_PAINTS)))
    yield _lane("sums leave", "array", _padded(out, rest), leaving, derived=True)
    yield _causes(course, rest, instance)


def _causes(course: npt.NDArray[np.void], rest: int, instance: Instance) -> Lane:
    """Cause of the slots of each cycle; a column of the matrix has slots of up to three."""
    working = CAUSES.index("WORKING")
    column = course["cause"] == working
    height, deep = instance.l + 1, instance.h + 1
    kinds = course["rows"].astype(np.int64) * deep + course["steps"]
    keys = np.where(column, len(CAUSES) + 1 + kinds, 1 + course["cause"].astype(np.int64))
    looks: list[tuple[Part, ...]] = [(), *(((name, 1.0),) for name in CAUSES)]
    for kind in range(height * deep):
        live, steps = divmod(kind, deep)
        area = instance.l * instance.h
        work, pad_m = live * steps / area, (instance.l - live) * steps / area
        looks.append((("WORKING", work), ("PAD_M", pad_m), ("PAD_N", 1 - work - pad_m)))
    named = runs_of(course["cause"])
    labels = [Label(first, cycles, f"{CAUSES[cause]} {cycles}") for first, cycles, cause in named]
    return _lane("causes", "array", _padded(keys, rest), looks, height=26, derived=True, labels=labels)


def _padded(keys: npt.NDArray[np.integer], rest: int) -> npt.NDArray[np.integer]:
    """Keys with cycles behind them of which nothing is known."""
    return np.append(keys, np.zeros(rest, keys.dtype))


def _tile_words(job: Job, instance: Instance, tile: int) -> str:
    across = -(-job.k // instance.tile_cols)
    down, right = divmod(tile, across)
    height = instance.in_mode(paired=job.fault_tolerant).tile_rows
    rows, cols = down * height, right * instance.tile_cols
    last_row, last_col = min(rows + height, job.m) - 1, min(cols + instance.tile_cols, job.k) - 1
    return f"tile {tile}: rows {rows}-{last_row}, columns {cols}-{last_col} of Z"
