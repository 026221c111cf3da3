# SPDX-License-Identifier: Apache-2.0
"""Figures of a training step in firmware, MLPerf Tiny's AutoEncoder: its cycles, and who waited for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rich.console import Console

from regressions.cluster.measuring import Measuring
from regressions.errors import UserError
from tb.cluster.memory_map import L2
from tb.cluster.streams.train import Training
from tb.workloads.autoencoder import SIZES
from tb.workloads.device_step import Network

BATCH = 16
BLOCKS = (12, 60)
"""Outputs of the first and the last layer at once: whole tiles; three blocks fit beside each other."""
_RATE = 0.1


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """One step."""

    batch: int
    cycles: int  # from the program's first instruction to the last byte in L2
    busy: float  # share of them in which the accelerator had a job
    utilization: float  # multiply-adds over what the array could have done
    dma_cycles: int  # of hart 0, waiting for weights
    accelerator_cycles: int  # of hart 0, waiting for jobs


def measure_training(bench: Measuring, console: Console) -> TrainingFigures:
    """Runs a step on all harts.

    Raises:
        UserError: The program failed, or what it leaves is not the model's.
    """
    random = np.random.default_rng(1)
    network = Network.drawn(SIZES, random)
    samples = (random.standard_normal((SIZES[0], BATCH)) / 2).astype(np.float16)
    training = Training(network, samples, samples, np.float16(-_RATE / BATCH), BLOCKS)
    cores = bench.config.cores
    outcome = bench.run("train", (), training.memory(), mode=L2, cores=cores)
    for address, expected in training.left(cores).items():
        if outcome.read(address, len(expected)) != expected:
            raise UserError(
                f"the figures of train are void: memory from 0x{address:08x} on is not the model's"
            )
    cycles, _, dma, accelerator = outcome.answers[:4]
    share = macs(SIZES, BATCH) / (bench.peak * cycles)
    figures = TrainingFigures(BATCH, cycles, busy(outcome.log["jobs"]) / cycles, share, dma, accelerator)
    console.print(
        f"training step with {BATCH} samples: {cycles:,} cycles, the accelerator busy in "
        f"{100 * figures.busy:.1f} % ({100 * share:.1f} % of its peak); waited {dma:,} for the DMA"
    )
    return figures


def busy(jobs: Iterable[Mapping[str, int]]) -> int:
    """Cycles in which a job ran; one that is queued runs from the end of the job before."""
    total = end = 0
    for job in jobs:
        total += job["event"] - max(job["trigger"], end)
        end = job["event"]
    return total


def macs(sizes: Iterable[int], batch: int) -> int:
    """Multiply-adds of a step: three products a layer, but for the first, which passes no gradients on."""
    weights = [inputs * outputs for inputs, outputs in pairwise(sizes)]
    return batch * (3 * sum(weights) - weights[0])
