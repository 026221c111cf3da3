# SPDX-License-Identifier: Apache-2.0
"""Programs on a cluster: mostly a small one of two cores without floating point, built once."""

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.formats import Format, narrow, widen
from models.gemm import gemm_op
from models.ops import Op
from regressions.cluster.build import build_cluster
from regressions.cluster.firmware import PROGRAMS, build_program
from regressions.cluster.run import run_task
from regressions.cluster.sizes import CONTRACT, SMALL
from tb.cluster.config import ClusterConfig, cluster_of
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import L2, OPERANDS
from tb.cluster.task import Arbitration, ProgramOutcome, Task
from tb.descriptor import load

CONFIG, EIGHT = (cluster_of(load(name)) for name in (SMALL, CONTRACT))
Codes = NDArray[np.uint8] | NDArray[np.uint16]


def run(
    name: str,
    folder: Path,
    jobs: Iterable[MailboxJob] = (),
    memory: dict[int, bytes] | None = None,
    *,
    mode: int = 0,
    cores: int | None = None,
    arbitration: Arbitration | None = None,
    limit: int = 1_000_000,
    programs: Path = PROGRAMS,
    config: ClusterConfig = CONFIG,
) -> ProgramOutcome:
    """Runs a program, by default on the small cluster and all of its cores."""
    executable = build_cluster(config, folder / "build.log")
    program = build_program(name, folder / "sw.log", programs)
    task = Task(
        program=program,
        jobs=tuple(jobs),
        memory=memory,
        mode=mode,
        cores=cores or config.cores,
        arbitration=arbitration or Arbitration(),
        limit=limit,
        jobs_in_l2=name in ("tiled", "together"),
    )
    return run_task(executable, config, task, folder)


def run_tiled(
    op: Op,
    sizes: tuple[int, int, int],
    block: tuple[int, int],
    folder: Path,
    *,
    offsets: tuple[int, int, int],
    seed: int,
    config: ClusterConfig = CONFIG,
) -> ProgramOutcome:
    """Runs a job in FP16 on matrices in L2, cut into blocks, and compares Z with the model, bit by bit.

    Sizes are M, N and K; a block is rows and columns of Z that fit the TCDM with their operands. X, W and Z
    are at `offsets` in L2.
    """
    m, n, k = sizes
    rng = np.random.default_rng(seed)
    x, w, y = (codes(rng, *shape, Format.FP16) for shape in ((m, n), (n, k), (m, k)))
    at = [L2 + offset for offset in offsets]
    whole = MailboxJob(op, Format.FP16, m, n, k, *at)
    part = MailboxJob(op, Format.FP16, block[0], 0, block[1], OPERANDS, OPERANDS, OPERANDS)
    memory = {address: matrix.tobytes() for address, matrix in zip(at, (x, w, y), strict=True)}
    outcome = run("tiled", folder, [whole, part], memory, config=config)
    assert outcome.problems == ()
    assert outcome.read(at[2], y.nbytes) == gemm_op(op, x, w, y).tobytes()
    return outcome


def codes(rng: np.random.Generator, rows: int, cols: int, fmt: Format) -> Codes:
    """A matrix of numbers of moderate size."""
    values = rng.standard_normal((rows, cols)).astype(np.float16).view(np.uint16)
    return narrow(values, fmt)


class Work:
    """Jobs with random operands, one behind the other in the TCDM, and the memory that they must leave."""

    def __init__(self, seed: int, start: int = OPERANDS) -> None:
        self.random = random.Random(seed)
        self._rng = np.random.default_rng(seed)
        self._at = start
        self.jobs: list[MailboxJob] = []
        self.memory: dict[int, bytes] = {}
        self.expected: list[bytes] = []

    def add(self, op: Op, fmt: Format, m: int, n: int, k: int, align: int = 1) -> MailboxJob:
        """Appends a job, its operands at addresses of any alignment or at multiples of `align`."""
        x, w, y = (codes(self._rng, *shape, fmt) for shape in ((m, n), (n, k), (m, k)))
        addresses = []
        for matrix in (x, w, y):
            self._at += self.random.randrange(8)
            self._at += -self._at % align
            self.memory[self._at] = matrix.tobytes()
            addresses.append(self._at)
            self._at += matrix.nbytes
        wide = [widen(matrix, fmt) for matrix in (x, w, y)]
        z = gemm_op(op, wide[0], wide[1], None if op == Op.MATMUL else wide[2])
        self.expected.append(narrow(z, fmt).tobytes())
        job = MailboxJob(op, fmt, m, n, k, *addresses)
        self.jobs.append(job)
        return job

    def check(self, outcome: ProgramOutcome, skip: int = 0) -> None:
        """Compares every Z with the model, bit by bit."""
        for job, expected in list(zip(self.jobs, self.expected, strict=True))[skip:]:
            assert outcome.read(job.z, len(expected)) == expected, job
