# SPDX-License-Identifier: Apache-2.0
"""Figures of programs on a cluster: the accelerator as a program sees it, and the software beside it.

A product on the accelerator counts from before the lock is taken to the wake-up of the core. The software
runs in the same cluster with the same operands: three plain loops, scalar code with blocks of 4 x 4, and
vectors of two with blocks of 4 x 8 and a hardware loop. Every result is compared with the model bit by bit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from models.formats import Format
from models.gemm import gemm_op
from models.ops import Op
from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from regressions.errors import UserError
from regressions.simulators.cluster import build_cluster
from regressions.summary import write_json
from tb.cluster.config import ClusterConfig
from tb.cluster.mailbox import Descriptor
from tb.cluster.memory_map import FIRMWARE_BYTES, L2, TCDM
from tb.cluster.task import Outcome, Task
from tb.stimulus.rng import np_stream

SQUARES = (16, 32, 64, 96, 128)
MODES = {"plain": (0, 32), "scalar": (1, 64), "simd": (2, 128)}
"""Software by name: the program's mode, and the largest size measured."""
TILED = {(256, 256, 256): (24, 64), (264, 256, 256): (24, 64), (512, 128, 512): (48, 128)}
"""Products beyond the TCDM, and the block of Z that each is cut into."""

_FIRST = TCDM + FIRMWARE_BYTES
_LIMIT = 20_000_000
_Matrices = tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]


@dataclass(frozen=True, slots=True)
class Row:
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


def measure(config: ClusterConfig, folder: Path, console: Console) -> list[Row]:
    """Measures all programs on one cluster, which needs floating point.

    Raises:
        UserError: A program failed, or its result is not the model's.
        BuildError: The cluster cannot be built.
    """
    bench = _Bench(config, folder)
    rows: list[Row] = []
    for size in SQUARES:
        software = [
            bench.software(name, cores, size)
            for name, (_, largest) in MODES.items()
            if size <= largest
            for cores in (1, config.cores)
        ]
        best = min(software, key=lambda row: row.cycles, default=None)
        rows += [*software, bench.accelerator(size, best)]
        console.print(_line(rows[-1]))
    for sizes, block in TILED.items():
        rows.append(bench.tiled(*sizes, *block))
        console.print(_line(rows[-1]))
    return rows


def keep(rows: list[Row], path: Path) -> Path:
    """Puts the rows into ``bench.json`` as its "cluster"; what else it has stays. Returns the file."""
    content = json.loads(path.read_text()) if path.is_file() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {**content, "cluster": [asdict(row) for row in rows]})
    return path


def _line(row: Row) -> str:
    text = f"{row.program} {row.M}x{row.N}x{row.K}: {row.cycles:,} cycles, {row.mac_per_cycle:.2f} MAC/cycle"
    return text + (f", {row.speedup:.1f} times {row.baseline}" if row.speedup else "")


class _Bench:
    def __init__(self, config: ClusterConfig, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._executable = build_cluster(config, folder / "build.log")
        self._peak = config.instance.h * config.instance.l

    def software(self, name: str, cores: int, size: int) -> Row:
        mode, _ = MODES[name]
        outcome = self._square("software", size, mode=mode, cores=cores)
        return self._row(f"{name}", (size, size, size), cores, outcome.answers[0], None)

    def accelerator(self, size: int, baseline: Row | None) -> Row:
        outcome = self._square("gemm", size)
        row = self._row("accelerator", (size, size, size), 1, outcome.answers[0], self._peak)
        if baseline is None:
            return row
        name = f"{baseline.program} on {baseline.cores} cores, {baseline.mac_per_cycle:.2f} MAC/cycle"
        fields = asdict(row) | {"baseline": name, "speedup": baseline.cycles / row.cycles}
        return Row(**fields)

    def tiled(self, m: int, n: int, k: int, block_m: int, block_k: int) -> Row:
        x, w, y = matrices = _matrices(m, n, k)
        at = (L2, L2 + x.nbytes, L2 + x.nbytes + w.nbytes)
        job = Descriptor(Op.GEMM, Format.FP16, m, n, k, *at)
        block = Descriptor(Op.GEMM, Format.FP16, block_m, 0, block_k, _FIRST, _FIRST, _FIRST)
        memory = {address: matrix.tobytes() for address, matrix in zip(at, (x, w, y), strict=True)}
        outcome = self._run("tiled", (job, block), memory)
        self._check("tiled", outcome, job, matrices)
        return self._row("tiled", (m, n, k), 1, outcome.answers[0], self._peak)

    def _square(self, program: str, size: int, mode: int = 0, cores: int = 1) -> Outcome:
        matrices = _matrices(size, size, size)
        at = tuple(_FIRST + i * matrices[0].nbytes for i in range(3))
        job = Descriptor(Op.GEMM, Format.FP16, size, size, size, *at)
        memory = {address: matrix.tobytes() for address, matrix in zip(at, matrices, strict=True)}
        outcome = self._run(program, (job,), memory, mode, cores)
        self._check(program, outcome, job, matrices)
        return outcome

    def _run(
        self,
        name: str,
        jobs: tuple[Descriptor, ...],
        memory: dict[int, bytes],
        mode: int = 0,
        cores: int = 1,
    ) -> Outcome:
        program = build_program(name, self._folder / f"sw-{name}.log")
        task = Task(program, jobs, memory, mode=mode, cores=cores, limit=_LIMIT)
        outcome = run_task(self._executable, self._config, task, self._folder / name)
        if outcome.problems:
            raise UserError(f"the figures of {name} cannot be measured: {'; '.join(outcome.problems)}")
        return outcome

    @staticmethod
    def _check(name: str, outcome: Outcome, job: Descriptor, matrices: _Matrices) -> None:
        expected = gemm_op(job.op, *matrices).tobytes()
        if outcome.read(job.z, len(expected)) != expected:
            raise UserError(f"the figures of {name} are void: its result is not that of the model")

    @staticmethod
    def _row(program: str, sizes: tuple[int, int, int], cores: int, cycles: int, peak: int | None) -> Row:
        m, n, k = sizes
        rate = m * n * k / cycles
        share = rate / peak if peak else None
        return Row(program, Op.GEMM.name, Format.FP16.name, m, n, k, cores, cycles, rate, share)


def _matrices(m: int, n: int, k: int) -> _Matrices:
    rng = np_stream(1, "cluster figures", m, n, k)
    x, w, y = (
        rng.standard_normal(shape).astype(np.float16).view(np.uint16) for shape in ((m, n), (n, k), (m, k))
    )
    return x, w, y
