# SPDX-License-Identifier: Apache-2.0
"""Unit benches in C++ around modules of the cluster, ``tb/cluster/units``: compiled once, run with a seed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regressions.cluster.build import BENCH, BENCH_DPI, RTL, WAIVERS
from regressions.simulators import get_simulator
from regressions.simulators.model import Model
from tb.cluster.header import header

FOLDER = BENCH / "units"
# A second of simulation: what counts is how long the compiler takes.
_EFFORT = "-O1"
_FINDING = re.compile(r"^(\w+) in cycle (\d+): (.*)$", re.MULTILINE)
_CYCLES = re.compile(r"^cycles (\d+)$", re.MULTILINE)

_TCDM = (
    *("cluster_rr_arbiter", "cluster_conflict_arbiter", "cluster_wide_branch", "cluster_log_branch"),
    *("cluster_bank_mux", "cluster_tcdm_bank", "cluster_tcdm"),
)
_DMA = (
    *("cluster_fifo", "cluster_dma_regs", "cluster_dma_walker", "cluster_dma_realigner"),
    *("cluster_dma_select", "cluster_dma_tcdm", "cluster_dma", "cluster_l2"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A bench of some modules."""

    name: str  # its program is ``<name>_bench.cpp``
    top: str  # the module that the program sees: one of the cluster, or of ``<top>.sv`` beside the program
    modules: tuple[str, ...]  # sources of `rtl/cluster`, packages first
    amount: int  # traffic that is enough for one seed: cycles, or the program's own count
    parameters: Mapping[str, int] = field(default_factory=dict)  # of the top module
    monitored: bool = False  # True if the cluster's monitor judges the traffic


UNITS = {
    unit.name: unit
    for unit in (
        Unit("tcdm", "cluster_tcdm", ("cluster_pkg", *_TCDM), 30_000, {"BYTES": 4096}, monitored=True),
        Unit("dma", "dma_bench", ("cluster_pkg", "cluster_dma_pkg", *_TCDM, *_DMA), 300),
        Unit(
            *("event", "cluster_event_unit", ("cluster_pkg", "cluster_event_core", "cluster_event_unit")),
            *(50_000, {"N_CORES": 4}),
        ),
        Unit("periph", "periph_bench", ("cluster_pkg", "cluster_rr_arbiter", "cluster_periph_bus"), 50_000),
        Unit(
            "core_bus", "cluster_core_bus", ("cluster_pkg", "cluster_core_bus"), 50_000, {"TCDM_BYTES": 4096}
        ),
        Unit(
            "registers", "registers_bench", ("cluster_pkg", "cluster_control_unit", "cluster_timer"), 50_000
        ),
    )
}


def build_unit(
    unit: Unit,
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
    parameters: Mapping[str, int] | None = None,
) -> Path:
    """Compile a bench, or find it in the cache; return the program.

    `replaced` files take the place of sources of the same name; `packages` come before all other sources.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    beside = FOLDER / f"{unit.top}.sv"
    sources = [RTL / f"{name}.sv" for name in unit.modules]
    sources = [(replaced or {}).get(path.name, path) for path in sources] + [beside] * beside.exists()
    model = Model(
        name=f"unit-{unit.name}",
        top=unit.top,
        prefix="Vbench",
        program="bench",
        sources=(RTL / "cluster.vlt", WAIVERS, *packages, *sources),
        parameters=unit.parameters if parameters is None else parameters,
        flags=("--assert",),
        cpp=(FOLDER / f"{unit.name}_bench.cpp", *[BENCH_DPI / "monitor.cpp"] * unit.monitored),
        folders=(BENCH_DPI, FOLDER, header().parent),
        effort=_EFFORT,
    )
    return get_simulator().compile(model, log)


def read_finding(said: str) -> tuple[str, str] | None:
    """Rule and description of the first thing that a bench's output says is wrong; None if nothing is."""
    match = _FINDING.search(said)
    return (match[1], match[3]) if match else None


def read_cycles(said: str) -> int:
    """Cycles that a bench says it ran; 0 if it came to no end."""
    match = _CYCLES.search(said)
    return int(match[1]) if match else 0
