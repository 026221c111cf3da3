# SPDX-License-Identifier: Apache-2.0
"""Programs run for their figures: operands of one kind, and every result compared with the model."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.formats import Format
from models.gemm import gemm_op
from models.ops import Op
from regressions.cluster.build import build_cluster
from regressions.cluster.firmware import build_program
from regressions.cluster.run import run_task
from regressions.errors import UserError
from tb.cluster.config import ClusterConfig
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import OPERANDS
from tb.cluster.task import Arbitration, ProgramOutcome, Task
from tb.stimulus.rng import np_stream

_LIMIT = 20_000_000


class Product:
    """A GEMM-Op in FP16 with its operands X, W and Y, which lie one behind the other, and its result."""

    def __init__(self, op: Op, m: int, n: int, k: int, at: int = OPERANDS) -> None:
        """Draws operands from the sizes alone; `at` is where X starts."""
        rng = np_stream(1, "cluster figures", m, n, k)
        self._x, self._w, self._y = (_draw(rng, *shape) for shape in ((m, n), (n, k), (m, k)))
        w_at = at + self._x.nbytes
        z_at = w_at + self._w.nbytes
        self.job = MailboxJob(op, Format.FP16, m, n, k, at, w_at, z_at)
        self.end = z_at + self._y.nbytes
        matrices = (self._x, self._w, self._y)
        self.memory = {place: each.tobytes() for place, each in zip((at, w_at, z_at), matrices, strict=True)}

    def check(self, name: str, outcome: ProgramOutcome) -> None:
        """Compares the result with the model.

        Raises:
            UserError: It is another one.
        """
        y = None if self.job.op == Op.MATMUL else self._y
        expected = gemm_op(self.job.op, self._x, self._w, y).tobytes()
        if outcome.read(self.job.z, len(expected)) != expected:
            raise UserError(f"the figures of {name} are void: its result is not that of the model")


class Measuring:
    """A cluster on which programs are run for their figures."""

    def __init__(self, config: ClusterConfig, folder: Path) -> None:
        """Builds the cluster; logs go into the folder.

        Raises:
            BuildError: The cluster cannot be built.
        """
        self.config = config
        self.peak = config.instance.h * config.instance.l
        self._folder = folder
        self._executable = build_cluster(config, folder / "build.log")

    def run(
        self,
        name: str,
        jobs: tuple[MailboxJob, ...],
        memory: dict[int, bytes],
        *,
        mode: int = 0,
        cores: int = 1,
        arbitration: Arbitration | None = None,
    ) -> ProgramOutcome:
        """Runs a program.

        Raises:
            UserError: Something was wrong with the run.
        """
        program = build_program(name, self._folder / f"sw-{name}.log")
        ratio = arbitration or Arbitration()
        task = Task(
            program, jobs, memory, mode=mode, cores=cores, arbitration=ratio, limit=_LIMIT, jobs_in_l2=True
        )
        outcome = run_task(self._executable, self.config, task, self._folder / name)
        if outcome.problems:
            raise UserError(f"the figures of {name} cannot be measured: {'; '.join(outcome.problems)}")
        return outcome


def _draw(rng: np.random.Generator, rows: int, cols: int) -> NDArray[np.uint16]:
    return rng.standard_normal((rows, cols)).astype(np.float16).view(np.uint16)
