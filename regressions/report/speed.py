# SPDX-License-Identifier: Apache-2.0
"""Pictures of the accelerator's speed, from the last figures of `make bench`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from regressions.pictures import INK, Picture, svg_plot

BenchRow = Mapping[str, Any]
"""A row of `bench.json`'s list `accelerator`."""

_FORMATS = {"FP16": "#2f7ed8", "E4M3": "#e07b1a", "E5M2": "#2a9d6f", "BF16": "#a45fc4"}
_LINES = ("#2f7ed8", "#e07b1a", "#2a9d6f", "#a45fc4", "#c0332e", "#888888")
_MAIN_FORMAT = "FP16"


@dataclass(frozen=True, slots=True)
class SpeedSection:
    """The report's section on `bench.json`.

    Attributes:
        git: Commit that was measured; empty if there are no figures.
        pictures: Plots of the accelerator.
        slow: Jobs over their bound, in words.
        fits: Exponents of the scaling, as `regressions.speed.scaling.Fit` has them.
        arrays: Speed and build of each array.
        scaling_git: Commit whose scaling was measured.
    """

    git: str = ""
    pictures: list[Picture] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    fits: list[dict[str, Any]] = field(default_factory=list)
    arrays: list[dict[str, Any]] = field(default_factory=list)
    scaling_git: str = ""


def speed_section(bench: Path | None) -> SpeedSection:
    """The section for a `bench.json`; an empty one where there is none that this version wrote.

    A report must not fail for a file that belongs to another command, so a damaged one counts as missing.
    """
    try:
        content = json.loads(bench.read_text()) if bench is not None else {}
        return _section(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return SpeedSection()


def _section(content: Mapping[str, Any]) -> SpeedSection:
    rows: list[BenchRow] = content["accelerator"]
    pictures: list[Picture] = []
    for instance in dict.fromkeys(row["instance"] for row in rows):
        own = [row for row in rows if row["instance"] == instance]
        pictures.append(Picture(f"{instance}: utilization against size, by format", size_plot(instance, own)))
        pictures.append(
            Picture(f"{instance}: utilization over each dimension, others 96", dimension_plot(instance, own))
        )
    stalled = [row for row in rows if "stall_rate" in row]
    if stalled:
        pictures.append(Picture("Utilization against the memory's stall rate", stall_plot(stalled)))
    scaling = content.get("scaling") or {}
    if scaling:
        pictures.append(Picture("Cycles against work", work_plot(scaling["sizes"])))
    slow = [
        f"{row['instance']} {row['op']} {row['format']} {row['M']}x{row['N']}x{row['K']}: "
        f"{row['cycles']} cycles, at most {row['bound']}"
        for row in rows
        if row["cycles"] > row["bound"]
    ]
    return SpeedSection(
        git=content["git"],
        pictures=pictures,
        slow=slow,
        fits=scaling.get("fits", []),
        arrays=scaling.get("arrays", []),
        scaling_git=scaling.get("git", ""),
    )


def size_plot(instance: str, rows: Sequence[BenchRow]) -> str:
    """Utilization in percent against steps: a line for each format's cubes, the table's sizes as points.

    The sizes with published cycles are drawn twice, ours and as published.
    """

    def draw(axes: Axes) -> None:
        formats = dict.fromkeys(row["format"] for row in rows if row["series"] == "size")
        for place, fmt in enumerate(formats):
            cubes = [row for row in rows if row["series"] == "size" and row["format"] == fmt]
            colour = _FORMATS.get(fmt, INK)
            width = 3.4 - 0.8 * place  # formats of one element size lie on top of one another
            axes.plot(*_points(cubes), color=colour, linewidth=width, label=fmt)
        table = [row for row in rows if row["published"] is not None]
        if table:
            xs, ys = _points(table)
            axes.scatter(
                xs, ys, s=16, facecolors="none", edgecolors=INK, linewidths=0.8, label="as published: ours"
            )
            theirs = [100 * row["utilization"] * row["cycles"] / row["published"] for row in table]
            axes.scatter(xs, theirs, s=18, marker="x", color="#d64545", linewidths=0.9, label="published")
        axes.set_xscale("log", base=2)
        axes.set_xlabel("steps M x N x K")
        _percent(axes)

    return svg_plot(draw, f"Utilization of {instance} against size, by format, with published figures")


def dimension_plot(instance: str, rows: Sequence[BenchRow]) -> str:
    """Utilization in percent over M, N and K, the other two held."""

    def draw(axes: Axes) -> None:
        for colour, name in zip(_LINES, "MNK", strict=False):
            line = [row for row in rows if row["series"] == name]
            xs, ys = [row[name] for row in line], [100 * row["utilization"] for row in line]
            axes.plot(xs, ys, color=colour, linewidth=1.2, marker=".", markersize=4, label=name)
        axes.set_xlabel("size of the dimension")
        axes.set_xlim(left=0)
        _percent(axes)

    return svg_plot(draw, f"Utilization of {instance} over M, N and K")


def stall_plot(rows: Sequence[BenchRow]) -> str:
    """Utilization in percent against the share of cycles without a grant; FP8 dashed."""

    def draw(axes: Axes) -> None:
        instances = list(dict.fromkeys(row["instance"] for row in rows))
        for instance, fmt in dict.fromkeys((row["instance"], row["format"]) for row in rows):
            line = [row for row in rows if (row["instance"], row["format"]) == (instance, fmt)]
            xs, ys = [100 * row["stall_rate"] for row in line], [100 * row["utilization"] for row in line]
            colour = _LINES[instances.index(instance) % len(_LINES)]
            style = "-" if fmt == _MAIN_FORMAT else "--"
            axes.plot(xs, ys, style, color=colour, linewidth=1.2, marker=".", label=f"{instance} {fmt}")
        axes.set_xlabel("cycles without a grant, %")
        _percent(axes)

    return svg_plot(draw, "Utilization against the stall rate")


def work_plot(rows: Sequence[Mapping[str, Any]]) -> str:
    """Cycles against steps, both logarithmic."""

    def draw(axes: Axes) -> None:
        axes.plot(
            [row["work"] for row in rows],
            [row["cycles"] for row in rows],
            color=_LINES[0],
            marker=".",
            label=str(rows[0]["instance"]),
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("steps M x N x K")
        axes.set_ylabel("cycles")
        axes.legend(frameon=False, fontsize=9)

    return svg_plot(draw, "Cycles against work")


def _points(rows: Sequence[BenchRow]) -> tuple[list[int], list[float]]:
    return [row["M"] * row["N"] * row["K"] for row in rows], [100 * row["utilization"] for row in rows]


def _percent(axes: Axes) -> None:
    axes.set_ylabel("utilization, %")
    axes.set_ylim(0, 102)
    axes.legend(frameon=False, fontsize=8)
