# SPDX-License-Identifier: Apache-2.0
"""Programs that cut a job on matrices in L2 into blocks."""

import random
from collections.abc import Mapping
from typing import Any, ClassVar

from tb.cluster import memory_map
from tb.cluster.mailbox import MailboxJob
from tb.cluster.streams.jobs import JobStream, mailbox_job
from tb.cluster.streams.run import ProgramRun
from tb.exchange.job import Job
from tb.exchange.scenario import Window

_ALIGNMENT = 32  # of the program's buffers


class TiledStream(JobStream, sequence="cluster_tiled"):
    """A job on matrices in L2, in blocks that the DMA brings and takes away."""

    program = "tiled"
    KNOBS = tuple(name for name in JobStream.KNOBS if name != "jobs")
    DEFAULTS: ClassVar[Mapping[str, Any]] = {"m": [1, 69], "n": [1, 69], "k": [1, 69], "max_macs": 69**3}

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws a job, and blocks of which two sets of buffers fit the TCDM."""
        scenario = self.scenario(index, rng, [self.job_knobs], Window(memory_map.L2, self.config.l2_bytes))
        (job,) = scenario.jobs
        block_m, block_k = self._block(rng, job)
        at = memory_map.OPERANDS
        block = MailboxJob(job.op, mailbox_job(job).fmt, block_m, 0, block_k, at, at, at)
        run = self.run_of(scenario, rng, cores=1, jobs=(mailbox_job(job), block), jobs_in_l2=True)
        return ProgramRun(run.task, scenario, blocks=-(-job.m // block_m) * -(-job.k // block_k))

    def _block(self, rng: random.Random, job: Job) -> tuple[int, int]:
        if not job.m or not job.k:
            raise self.where.error(f"{self.program} takes no job without results; let m and k start at 1")
        m, k = rng.randrange(job.m // 4 + 1, job.m + 1), rng.randrange(job.k // 4 + 1, job.k + 1)
        while self._buffers(job, m, k) > self.tcdm.size:
            if (m, k) == (1, 1):
                raise self.where.error(f"a row of {job.n} elements does not fit the TCDM; lower n")
            m, k = -(-m // 2), -(-k // 2)
        return m, k

    @staticmethod
    def _buffers(job: Job, m: int, k: int) -> int:
        """Bytes of two sets of the buffers of a block."""
        counts = (m * job.n, job.n * k, m * k)
        return 2 * sum(
            -(-count * fmt.itemsize // _ALIGNMENT) * _ALIGNMENT
            for count, fmt in zip(counts, job.formats, strict=True)
        )
