# SPDX-License-Identifier: Apache-2.0
"""Report section on programs of the cluster, from the last figures of `make cluster`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regressions.pictures import Axis, Plot, drawn, lines_of
from regressions.summary import TestRow

FOLDER = Path(__file__).parent
"""Folder of the section's template."""

_ACCELERATOR, _TILED = "accelerator", "tiled"


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of others, to stand beside ours."""

    what: str  # owner and quantity of the figure
    rate: float  # MAC a cycle of the software that is the baseline
    speedup: float | None  # of the accelerator over it; None where there is none
    source: str  # where it is published, and what is derived of it


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
    """Write the report section on the cluster's part of `bench.json`."""

    git: str = ""  # commit that was measured
    pictures: Sequence[Plot] = ()  # plots; empty if there are no figures
    # The accelerator over each way of software, at the largest size that it was measured at.
    speedups: list[Speedup] = field(default_factory=list)
    published: tuple[Published, ...] = PUBLISHED  # figures of others
    phases: list[dict[str, Any]] = field(default_factory=list)  # where the cycles of a job go, by size
    # Products beyond the TCDM, rows of `bench.json`.
    tiled: list[dict[str, Any]] = field(default_factory=list)
    training: list[dict[str, Any]] = field(default_factory=list)  # training steps' figures, by batch
    inference: Mapping[str, Any] = field(default_factory=dict)  # those of a network for images
    devices: Sequence[str] = ()  # clusters of the run
    # Programs of the run, each with its row on each of these.
    programs: Mapping[str, Sequence[TestRow | None]] = field(default_factory=dict)

    @property
    def software_products(self) -> dict[int, int]:
        """Cycles of a training step's products in software, by batch."""
        return {
            step["batch"]: sum(phase["products"] for phase in step["software"]["phases"])
            for step in self.training
        }


def cluster_section(bench: Path | None) -> ClusterSection:
    """The section for a `bench.json`; an empty one where there is none that this version wrote."""
    try:
        content = json.loads(bench.read_text()) if bench is not None else {}
        return _section(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ClusterSection()


def programs(tests: Sequence[TestRow], clusters: Sequence[str]) -> dict[str, list[TestRow | None]]:
    """Programs that ran on clusters, each with its row on each cluster, None where it did not run."""
    found: dict[str, dict[str, TestRow]] = {}
    for test in tests:
        if test.device in clusters:
            found.setdefault(test.name, {})[test.device] = test
    return {name: [rows.get(cluster) for cluster in clusters] for name, rows in found.items()}


def _section(content: Mapping[str, Any]) -> ClusterSection:
    rows: list[dict[str, Any]] = content["cluster"]
    figures = content["cluster_figures"]
    return ClusterSection(
        git=figures["git"],
        pictures=drawn([rate_plot(rows), sharing_plot(figures["sharing"])]),
        speedups=speedups(rows),
        phases=figures["phases"],
        tiled=[row for row in rows if row["program"] == _TILED],
        # A TypeError for a version that had one step.
        training=[step for step in figures.get("training", []) if step["accelerator"] and step["software"]],
        inference=figures.get("inference", {}),
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


def rate_plot(rows: Sequence[Mapping[str, Any]]) -> Plot:
    """MAC a cycle of squares against their size, for each program and number of cores."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        program, cores = row["program"], row["cores"]
        if program != _TILED:
            software = f"{program}, {cores} core{'s' if cores > 1 else ''}"
            name = program if program == _ACCELERATOR else software
            lines.setdefault(name, []).append((row["M"], row["mac_per_cycle"]))
    sizes, rates = zip(*(point for line in lines.values() for point in line), strict=True)
    across, up = Axis.linear("M = N = K", sizes), Axis.powers("MAC a cycle", rates, 10)
    return Plot("Products on the accelerator and on the cores", across, up, lines_of(lines))


def sharing_plot(sharing: Sequence[Mapping[str, Any]]) -> Plot:
    """Plot the slowdown of each beside others, against the share of conflicts that the accelerator wins."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in sharing:
        name = f"{row['measured']} beside {' and '.join(row['beside'])}"
        lines.setdefault(name, []).append((100 * row["share"], row["slowdown"]))
    software = [name for name in lines if not name.startswith(f"{_ACCELERATOR} ")]
    across = Axis("conflicts that the accelerator wins, %", 0, 100)
    up = Axis.linear("cycles over those alone", [row["slowdown"] for row in sharing], 1.0)
    return Plot("Slower beside others, against the arbitration", across, up, lines_of(lines, software))
