# SPDX-License-Identifier: Apache-2.0
"""Figures of a training step in firmware, MLPerf Tiny's AutoEncoder: its cycles, and who waited for whom."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rich.console import Console

from models.ops import Op
from regressions.cluster.measuring import Measuring, Product
from regressions.errors import UserError
from tb.cluster.memory_map import L2
from tb.cluster.streams.train import Training
from tb.cluster.task import Arbitration
from tb.workloads.autoencoder import SIZES
from tb.workloads.device_step import Network

BATCH = 16
BLOCKS = (12, 60)
"""Outputs of the first and the last layer at once: whole tiles; three blocks fit beside each other."""
ARBITRATION = (Arbitration(1, 2), Arbitration(3, 4), Arbitration(1, 4))
"""Of the TCDM by stage: the update of the first layer waits for the DMA, which wins more there."""
_RATE = 0.1
_PART = 128  # inputs and outputs of a product in software, at most
_VECTORS = 2  # mode of sw/programs/software.c


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """One step."""

    batch: int
    cycles: int  # from the program's first instruction to the last byte in L2
    busy: float  # share of them in which the accelerator had a job
    utilization: float  # multiply-adds over what the array could have done
    dma_cycles: int  # of hart 0, waiting for weights
    accelerator_cycles: int  # of hart 0, waiting for jobs
    software_cycles: int  # of the step's products alone as vectors on all harts, operands in the TCDM


def measure_training(bench: Measuring, console: Console) -> TrainingFigures:
    """Runs a step on all harts.

    Raises:
        UserError: The program failed, or what it leaves is not the model's.
    """
    random = np.random.default_rng(1)
    network = Network.drawn(SIZES, random)
    samples = (random.standard_normal((SIZES[0], BATCH)) / 2).astype(np.float16)
    training = Training(network, samples, samples, np.float16(-_RATE / BATCH), BLOCKS, 0, ARBITRATION)
    cores = bench.config.cores
    outcome = bench.run("train", (), training.memory(), mode=L2, cores=cores)
    for address, expected in training.left(cores).items():
        if outcome.read(address, len(expected)) != expected:
            raise UserError(
                f"the figures of train are void: memory from 0x{address:08x} on is not the model's"
            )
    cycles, _, dma, accelerator = outcome.answers[:4]
    share = macs(SIZES, BATCH) / (bench.peak * cycles)
    used = busy(outcome.log["jobs"]) / cycles
    figures = TrainingFigures(BATCH, cycles, used, share, dma, accelerator, measure_software(bench))
    console.print(
        f"training step with {BATCH} samples: {cycles:,} cycles, the accelerator busy in {100 * used:.1f} % "
        f"({100 * share:.1f} % of its peak); its products in software take {figures.software_cycles:,}"
    )
    return figures


def measure_software(bench: Measuring) -> int:
    """Cycles of the step's products as vectors on all harts, without transfers and what is between them.

    Raises:
        UserError: The program failed, or a result is not the model's.
    """
    total = 0
    for shape, count in Counter(products(SIZES, BATCH)).items():
        product = Product(Op.GEMM, *shape)
        outcome = bench.run(
            "software", (product.job,), product.memory, mode=_VECTORS, cores=bench.config.cores
        )
        product.check("software", outcome)
        total += count * outcome.answers[0]
    return total


def products(sizes: Sequence[int], batch: int) -> Iterator[tuple[int, int, int]]:
    """M, N and K of a step's products, those of layers that do not fit the TCDM in parts."""
    for layer, (inputs, outputs) in enumerate(pairwise(sizes)):
        for part_of_in in parts(inputs):
            for part_of_out in parts(outputs):
                yield part_of_out, part_of_in, batch
                yield part_of_out, batch, part_of_in
                if layer:
                    yield batch, part_of_out, part_of_in


def parts(size: int) -> list[int]:
    """Cuts a size."""
    return [min(_PART, size - at) for at in range(0, size, _PART)]


def busy(jobs: Iterable[Mapping[str, int]]) -> int:
    """Cycles in which a job ran; one that is queued runs from the end of the job before."""
    total = end = 0
    for job in jobs:
        total += job["event"] - max(job["trigger"], end)
        end = job["event"]
    return total


def macs(sizes: Sequence[int], batch: int) -> int:
    """Multiply-adds of a step: three products a layer, but for the first, which passes no gradients on."""
    return sum(m * n * k for m, n, k in products(sizes, batch))
