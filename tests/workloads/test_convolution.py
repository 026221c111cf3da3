# SPDX-License-Identifier: Apache-2.0
"""Convolutions on the engine against their definition in float64, and the ways of depthwise layers."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.engine import ARRAY, Engine
from models.formats import Format
from models.ops import Op
from models.schedule import schedule
from models.values import Values
from regressions.workloads.figures import phases, total
from tb.workloads.convolution import Convolution, ConvolutionNetwork, ConvolutionWorkload, LayerRun
from tb.workloads.dense import FP16, HYBRID, Precision, rounded
from tb.workloads.depthwise import BLOCKS, CHANNELS, Packing, best_packing, packings
from tb.workloads.dscnn import DsCnn, DsCnnByBlocks, DsCnnByChannel, DsCnnHybrid
from tb.workloads.patches import padding, patches
from tb.workloads.resnet8 import ResNet8, ResNet8Hybrid
from tests.workloads.direct import convolved

NETWORKS = (ResNet8, ResNet8Hybrid, DsCnn, DsCnnHybrid, DsCnnByChannel, DsCnnByBlocks)
ONE_LAYER = {Format.FP16: 5e-3, Format.E4M3: 6e-2}
"""Of a layer's norm: roundings of 576 steps add up as at random, 24 * 2**-11 / sqrt(12) = 0.34 % of a sum
that is as large all the time; E4M3 rounds each operand by up to 2**-4."""
ALL_LAYERS = {Format.FP16: 1e-2, Format.E4M3: 0.25}
"""Of the norm of the last outputs, behind all layers in float64."""
DW_SHAPE = (25, 5, 64)


def ran(kind: type[ConvolutionWorkload]) -> tuple[list[LayerRun], Values]:
    network = kind.network(Engine())
    outputs = kind.infer(network)
    return network.runs, outputs


def narrowest(kind: type[ConvolutionWorkload]) -> Format:
    return Format.E4M3 if kind.precision.scaled else Format.FP16


def distance(ours: Values, theirs: Values) -> float:
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


@pytest.mark.parametrize("kind", NETWORKS)
def test_each_layer_is_its_definition_but_for_rounding(kind: type[ConvolutionWorkload]) -> None:
    """A wrong border, tap, order of channels, shortcut, bias or scale is far beyond the tolerance."""
    for run in ran(kind)[0]:
        error = distance(run.result, convolved(run, run.image, run.shortcut))
        assert error < ONE_LAYER[narrowest(kind)], run.layer.name


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_whole_network_is_the_definition_of_its_layers(kind: type[ConvolutionWorkload]) -> None:
    """Layers are handed on as the architecture says, not as the engine had them."""
    runs, outputs = ran(kind)
    image, before = runs[0].image, runs[0].image
    shortcut = None
    for run in runs:
        name = run.layer.name
        if name == "dense":
            image = image.mean(axis=(0, 1), keepdims=True)
        if name.startswith("shortcut"):
            shortcut = convolved(run, image, None)
            continue
        if name == "stack 1 a":
            shortcut = image
        before, image = image, convolved(run, image, shortcut if name.endswith("b") else None)
    assert before.shape[-1] == 64
    assert distance(outputs, image.ravel()) < ALL_LAYERS[narrowest(kind)]


def test_networks_have_the_sizes_of_mlperf_tiny() -> None:
    """78,666 and 24,908 parameters in Keras, of which batch normalisation has four a channel."""
    for kind, macs, parameters in ((ResNet8, 12_501_632, 78_666), (DsCnn, 2_656_768, 24_908)):
        runs = ran(kind)[0]
        assert sum(run.macs for run in runs) == macs
        assert sum(kind.needed().values()) == macs
        plain = [run for run in runs if run.layer.name.startswith(("shortcut", "dense"))]
        normalised = sum(run.layer.outputs for run in runs) - sum(run.layer.outputs for run in plain)
        assert sum(run.weights.size + run.bias.size for run in runs) + 4 * normalised == parameters


@pytest.mark.parametrize(
    ("size", "kernel", "stride"), [(32, 3, 2), (49, 10, 2), (10, 4, 2), (8, 1, 2), (5, 3, 1)]
)
def test_padding_is_tensorflows(size: int, kernel: int, stride: int) -> None:
    before, after = padding(size, kernel, stride)
    outputs = -(-size // stride)
    assert 0 <= after - before <= 1
    assert before + size + after >= (outputs - 1) * stride + kernel
    assert kernel <= stride or before + size + after == (outputs - 1) * stride + kernel


def test_patches_are_what_the_kernel_sees() -> None:
    image = np.arange(1, 4 * 5 * 2 + 1).reshape(4, 5, 2)
    seen = patches(image, (3, 3), 1)
    assert seen.shape == (4, 5, 3, 3, 2)
    assert np.array_equal(seen[2, 3], image[1:4, 2:5])
    assert not seen[0, 0, 0].any()
    assert not seen[0, 0, :, 0].any()
    assert np.array_equal(patches(image, (1, 1), 2)[:, :, 0, 0], image[::2, ::2])


def layer(packing: Packing | None, stride: int, precision: Precision = FP16) -> tuple[LayerRun, Engine]:
    engine = Engine()
    network = ConvolutionNetwork(engine, np.random.default_rng(3), precision, packing)
    image = rounded(np.random.default_rng(4).standard_normal((7, 6, 5)))
    network.layer(Convolution("each", 5, 5, (3, 2), stride, depthwise=True), image)
    return network.runs[0], engine


@pytest.mark.parametrize("stride", [1, 2])
def test_all_ways_of_a_depthwise_layer_have_the_same_bits(stride: int) -> None:
    reference = layer(CHANNELS, stride)[0]
    assert distance(reference.result, convolved(reference, reference.image, None)) < ONE_LAYER[Format.FP16]
    for packing in packings(5):
        run, engine = layer(packing, stride)
        assert np.array_equal(run.result, reference.result), packing
        sizes = list(packing.sizes((7, 6, 5), (3, 2), stride))
        assert [(job.m, job.n, job.k) for job in engine.jobs] == sizes
    assert distance(layer(None, stride, HYBRID)[0].result, reference.result) < ONE_LAYER[Format.E4M3]


def cycles(ways: Sequence[Packing]) -> list[int]:
    jobs = [packing.sizes(DW_SHAPE, (3, 3), 1) for packing in ways]
    return [sum(schedule(ARRAY, Op.GEMM, *size, Format.FP16).cycles for size in sizes) for sizes in jobs]


def test_the_way_that_is_chosen_is_the_schedules_best() -> None:
    every = list(packings(DW_SHAPE[2]))
    taken = dict(zip(every, cycles(every), strict=True))
    best = best_packing(ARRAY, DW_SHAPE, (3, 3), 1)
    assert taken[best] == min(taken.values())
    assert taken[BLOCKS] == min(count for packing, count in taken.items() if not packing.bands)
    alone = [count for packing, count in taken.items() if packing.group == 1 and not packing.bands]
    assert taken[CHANNELS] == min(alone)


def test_figures_tell_steps_with_zeros_from_needed_ones() -> None:
    for kind in (DsCnn, DsCnnByBlocks):
        jobs = kind.account(ARRAY)
        took = {place: job.cycles or 0 for place, job in enumerate(jobs)}
        rows = phases(ARRAY, jobs, took, kind.needed())
        layers = [row for row in rows if row.label == "depthwise 1"]
        assert sum(row.needed for row in layers) == pytest.approx(125 * 64 * 9, abs=len(layers))
        assert sum(row.macs for row in layers) > 3 * 125 * 64 * 9
        assert all(row.useful(ARRAY) < row.utilization(ARRAY) / 3 for row in layers)
        pointwise = next(row for row in rows if row.label == "pointwise 1")
        assert pointwise.useful(ARRAY) == pointwise.utilization(ARRAY) > 0.9
        pooled = 125 * 64
        assert total(rows).needed == pytest.approx(2_656_768 + pooled, abs=10)
