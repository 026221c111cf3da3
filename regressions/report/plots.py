# SPDX-License-Identifier: Apache-2.0
"""Pictures of a run: its jobs' utilization, their cycles against the bound, and where the cycles went."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from models.published import PublishedCase
from regressions.pictures import Axis, Plot, Series
from regressions.report.causes import Group, cause_names, colour, published_share
from regressions.report.exercised import ratio
from tb.exchange.results import JobResult

_COLOURS = {
    "none": "#2f7ed8",
    "random": "#e07b1a",
    "burst": "#2a9d6f",
    "blackout": "#a45fc4",
    "on_x": "#f0a58f",
    "on_w": "#e0704f",
    "on_y": "#b8432f",
    "on_z": "#8a6fd0",
    "banks": "#b0893a",
    "hold_x": "#7fb3a2",
    "hold_w": "#4f9484",
    "hold_y": "#2f7466",
    "hold_z": "#5f6f9f",
}
_LIMIT = "#d64545"
_OTHER = "#888888"
_STEPS = "steps M x N x K"


def _thinned(points: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Drops points that would be drawn on top of one another: the page stays small however many jobs ran."""
    return list({(round(24 * math.log2(x)), round(4 * y)): (x, y) for x, y in points}.values())


def _by_stall(jobs: Sequence[JobResult], value: Callable[[JobResult], float]) -> list[Series]:
    points: dict[str, list[tuple[int, float]]] = {}
    for job in jobs:
        points.setdefault(job.stall, []).append((job.m * job.n * job.k, value(job)))
    return [
        Series(stall, _COLOURS.get(stall, _OTHER), [_thinned(points[stall])], mark="dot")
        for stall in sorted(points, key=lambda stall: (stall != "none", stall))
    ]


def _against_size(title: str, label: str, series: Sequence[Series]) -> Plot:
    points = [point for each in series for stroke in each.strokes for point in stroke]
    across = Axis.powers(_STEPS, [x for x, _ in points], 2)
    return Plot(title, across, Axis.linear(label, [y for _, y in points]), series, "stalls:")


def utilization_plot(jobs: Sequence[JobResult], published: Sequence[PublishedCase] = ()) -> Plot | None:
    """Utilization in percent against M*N*K by stalls, beside published figures; None without jobs."""
    sized = [job for job in jobs if job.m * job.n * job.k]
    shares = [(case.m * case.n * case.k, published_share(case)) for case in published]
    known = [(steps, 100 * share) for steps, share in shares if share]
    theirs = [Series("published", _LIMIT, [known], mark="diamond")] if known else []
    series = _by_stall(sized, lambda job: 100 * job.utilization)
    return _against_size("Utilization against size", "utilization, %", series + theirs) if sized else None


def bound_plot(jobs: Sequence[JobResult]) -> Plot | None:
    """Cycles relative to the bound against M*N*K, with the bound itself as a line; None without jobs."""
    sized = [job for job in jobs if job.m * job.n * job.k and job.bound]
    if not sized:
        return None
    steps = Axis.powers(_STEPS, [job.m * job.n * job.k for job in sized], 2)
    limit = Series("the bound", _LIMIT, [[(steps.low, 100), (steps.high, 100)]], 1.5)
    series = _by_stall(sized, lambda job: 100 * ratio(job))
    return _against_size("Cycles against the bound", "cycles, % of the bound", [*series, limit])


def causes_plot(groups: Sequence[Group], title: str) -> Plot | None:
    """A bar for each group, its parts the shares of the causes in percent; None without groups."""
    names = cause_names(groups)
    shares = [[100 * group.shares.get(name, 0.0) for name in names] for group in groups]
    bars = list(enumerate(list(accumulate(row, initial=0.0)) for row in shares))
    series = [
        Series(name, colour(name, names), [[(x, row + 0.5) for x in end[i : i + 2]] for row, end in bars], 18)
        for i, name in enumerate(names)
    ]
    labels = [group.label for group in groups]
    down, across = Axis("", len(groups), 0, names=labels), Axis("slots, %", 0, 100)
    return Plot(title, across, down, series, bottom=20 + 26 * len(groups), left=125) if groups else None
