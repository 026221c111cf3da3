# SPDX-License-Identifier: Apache-2.0
"""Pictures of a device's jobs: utilization over sizes, cycles against the bound, and lost cycles."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, combinations

import numpy as np

from models.published import PublishedCase
from regressions.pictures import INK, Axis, Cell, HeatMap, Plot, Series
from regressions.report.causes import Group, cause_names, colour, published_share
from regressions.report.exercised import SIZE_CLASSES, STEP_CLASSES, class_of, ratio, step_class
from tb.exchange.results import JobResult

_BOX, _LIMIT = "#4b8fd9", "#c8560b"
_ROW = 24  # height of a row of bars
_USEFUL = "WORKING"


def utilization_maps(jobs: Iterable[JobResult], published: Sequence[PublishedCase] = ()) -> list[HeatMap]:
    """Median utilization over each two of M, N and K, of jobs without stalls; none without such jobs.

    A class that holds sizes with published cycles has a mark.
    """
    best: JobResult | None = None
    found: dict[tuple[str, str, str], array[float]] = {}  # by the classes of M, N and K
    for job in filter(_free, jobs):
        found.setdefault((class_of(job.m), class_of(job.n), class_of(job.k)), array("d")).append(
            job.utilization
        )
        if best is None or job.utilization > best.utilization:
            best = job
    if best is None:
        return []
    return [_map(found, best, published, *axes) for axes in combinations("MNK", 2)]


def _map(
    found: Mapping[tuple[str, str, str], array[float]],
    best: JobResult,
    published: Sequence[PublishedCase],
    across: str,
    down: str,
) -> HeatMap:
    places = "MNK".index(across), "MNK".index(down)
    together: dict[tuple[str, str], array[float]] = {}
    for classes, its in found.items():
        together.setdefault((classes[places[0]], classes[places[1]]), array("d")).extend(its)
    theirs: dict[tuple[str, str], list[str]] = {}
    for case in published:
        if share := published_share(case):
            sizes = {"M": case.m, "N": case.n, "K": case.k}
            theirs.setdefault((class_of(sizes[across]), class_of(sizes[down])), []).append(
                f"{case.m}x{case.n}x{case.k} {case.fmt.name}: {share:.2%}"
            )
    cells = {}
    for (column, row), own in together.items():
        values = _sorted(own)
        middle = values[len(values) // 2]
        known = theirs.get((column, row), [])
        note = (
            f"{across} {column}, {down} {row}: median {middle:.1%}, best {values[-1]:.2%} of {len(own)} jobs"
        )
        note += f"; published {', '.join(known[:4])}" if known else ""
        cells[column, row] = Cell(f"{100 * middle:.0f}", middle, note, "◆" if known else "")
    return HeatMap(
        f"Utilization over {across} and {down}",
        across,
        down,
        [name for name in SIZE_CLASSES if any(name == column for column, _ in cells)],
        [name for name in reversed(SIZE_CLASSES) if any(name == row for _, row in cells)],
        cells,
        f"Median of jobs without stalls, %; best {best.utilization:.2%} at {best.m}x{best.n}x{best.k}."
        + (" ◆: holds sizes with published cycles." if any(cell.mark for cell in cells.values()) else ""),
    )


def _free(job: JobResult) -> bool:
    return job.stall == "none" and bool(job.m * job.n * job.k)


def utilization_spread(jobs: Iterable[JobResult], published: Sequence[PublishedCase] = ()) -> Plot | None:
    """Spread of utilization of jobs without stalls in each class of M*N*K, and what was published."""
    found = _rows(
        filter(_free, jobs),
        lambda job: step_class(job.m * job.n * job.k),
        lambda job: 100 * job.utilization,
    )
    rows = {name: found[name] for name in STEP_CLASSES if name in found}
    places = {name: place for place, name in enumerate(rows)}
    known = [
        (100 * share, places[name] + 0.5)
        for case in published
        if (share := published_share(case)) and (name := step_class(case.m * case.n * case.k)) in places
    ]
    theirs = [Series("published", _LIMIT, [known], mark="diamond")] if known else []
    title = "Utilization by steps M*N*K, without stalls"
    return _spread(title, rows, Axis("utilization, %", 0, 102), theirs) if rows else None


def bound_spread(jobs: Iterable[JobResult]) -> Plot | None:
    """Spread of cycles relative to the bound for each kind of stalls; None without jobs that have one."""
    bound = (job for job in jobs if job.m * job.n * job.k and job.bound)
    found = _rows(bound, lambda job: job.stall, lambda job: 100 * ratio(job))
    rows = {name: found[name] for name in sorted(found, key=lambda stall: (stall != "none", stall))}
    limit = Series("the bound", _LIMIT, [[(100, 0), (100, len(rows))]], 1.5, dashed=True)
    across = Axis("cycles, % of the bound", 0, 105)
    return (
        _spread("Cycles against the bound, by stalls of the memory", rows, across, [limit]) if rows else None
    )


def _rows(
    jobs: Iterable[JobResult], label: Callable[[JobResult], str], value: Callable[[JobResult], float]
) -> dict[str, Sequence[float]]:
    """Sorted values of the jobs of each label."""
    found: dict[str, array[float]] = {}
    for job in jobs:
        found.setdefault(label(job), array("d")).append(value(job))
    return {name: _sorted(values) for name, values in found.items()}


def _sorted(values: array[float]) -> array[float]:
    """Values by size, with no Python object for each: there may be millions."""
    return array("d", np.sort(values).tobytes())


def _spread(title: str, rows: Mapping[str, Sequence[float]], across: Axis, further: Sequence[Series]) -> Plot:
    """A row for each list of values: a line over nine tenths, a bar over the middle half, the median."""
    lines, bars, middles, ends = [], [], [], []
    for place, values in enumerate(rows.values()):
        low, first, middle, third, high = (
            _quantile(values, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)
        )
        y = place + 0.5
        lines.append([(low, y), (high, y)])
        bars.append([(first, y), (third, y)])
        middles.append((middle, y))
        ends.append((values[-1], y))
    series = [
        Series("9 of 10 jobs", INK, lines, 1.2),
        Series("the middle half", _BOX, bars, 12),
        Series("median", INK, [middles], mark="tick"),
        Series("the most", INK, [ends], mark="ring"),
        *further,
    ]
    names = [f"{name} ({len(values)})" for name, values in rows.items()]
    medians = {name: _quantile(row, 0.5) for name, row in rows.items()}
    down = Axis("", len(rows), 0, names=names)
    return _bars(title, across, down, series, f"Median {_range(medians, 0)}.")


def _quantile(values: Sequence[float], share: float) -> float:
    return values[round(share * (len(values) - 1))]


def lost_plot(groups: Sequence[Group], title: str) -> Plot | None:
    """A bar for each group, its parts the shares of lost cycles by cause in percent; None without groups."""
    if not groups:
        return None
    names = [name for name in cause_names(groups) if name != _USEFUL]
    lost = {each.label: 100 * sum(each.shares.get(name, 0.0) for name in names) for each in groups}
    across = Axis.linear("lost slots, % of all", [0, *lost.values()])
    return _stacked(title, groups, names, across, f"Lost {_range(lost, 1)}.")


def share_plot(groups: Sequence[Group], title: str) -> Plot | None:
    """A bar for each group, its parts the shares of all causes in percent; None without groups."""
    if not groups:
        return None
    useful = {each.label: 100 * each.shares.get(_USEFUL, 0.0) for each in groups}
    across = Axis("slots, % of all", 0, 100)
    return _stacked(title, groups, cause_names(groups), across, f"Useful {_range(useful, 1)}.")


def _stacked(title: str, groups: Sequence[Group], names: Sequence[str], across: Axis, text: str) -> Plot:
    """A bar for each group, its parts the shares of some causes in percent."""
    shares = [[100 * group.shares.get(name, 0.0) for name in names] for group in groups]
    bars = list(enumerate(list(accumulate(row, initial=0.0)) for row in shares))
    series = [
        Series(name, colour(name, names), [[(x, row + 0.5) for x in end[i : i + 2]] for row, end in bars], 16)
        for i, name in enumerate(names)
    ]
    down = Axis("", len(groups), 0, names=[group.label for group in groups])
    return _bars(title, across, down, series, text)


def _bars(title: str, across: Axis, down: Axis, series: Sequence[Series], text: str) -> Plot:
    """A plot with a named row for each bar."""
    left = 24 + round(8.2 * max(map(len, down.names)))
    return Plot(title, across, down, series, bottom=20 + _ROW * len(down.names), left=left, text=text)


def _range(values: Mapping[str, float], digits: int) -> str:
    """The least and the largest of named values in percent."""
    least, most = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    if least == most:
        return f"{values[most]:.{digits}f} %"
    return f"from {values[least]:.{digits}f} % ({least}) to {values[most]:.{digits}f} % ({most})"
