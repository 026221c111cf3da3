# SPDX-License-Identifier: Apache-2.0
"""Figures of a network for images in firmware, MLPerf Tiny's ResNet8: its cycles and what they went for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from regressions.cluster.measuring import Measuring
from regressions.cluster.training import busy
from regressions.errors import UserError
from tb.cluster.inference import Inference, resnet8
from tb.cluster.memory_map import L2


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """Cycles of a layer, from the end of the layer before to its own."""

    name: str
    jobs: int
    macs: int
    cycles: int
    busy: int  # cycles in which the accelerator had a job


@dataclass(frozen=True, slots=True)
class InferenceFigures:
    """One image."""

    cycles: int  # from the program's first instruction to the last byte in L2
    busy: float  # share of them in which the accelerator had a job
    utilization: float  # multiply-adds over what the array could have done
    # Cycles of the first of the cores that have them to do; patches are shared by seven or eight.
    patch_cycles: int
    bias_cycles: int
    relu_cycles: int
    dma_cycles: int  # of hart 0, waiting for weights and biases
    accelerator_cycles: int  # waiting for jobs
    layers: list[LayerFigures]


def measure_inference(bench: Measuring, console: Console) -> InferenceFigures:
    """Runs ResNet8 on all harts.

    Raises:
        UserError: The program failed, or what it leaves is not the model's.
    """
    network = resnet8(bench.config.tcdm_bytes)
    outcome = bench.run("infer", (), network.memory(), mode=L2, cores=bench.config.cores)
    for address, expected in network.left().items():
        if outcome.read(address, len(expected)) != expected:
            raise UserError(
                f"the figures of infer are void: memory from 0x{address:08x} on is not the model's"
            )
    cycles, _, dma, accelerator, patches, biases, relu = outcome.answers[:7]
    layers = layer_figures(network, outcome.log["jobs"])
    share = sum(layer.macs for layer in layers) / (bench.peak * cycles)
    used = busy(outcome.log["jobs"]) / cycles
    console.print(
        f"ResNet8: {cycles:,} cycles, the accelerator busy in {100 * used:.1f} % ({100 * share:.1f} % of its "
        f"peak); a core had {patches:,} cycles of patches, {biases + relu:,} of biases and ReLU"
    )
    return InferenceFigures(cycles, used, share, patches, biases, relu, dma, accelerator, layers)


def layer_figures(network: Inference, jobs: Sequence[Mapping[str, int]]) -> list[LayerFigures]:
    """Returns the figures of each layer from the jobs of the log, which are in the order of the passes."""
    figures: list[LayerFigures] = []
    first, end = 0, jobs[0]["trigger"] if jobs else 0
    for number, layer in enumerate(network.layers):
        count = sum(each.jobs for each in network.layout.passes if each.layer == number)
        own, before = jobs[first : first + count], jobs[max(first - 1, 0) : first]
        first += count
        if not own:
            break
        taken = busy([*before, *own]) - busy(before)
        figures.append(
            LayerFigures(layer.layer.name, count, network.macs(number), own[-1]["event"] - end, taken)
        )
        end = own[-1]["event"]
    return figures
