# SPDX-License-Identifier: Apache-2.0
"""Benches in C++ around modules of the cluster, ``tb/cluster/units``: compiled once, run with a seed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regressions.cluster.build import BENCH, BENCH_DPI, BENCH_SV, RTL
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.tools import MAKE_FIXES, environment_key, executable, require_tools, run_tool
from tb.cluster.header import header
from tb.descriptor import ROOT

FOLDER = BENCH / "units"
# A second of simulation: what counts is how long the compiler takes.
_OPTIMISE = ("OPT_FAST=-O1", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0")
_RUNTIME = ("verilated.o", "verilated_dpi.o", "verilated_threads.o")
_SHARED = (BENCH_DPI / "monitor.h", BENCH_DPI / "backdoor.h", FOLDER / "unit.h")
_WAIVERS = (RTL / "cluster.vlt", BENCH_SV / "cluster.vlt")
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
    """A bench of some modules.

    Attributes:
        name: Its program is ``<name>_bench.cpp``.
        top: The module that the program sees: one of the cluster, or of ``<top>.sv`` beside the program.
        modules: Sources of `rtl/cluster`, packages first.
        amount: How much of its traffic is enough for one seed: cycles, or what the program counts.
        parameters: Of the top module.
        monitored: Whether the cluster's monitor judges the traffic.
    """

    name: str
    top: str
    modules: tuple[str, ...]
    amount: int
    parameters: Mapping[str, int] = field(default_factory=dict)
    monitored: bool = False


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
            "registers",
            "registers_bench",
            ("cluster_pkg", "cluster_control_unit", "cluster_timer"),
            50_000,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a bench found.

    Attributes:
        rule: The rule that was broken.
        detail: How.
    """

    rule: str
    detail: str


def build_unit(
    unit: Unit,
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
    parameters: Mapping[str, int] | None = None,
) -> Path:
    """Compiles a bench, or finds it in the cache.

    Args:
        unit: The bench.
        log: File that receives the output of the tools.
        replaced: Files that take the place of sources, by the source's file name.
        packages: Sources before all others.
        parameters: Of the top module, instead of the bench's own.

    Returns:
        The program.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    require_tools()
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    beside = FOLDER / f"{unit.top}.sv"
    sources = [RTL / f"{name}.sv" for name in unit.modules]
    sources = [(replaced or {}).get(path.name, path) for path in sources] + [beside] * beside.exists()
    sources = [*_WAIVERS, *packages, *sources]
    programs = [FOLDER / f"{unit.name}_bench.cpp", *[BENCH_DPI / "monitor.cpp"] * unit.monitored]
    values = unit.parameters if parameters is None else parameters
    overrides = [f"-G{name}={value}" for name, value in values.items()]
    key = content_key([*sources, *programs, *_SHARED, header()], [unit.top, *overrides, *_settings()])

    runtime = _runtime(log)

    def make(folder: Path) -> None:
        command = [*_verilator(folder), "--assert", "--top-module", unit.top, *overrides]
        command += ["-Wno-fatal", "-Werror-USERFATAL", "-o", "bench"]
        command += [
            "-CFLAGS",
            f"-I{BENCH_DPI} -I{FOLDER} -I{header().parent}",
            *map(str, sources),
            *map(str, programs),
        ]
        run_tool(command, log, f"Verilator on {unit.top}")
        for name in _RUNTIME:  # newer than the makefile, so that make takes them
            shutil.copy(runtime / name, folder)
        run_tool(_make(folder), log, f"C++ of the bench {unit.name}")

    folder, _ = build_once(ROOT / "build" / "cache", f"unit-{unit.name}", key, make)
    return folder / "bench"


def _runtime(log: Path) -> Path:
    """Folder with the objects of the simulator's library, which take longer to compile than most benches."""

    def make(folder: Path) -> None:
        (folder / "empty.sv").write_text("module empty;\nendmodule\n")
        run_tool([*_verilator(folder), str(folder / "empty.sv")], log, "Verilator on an empty module")
        run_tool([*_make(folder), *_RUNTIME], log, "C++ of the simulator's library")

    return build_once(ROOT / "build" / "cache", "unit-runtime", content_key([], _settings()), make)[0]


def _settings() -> list[str]:
    return [*_RUNTIME, *_OPTIMISE, *environment_key()]


def _verilator(folder: Path) -> list[str]:
    return [str(executable()), "--cc", "--exe", "-Mdir", str(folder), "--prefix", "Vbench"]


def _make(folder: Path) -> list[str]:
    return ["make", "-j2", "-C", str(folder), "-f", "Vbench.mk", *MAKE_FIXES, *_OPTIMISE]


def read_finding(said: str) -> Finding | None:
    """The first thing that a bench's output says is wrong; None if nothing is."""
    match = _FINDING.search(said)
    return Finding(match[1], match[3]) if match else None


def read_cycles(said: str) -> int:
    """Cycles that a bench says it ran; 0 if it came to no end."""
    match = _CYCLES.search(said)
    return int(match[1]) if match else 0
