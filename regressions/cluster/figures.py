# SPDX-License-Identifier: Apache-2.0
"""Figures of programs on a cluster: the accelerator as a program sees it, and the software beside it.

A product on the accelerator counts from before the lock is taken to the wake-up of the core. The software
runs in the same cluster with the same operands: three plain loops, scalar code with blocks of 4 x 4, and
vectors of two with blocks of 4 x 8, both with a hardware loop. Every result is compared with the model, bit
by bit.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from models.formats import Format
from models.ops import Op
from regressions.cluster.inference import InferenceFigures, measure_inference
from regressions.cluster.measuring import Measuring, Product
from regressions.cluster.sharing import SharedBanks, measure_sharing
from regressions.cluster.training import TrainingFigures, measure_training
from regressions.json_file import write_json
from tb.cluster.config import ClusterConfig
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import L2, OPERANDS

SQUARES = (16, 32, 64, 96, 128)
MODES = {"plain": (0, 32), "scalar": (1, 64), "simd": (2, 128)}
"""Software by name: the program's mode, and the largest size measured."""
TILED = {(256, 256, 256): (24, 64), (264, 256, 256): (24, 64), (512, 128, 512): (48, 128)}
"""Products beyond the TCDM, and the block of Z that each is cut into."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One program with one product; fields as in ``bench.json``."""

    program: str
    op: str
    format: str
    M: int
    N: int
    K: int
    cores: int
    cycles: int
    mac_per_cycle: float
    utilization: float | None
    baseline: str | None = None
    speedup: float | None = None


@dataclass(frozen=True, slots=True)
class Phases:
    """Cycles of a job on the accelerator by phase, as a program sees them."""

    size: int  # M, N and K
    programming: int  # from before the lock is taken to the trigger
    running: int  # from the trigger to the event
    waking: int  # from the event to the program's next read of the time


@dataclass(frozen=True, slots=True)
class ClusterFigures:
    """All that was measured."""

    rows: list[FigureRow]
    phases: list[Phases]
    sharing: list[SharedBanks]
    training: list[TrainingFigures]
    inference: InferenceFigures


def measure(config: ClusterConfig, folder: Path, console: Console) -> ClusterFigures:
    """Measures all programs on one cluster, which needs floating point.

    Raises:
        UserError: A program failed, or its result is not the model's.
        BuildError: The cluster cannot be built.
    """
    bench = Measuring(config, folder)
    rows: list[FigureRow] = []
    phases: list[Phases] = []
    for size in SQUARES:
        software = [
            _software(bench, name, cores, size)
            for name, (_, largest) in MODES.items()
            if size <= largest
            for cores in (1, config.cores)
        ]
        row, parts = _accelerator(bench, size, min(software, key=lambda row: row.cycles))
        rows += [*software, row]
        phases.append(parts)
        for line in (*software, row):
            console.print(_line(line))
    for sizes, block in TILED.items():
        rows.append(_tiled(bench, sizes, block))
        console.print(_line(rows[-1]))
    training, inference = measure_training(bench, console), measure_inference(bench, console)
    return ClusterFigures(rows, phases, measure_sharing(bench, console), training, inference)


def keep(figures: ClusterFigures, git: str, path: Path) -> Path:
    """Put figures into ``bench.json`` as ``cluster`` and ``cluster_figures``, among others; return it."""
    content = json.loads(path.read_text()) if path.is_file() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    rest = {
        "git": git,
        "phases": [asdict(parts) for parts in figures.phases],
        "sharing": [asdict(shared) for shared in figures.sharing],
        "training": [asdict(step) for step in figures.training],
        "inference": asdict(figures.inference),
    }
    write_json(path, {**content, "cluster": [asdict(row) for row in figures.rows], "cluster_figures": rest})
    return path


def _software(bench: Measuring, name: str, cores: int, size: int) -> FigureRow:
    product = Product(Op.GEMM, size, size, size)
    outcome = bench.run("software", (product.job,), product.memory, mode=MODES[name][0], cores=cores)
    product.check("software", outcome)
    return _row(name, (size, size, size), cores, outcome.answers[0], None)


def _accelerator(bench: Measuring, size: int, baseline: FigureRow) -> tuple[FigureRow, Phases]:
    product = Product(Op.GEMM, size, size, size)
    outcome = bench.run("gemm", (product.job,), product.memory)
    product.check("gemm", outcome)
    whole, triggered = outcome.answers[:2]
    (job,) = outcome.log["jobs"]
    running = job["event"] - job["trigger"]
    row = _row("accelerator", (size, size, size), 1, whole, bench.peak)
    name = f"{baseline.program} on {baseline.cores} cores, {baseline.mac_per_cycle:.2f} MAC/cycle"
    compared = FigureRow(**asdict(row) | {"baseline": name, "speedup": baseline.cycles / row.cycles})
    return compared, Phases(size, whole - triggered, running, triggered - running)


def _tiled(bench: Measuring, sizes: tuple[int, int, int], block: tuple[int, int]) -> FigureRow:
    product = Product(Op.GEMM, *sizes, at=L2)
    part = MailboxJob(Op.GEMM, Format.FP16, block[0], 0, block[1], OPERANDS, OPERANDS, OPERANDS)
    outcome = bench.run("tiled", (product.job, part), product.memory)
    product.check("tiled", outcome)
    return _row("tiled", sizes, 1, outcome.answers[0], bench.peak)


def _row(program: str, sizes: tuple[int, int, int], cores: int, cycles: int, peak: int | None) -> FigureRow:
    m, n, k = sizes
    rate = m * n * k / cycles
    share = rate / peak if peak else None
    return FigureRow(program, Op.GEMM.name, Format.FP16.name, m, n, k, cores, cycles, rate, share)


def _line(row: FigureRow) -> str:
    who = f"{row.program} {row.M}x{row.N}x{row.K} on {row.cores} core{'s' if row.cores > 1 else ''}"
    text = f"{who}: {row.cycles:,} cycles, {row.mac_per_cycle:.2f} MAC/cycle"
    share = f" ({100 * row.utilization:.1f} % of peak)" if row.utilization else ""
    return text + share + (f", {row.speedup:.1f} times {row.baseline}" if row.speedup else "")
