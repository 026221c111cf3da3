# SPDX-License-Identifier: Apache-2.0
"""Pictures of a run: its jobs' utilization, their cycles against the bound, and where the cycles went."""

import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from models.published import PublishedCase
from regressions.pictures import svg_plot
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
}
_LIMIT = "#d64545"
_OTHER = "#888888"


def _thinned(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    """Drops points that would be drawn on top of one another."""
    seen = {(round(24 * math.log2(x)), round(4 * y)): (x, y) for x, y in points}
    return [x for x, _ in seen.values()], [y for _, y in seen.values()]


def _by_stall(axes: Axes, jobs: Sequence[JobResult], value: Callable[[JobResult], float]) -> None:
    stalls = sorted({job.stall for job in jobs}, key=lambda stall: (stall != "none", stall))
    for stall in stalls:
        points = [(job.m * job.n * job.k, value(job)) for job in jobs if job.stall == stall]
        xs, ys = _thinned(points)
        colour_of = _COLOURS.get(stall, _OTHER)
        # Points as pixels: the page stays small however many jobs ran.
        axes.scatter(xs, ys, 9, colour_of, alpha=0.65, linewidths=0, label=stall, rasterized=True)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("steps M x N x K")
    axes.legend(title="stalls", frameon=False, fontsize=9, markerscale=2)


def utilization_plot(jobs: Sequence[JobResult], published: Sequence[PublishedCase] = ()) -> str:
    """Utilization in percent against M*N*K by stalls, beside published figures; empty without jobs."""
    sized = [job for job in jobs if job.m * job.n * job.k]
    shares = [(case.m * case.n * case.k, published_share(case)) for case in published]
    known = [(steps, 100 * share) for steps, share in shares if share]

    def draw(axes: Axes) -> None:
        if known:
            xs, ys = zip(*known, strict=True)
            axes.scatter(xs, ys, 34, "none", marker="D", edgecolors=_LIMIT, zorder=3, label="published")
        _by_stall(axes, sized, lambda job: 100 * job.utilization)
        axes.set_ylabel("utilization, %")
        axes.set_ylim(bottom=0)

    return svg_plot(draw, "Utilization against size") if sized else ""


def bound_plot(jobs: Sequence[JobResult]) -> str:
    """Cycles relative to the bound against M*N*K, with the bound itself as a line; empty without jobs."""
    sized = [job for job in jobs if job.m * job.n * job.k and job.bound]

    def draw(axes: Axes) -> None:
        _by_stall(axes, sized, lambda job: 100 * ratio(job))
        axes.axhline(100, color=_LIMIT, linewidth=1.2)
        axes.set_ylabel("cycles, % of the bound")
        axes.set_ylim(bottom=0)

    return svg_plot(draw, "Cycles against the bound") if sized else ""


def causes_plot(groups: Sequence[Group], label: str) -> str:
    """A bar for each group, its parts the shares of the causes in percent; an empty text without groups."""
    names = cause_names(groups)

    def draw(axes: Axes) -> None:
        places = range(len(groups))
        left = [0.0] * len(groups)
        for name in names:
            shares = [100 * group.shares.get(name, 0.0) for group in groups]
            axes.barh(
                places, shares, left=left, height=0.72, color=colour(name, names), label=name, linewidth=0
            )
            left = [start + share for start, share in zip(left, shares, strict=True)]
        axes.set_yticks(places, [group.label for group in groups])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("slots, %")
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.figure.legend(
            *axes.get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False, fontsize=8
        )

    return svg_plot(draw, label, 1.4 + 0.3 * len(groups)) if groups else ""
