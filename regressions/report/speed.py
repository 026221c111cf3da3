# SPDX-License-Identifier: Apache-2.0
"""Pictures of the accelerator's speed, from the last figures of `make bench`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regressions.pictures import COLOURS, INK, Axis, Plot, Series, drawn, lines_of

BenchRow = Mapping[str, Any]
"""A row of `bench.json`'s list `accelerator`."""

_FORMATS = {"FP16": "#2f7ed8", "E4M3": "#e07b1a", "E5M2": "#2a9d6f", "BF16": "#a45fc4"}
_MAIN_FORMAT = "FP16"
_STEPS = "steps M x N x K"
_PERCENT = Axis("utilization, %", 0, 102)


@dataclass(frozen=True, slots=True)
class SpeedSection:
    """The report's section on `bench.json`."""

    git: str = ""  # commit that was measured; empty if there are no figures
    pictures: Sequence[Plot] = ()  # plots of the accelerator
    slow: list[str] = field(default_factory=list)  # jobs over their bound, in words
    # Growth of all of it, as `regressions.speed.scaling` measured it; empty without.
    scaling: Mapping[str, Any] = field(default_factory=dict)


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
    pictures: list[Plot] = []
    for instance in dict.fromkeys(row["instance"] for row in rows):
        own = [row for row in rows if row["instance"] == instance]
        pictures += [size_plot(instance, own), dimension_plot(instance, own)]
    if stalled := [row for row in rows if "stall_rate" in row]:
        pictures.append(stall_plot(stalled))
    scaling = content.get("scaling") or {}
    if scaling:
        pictures.append(work_plot(scaling["sizes"]))
    slow = [
        f"{row['instance']} {row['op']} {row['format']} {row['M']}x{row['N']}x{row['K']}: "
        f"{row['cycles']} cycles, at most {row['bound']}"
        for row in rows
        if row["cycles"] > row["bound"]
    ]
    return SpeedSection(content["git"], drawn(pictures), slow, scaling)


def size_plot(instance: str, rows: Sequence[BenchRow]) -> Plot:
    """Utilization in percent against steps: a line for each format's cubes, the table's sizes as points.

    The sizes with published cycles are drawn twice, ours and as published.
    """
    series: list[Series] = []
    cubes = [row for row in rows if row["series"] == "size"]
    for place, fmt in enumerate(dict.fromkeys(row["format"] for row in cubes)):
        line = [_point(row) for row in cubes if row["format"] == fmt]
        width = 3.4 - 0.8 * place  # formats of one element size lie on top of one another
        series.append(Series(fmt, _FORMATS.get(fmt, INK), [line], width))
    table = [row for row in rows if row["published"] is not None]
    if table:
        theirs = [_point(row, row["cycles"] / row["published"]) for row in table]
        series.append(Series("as published: ours", INK, [[_point(row) for row in table]], mark="ring"))
        series.append(Series("published", "#d64545", [theirs], mark="cross"))
    across = Axis.powers(_STEPS, [row["M"] * row["N"] * row["K"] for row in (*cubes, *table)], 2)
    return Plot(f"{instance}: utilization against size, by format", across, _PERCENT, series)


def dimension_plot(instance: str, rows: Sequence[BenchRow]) -> Plot:
    """Utilization in percent over M, N and K, the other two held."""
    lines = {
        name: [(row[name], 100 * row["utilization"]) for row in rows if row["series"] == name]
        for name in "MNK"
    }
    across = Axis.linear("size of the dimension", [0, *(x for line in lines.values() for x, _ in line)])
    return Plot(f"{instance}: utilization over each dimension, others 96", across, _PERCENT, lines_of(lines))


def stall_plot(rows: Sequence[BenchRow]) -> Plot:
    """Utilization in percent against the share of cycles without a grant; FP8 dashed."""
    lines: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        point = (100 * row["stall_rate"], 100 * row["utilization"])
        lines.setdefault((row["instance"], row["format"]), []).append(point)
    instances = list(dict.fromkeys(instance for instance, _ in lines))
    series = [
        Series(
            f"{instance} {fmt}",
            COLOURS[instances.index(instance) % len(COLOURS)],
            [line],
            1.4,
            "dot",
            dashed=fmt != _MAIN_FORMAT,
        )
        for (instance, fmt), line in lines.items()
    ]
    across = Axis.linear("cycles without a grant, %", [100 * row["stall_rate"] for row in rows])
    return Plot("Utilization against the memory's stall rate", across, _PERCENT, series)


def work_plot(rows: Sequence[Mapping[str, Any]]) -> Plot:
    """Cycles against steps, both logarithmic."""
    points = [(row["work"], row["cycles"]) for row in rows]
    works, cycles = zip(*points, strict=True)
    across, up = (Axis.powers(name, values, 10) for name, values in ((_STEPS, works), ("cycles", cycles)))
    return Plot("Cycles against work", across, up, lines_of({str(rows[0]["instance"]): points}))


def _point(row: BenchRow, factor: float = 1.0) -> tuple[int, float]:
    return row["M"] * row["N"] * row["K"], 100 * row["utilization"] * factor
