# SPDX-License-Identifier: Apache-2.0
"""Report section on programs of the cluster, from the last figures of `make cluster`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from regressions.pictures import Picture, svg_plot

FOLDER = Path(__file__).parent
"""Folder of the section's template."""

_LINES = ("#2f7ed8", "#e07b1a", "#2a9d6f", "#a45fc4", "#c0332e", "#888888", "#b08d00")
_ACCELERATOR, _TILED = "accelerator", "tiled"


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of others, to stand beside ours.

    Attributes:
        what: Owner and quantity of the figure.
        rate: MAC a cycle of the software that is the baseline.
        speedup: Of the accelerator over it; None where there is none.
        source: Where it is published, and what is derived of it.
    """

    what: str
    rate: float
    speedup: float | None
    source: str


PUBLISHED = (
    Published(
        "RedMulE, 32 elements, over 8 cores", 1.44, 22.0, "arXiv 2204.11192; rate derived from 31.6 / 22"
    ),
    Published("PULP-TrainLib FP32, 8 cores", 4.39, None, "best case"),
    Published("PULP-TrainLib FP16 vectors, 8 cores, ResNet8", 3.11, None, "training"),
)


@dataclass(frozen=True, slots=True)
class Speedup:
    """The accelerator over one way of software at one size."""

    size: int
    baseline: str
    cores: int
    rate: float
    accelerator: float
    factor: float


@dataclass(frozen=True, slots=True)
class ClusterSection:
    """Write the report section on the cluster's part of `bench.json`.

    Attributes:
        git: Commit that was measured.
        pictures: Plots; empty if there are no figures.
        speedups: The accelerator over each way of software, at the largest size that it was measured at.
        published: Figures of others.
        phases: Where the cycles of a job go, by size.
        tiled: Products beyond the TCDM, rows of `bench.json`.
    """

    git: str = ""
    pictures: list[Picture] = field(default_factory=list)
    speedups: list[Speedup] = field(default_factory=list)
    published: tuple[Published, ...] = PUBLISHED
    phases: list[dict[str, Any]] = field(default_factory=list)
    tiled: list[dict[str, Any]] = field(default_factory=list)


def cluster_section(bench: Path | None) -> ClusterSection:
    """The section for a `bench.json`; an empty one where there is none that this version wrote."""
    try:
        content = json.loads(bench.read_text()) if bench is not None else {}
        return _section(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ClusterSection()


def _section(content: Mapping[str, Any]) -> ClusterSection:
    rows: list[dict[str, Any]] = content["cluster"]
    figures = content["cluster_figures"]
    sharing: list[dict[str, Any]] = figures["sharing"]
    pictures = [
        Picture("Products on the accelerator and on the cores", rate_plot(rows)),
        Picture("Slower beside others, against the arbitration", sharing_plot(sharing)),
    ]
    return ClusterSection(
        git=figures["git"],
        pictures=pictures,
        speedups=speedups(rows),
        phases=figures["phases"],
        tiled=[row for row in rows if row["program"] == _TILED],
    )


def speedups(rows: Sequence[Mapping[str, Any]]) -> list[Speedup]:
    """The accelerator over each way of software, each at the largest size that both have."""
    fast = {row["M"]: row for row in rows if row["program"] == _ACCELERATOR}
    found: dict[tuple[str, int], Speedup] = {}
    for row in sorted(rows, key=lambda row: row["M"]):
        if row["program"] in (_ACCELERATOR, _TILED) or row["M"] not in fast:
            continue
        other = fast[row["M"]]
        found[row["program"], row["cores"]] = Speedup(
            row["M"],
            row["program"],
            row["cores"],
            row["mac_per_cycle"],
            other["mac_per_cycle"],
            row["cycles"] / other["cycles"],
        )
    return list(found.values())


def rate_plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """MAC a cycle of squares against their size, for each program and number of cores."""

    def draw(axes: Axes) -> None:
        squares = [row for row in rows if row["program"] != _TILED]
        kinds = dict.fromkeys((row["program"], row["cores"]) for row in squares)
        for colour, (program, cores) in zip(_LINES, kinds, strict=False):
            line = [row for row in squares if (row["program"], row["cores"]) == (program, cores)]
            name = (
                program if program == _ACCELERATOR else f"{program}, {cores} core{'s' if cores > 1 else ''}"
            )
            xs, ys = [row["M"] for row in line], [row["mac_per_cycle"] for row in line]
            axes.plot(xs, ys, color=colour, linewidth=1.3, marker=".")
            axes.annotate(
                name, (xs[-1], ys[-1]), (6, -3), textcoords="offset points", color=colour, fontsize=8
            )
        axes.set_yscale("log")
        axes.set_xlim(0, 1.35 * max(row["M"] for row in squares))
        axes.set_xlabel("M = N = K")
        axes.set_ylabel("MAC a cycle")

    return svg_plot(draw, "MAC a cycle of the accelerator and of software on the cores, against size")


def sharing_plot(sharing: Sequence[Mapping[str, Any]]) -> str:
    """Plot the slowdown of each beside others, against the share of conflicts that the accelerator wins."""

    def draw(axes: Axes) -> None:
        kinds = dict.fromkeys((row["measured"], tuple(row["beside"])) for row in sharing)
        for colour, (measured, beside) in zip(_LINES, kinds, strict=False):
            line = [row for row in sharing if (row["measured"], tuple(row["beside"])) == (measured, beside)]
            xs, ys = [100 * row["share"] for row in line], [row["slowdown"] for row in line]
            style = "-" if measured == _ACCELERATOR else "--"
            name = f"{measured} beside {' and '.join(beside)}"
            axes.plot(xs, ys, style, color=colour, linewidth=1.2, marker=".", label=name)
        axes.set_xlabel("conflicts that the accelerator wins, %")
        axes.set_ylabel("cycles over those alone")
        axes.legend(frameon=False, fontsize=8)

    return svg_plot(draw, "Slowdown of accelerator, cores and DMA beside each other, against the arbitration")
