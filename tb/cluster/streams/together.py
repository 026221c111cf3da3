# SPDX-License-Identifier: Apache-2.0
"""Programs in which accelerator, cores and DMA work at once."""

import random
from dataclasses import replace

import numpy as np

from models.formats import Format, Formats
from models.layout import load
from models.ops import Op
from tb.cluster import memory_map
from tb.cluster.left import LeftMatrix
from tb.cluster.mailbox import MailboxJob
from tb.cluster.streams.jobs import JobStream, mailbox_job
from tb.cluster.streams.run import ProgramRun
from tb.cluster.streams.software import VECTORS
from tb.exchange.job import Job
from tb.exchange.scenario import Window
from tb.scoreboard.products import MatrixProduct
from tb.stimulus.draws import Sizes, Weighted
from tb.stimulus.image import Image, factors, initial_image, predict
from tb.stimulus.knobs import MAX_MACS, Knobs

_ALL_OF_THEM = 0b111  # sw/programs/together.c: all run, the accelerator's job once


class TogetherStream(JobStream, sequence="cluster_together"):
    """A job of the accelerator beside products on the cores and copies of the DMA, until it has ended."""

    program = "together"
    KNOBS = tuple(name for name in JobStream.KNOBS if name != "jobs")
    least_harts = 3  # for the accelerator, for the DMA, to compute

    def draw(self, index: int, rng: random.Random) -> ProgramRun:
        """Draws a job, a product and a copy, each in a third of the TCDM."""
        zone = self.tcdm.size // 3 // 64 * 64
        first, second, third = (Window(self.tcdm.base + i * zone, zone) for i in range(3))
        scenario = self.scenario(index, rng, [self.job_knobs], first)
        product = self.scenario(index, rng, [self._product(rng)], second)
        size = rng.randrange(1, 33)
        copied = rng.randbytes(2 * rng.randrange(1, 33) * size)
        source, to = memory_map.L2 + rng.randrange(64), third.base + rng.randrange(64)
        copy = MailboxJob(Op.MATMUL, Format.FP16, len(copied) // (2 * size), size, size, source, source, to)
        before = initial_image(product)
        run = self.run_of(
            scenario,
            rng,
            jobs=(*(mailbox_job(job) for job in (*scenario.jobs, *product.jobs)), copy),
            memory={
                first.base: initial_image(scenario).tobytes(),
                second.base: before.tobytes(),
                source: copied,
            },
            mode=_ALL_OF_THEM,
            jobs_in_l2=True,
        )
        after = predict(before, product.jobs, second.base)
        matrices = [_result(product.jobs[0], before, after, second.base)]
        for name, address in ("source of the copy", source), ("copy", to):
            matrices.append(LeftMatrix(name, address, np.frombuffer(copied, np.uint16).reshape(-1, size)))
        return replace(
            run,
            left={second.base: after.tobytes(), source: copied, to: copied},
            matrices=lambda: matrices,
        )

    def _product(self, rng: random.Random) -> Knobs:
        """Knobs of a product for the cores in FP16, as vectors; a repetition changes nothing."""
        rows = 4 * (self.config.cores - 2) * rng.randrange(1, 3)
        fp16: Weighted[Formats | str] = Weighted.evenly((Format.FP16,))
        return replace(
            self.job_knobs,
            op=Weighted.evenly((Op.MATMUL,)),
            fmt=fp16,
            m=Sizes("uniform", rows, rows),
            n=Sizes("uniform", 1, 32),
            k=Sizes("values", 8, 32, (8, 16, 24, 32)),
            max_macs=MAX_MACS,
            alignment=Weighted.evenly((VECTORS,)),
        )


def _result(job: Job, before: Image, after: Image, base: int) -> LeftMatrix:
    """Z of the cores' product, which is in FP16, with its operands."""
    x, w = factors(before, job, base)
    z = load(after, job.z_addr - base, job.m, job.k, Format.FP16)
    return LeftMatrix(
        "Z of the cores", job.z_addr, z.astype(np.uint16), MatrixProduct(job.op, x, w, np.zeros_like(z))
    )
