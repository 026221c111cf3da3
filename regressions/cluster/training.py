# SPDX-License-Identifier: Apache-2.0
"""Figures of training steps in firmware, MLPerf Tiny's AutoEncoder: their cycles, and who waited for whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from rich.console import Console

from regressions.cluster.measuring import Measuring
from regressions.errors import UserError
from tb.cluster.memory_map import L2
from tb.cluster.task import Arbitration, ProgramOutcome
from tb.cluster.training import Training
from tb.workloads.autoencoder import SIZES
from tb.workloads.device_step import Network

BLOCKS = {16: (64, 128, 60), 64: (40, 48, 36)}
"""Of weights by batch, as `Training.blocks`: whole tiles, and as many as fit beside samples."""
SAVED_LAYERS = {16: 2, 64: 1}
"""Layers whose activations are in the TCDM for updates at once, by batch."""
ARBITRATION = (Arbitration(1, 2), Arbitration(3, 4), Arbitration(1, 4))
"""Of the TCDM by stage: the update of the first layer waits for the DMA, which wins more there."""
PHASES = ("start", "forward", "last layer", "layers before", "first layer", "end")
"""Of sw/programs/train.c: until the first weights are under way; forward without the last layer; all of the
last; gradients and updates of those before; update of the first; the last weights on their way to L2."""
_RATE = 0.1
_TOTALS = _NOTES = 4  # answers of the program for the step, and for each phase


@dataclass(frozen=True, slots=True)
class StepPhase:
    """Where the cycles of a phase went; those that are left went to the cores."""

    name: str
    cycles: int
    products: int  # the accelerator had a job; in software: all harts computed products
    dma: int  # there was none, and hart 0 waited for the DMA


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step, on the accelerator or in software."""

    cycles: int  # from the program's first instruction to the last byte in L2
    products: float  # share of them in which the accelerator had a job, or the harts computed products
    mac_per_cycle: float  # multiply-adds of the step over all of its cycles
    dma_cycles: int  # of hart 0, waiting for weights and samples
    phases: tuple[StepPhase, ...]


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """A step with a batch."""

    batch: int
    utilization: float  # multiply-adds over what the array could have done
    accelerator: StepFigures
    software: StepFigures  # the same on all harts, products as vectors
    software_rate: float  # multiply-adds a cycle of its products alone


def measure_training(bench: Measuring, console: Console) -> list[TrainingFigures]:
    """Runs a step with each batch on all harts, with and without the accelerator.

    Raises:
        UserError: The program failed, or what it leaves is not the model's.
    """
    return [_measure(bench, batch, console) for batch in BLOCKS]


def _measure(bench: Measuring, batch: int, console: Console) -> TrainingFigures:
    random = np.random.default_rng(1)
    network = Network.drawn(SIZES, random)
    samples = (random.standard_normal((SIZES[0], batch)) / 2).astype(np.float16)
    scale = np.float16(-_RATE / batch)
    training = Training(
        network,
        samples,
        samples,
        scale,
        BLOCKS[batch],
        saved_layers=SAVED_LAYERS[batch],
        arbitration=ARBITRATION,
    )
    work = macs(SIZES, batch)
    accelerator, software = (
        step_figures(_run(bench, replace(training, in_software=way)), work) for way in (False, True)
    )
    share = accelerator.mac_per_cycle / bench.peak
    rate = work / (software.products * software.cycles)
    console.print(
        f"training step with {batch} samples: {accelerator.cycles:,} cycles, the accelerator busy in "
        f"{100 * accelerator.products:.1f} % ({100 * share:.1f} % of its peak); in software "
        f"{software.cycles:,}, {rate:.2f} MAC/cycle in its products"
    )
    return TrainingFigures(batch, share, accelerator, software, rate)


def _run(bench: Measuring, training: Training) -> ProgramOutcome:
    outcome = bench.run("train", (), training.memory(), mode=L2, cores=bench.config.cores)
    for address, expected in training.left(bench.config.cores).items():
        if outcome.read(address, len(expected)) != expected:
            raise UserError(
                f"the figures of train are void: memory from 0x{address:08x} on is not the model's"
            )
    return outcome


def step_figures(outcome: ProgramOutcome, work: int) -> StepFigures:
    """Where the cycles of a step went that makes so many multiply-adds, from its answers and jobs."""
    cycles, _, dma, _ = outcome.answers[:_TOTALS]
    ends = range(_TOTALS, _TOTALS + _NOTES * len(PHASES), _NOTES)
    notes = [(0,) * _NOTES, *(outcome.answers[at : at + _NOTES] for at in ends)]
    log = outcome.log["jobs"]
    # Time of the program at time 0 of the log: its last phase begins when the last job has ended.
    offset = notes[-2][0] - log[-1]["event"] if log else 0
    phases = []
    begin = busy_before = 0
    for name, before, after in zip(PHASES, notes, notes[1:], strict=False):
        end, jobs = max(after[0], begin), after[1]
        if log and before[1] < jobs:
            end = log[jobs - 1]["event"] + offset
        products = busy(log[:jobs]) if log else after[3]
        phases.append(StepPhase(name, end - begin, products - busy_before, after[2] - before[2]))
        begin, busy_before = end, products
    return StepFigures(cycles, busy_before / cycles, work / cycles, dma, tuple(phases))


def busy(jobs: Iterable[Mapping[str, int]]) -> int:
    """Cycles in which a job ran; one that is queued runs from the end of the job before."""
    total = end = 0
    for job in jobs:
        total += job["event"] - max(job["trigger"], end)
        end = job["event"]
    return total


def products(sizes: Sequence[int], batch: int) -> Iterator[tuple[int, int, int]]:
    """M, N and K of a step's products: three a layer, but for the first, which passes no gradients on."""
    for layer, (inputs, outputs) in enumerate(pairwise(sizes)):
        yield outputs, inputs, batch
        yield outputs, batch, inputs
        if layer:
            yield batch, outputs, inputs


def macs(sizes: Sequence[int], batch: int) -> int:
    """Multiply-adds of a step."""
    return sum(m * n * k for m, n, k in products(sizes, batch))
