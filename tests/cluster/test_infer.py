# SPDX-License-Identifier: Apache-2.0
"""Networks for images in firmware: their model against the definition, their layout, and what is left."""

import random
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from models.engine import Engine
from regressions.cluster.inference import layer_figures
from regressions.cluster.sizes import CONTRACT
from tb.cluster.inference import Inference, resnet8
from tb.cluster.memory_map import L2, OPERANDS, TCDM
from tb.cluster.passes import SHARED, WAITS, ImageSize, cut, image_places, shapes
from tb.cluster.streams.infer import InferStream, drawn
from tb.cluster.task import Arbitration, request
from tb.descriptor import load
from tb.errors import UserError
from tb.workloads.convolution import LayerRun
from tb.workloads.device_layers import DeviceLayer, infer
from tb.workloads.half import Half
from tb.workloads.resnet8 import ResNet8
from tests.cluster.harness import EIGHT, run
from tests.workloads.direct import convolved

ROOM = EIGHT.tcdm_bytes


def defined(network: Inference) -> list[np.ndarray]:
    """All images in float64, by the definition of each layer."""
    images = [network.image.astype(float)]
    for each in network.layers:
        image = images[each.source]
        if each.pool:
            images.append(image.mean(axis=(0, 1), keepdims=True))
            continue
        shortcut = None if each.added is None else images[each.added]
        wide = [part.astype(float) for part in (each.weights, each.bias)]
        images.append(convolved(LayerRun(each.layer, image, *wide, shortcut, image), image, shortcut))
    return images


@pytest.mark.parametrize("seed", range(12))
def test_networks_are_the_definition_of_their_layers(seed: int) -> None:
    network = drawn(random.Random(seed), ROOM)
    for ours, theirs in zip(infer(network.layers, network.image), defined(network), strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 0.02 * np.abs(theirs).max()


def test_the_firmware_has_the_bits_of_the_workload() -> None:
    """Nor do a channel of zeros, kernels cut by rows, and sums that start with biases change one."""
    network = ResNet8.network(Engine())
    outputs = ResNet8.infer(network)
    assert resnet8(ROOM).left()[max(resnet8(ROOM).left())] == outputs.astype(np.float16).tobytes()


def test_nothing_lies_where_something_else_is_needed() -> None:
    """While a pass runs there are its input and output, its weights and the next one's, and later inputs."""
    rng = random.Random(5)
    for network in [resnet8(ROOM), *(drawn(rng, ROOM) for _ in range(200))]:
        layout, layers, places = network.layout, network.layers, image_places(network.layers)
        sizes = shapes(layers, ImageSize(*network.image.shape))
        for number, each in enumerate(layout.passes):
            needed = {places[0]} if number == 0 else set()
            for other in layout.passes[number:]:
                used = {places[layers[other.layer].source], places[other.layer + 1]}
                needed |= {place for place in used if place <= each.layer + 1}
            ranges = [(layout.images[place], sizes[place].nbytes) for place in needed]
            ahead = layout.passes[number : number + 2]
            weights = layout.weights[number : number + 2]
            ranges += [(at, one.nbytes) for at, one in zip(weights, ahead, strict=True)]
            ranges += [(at, layout.strips[1] - layout.strips[0]) for at in layout.strips]
            ranges += [(layout.biases, sum(layer.bias.nbytes for layer in layers))]
            assert all(at >= OPERANDS and at + size <= TCDM + ROOM for at, size in ranges)
            for (one, size), (two, length) in combinations(ranges, 2):
                assert one + size <= two or two + length <= one


def test_strips_are_tiles_or_rows_that_fit_and_three_at_least() -> None:
    network = resnet8(ROOM)
    room = network.layout.strips[1] - network.layout.strips[0]
    for each in network.layout.passes:
        assert each.strip % (each.result.columns if each.flags & SHARED else 12) == 0
        assert each.patch_bytes <= room
        assert each.strips >= min(3, -(-each.result.pixels // 12))
    assert sum(bool(each.flags & SHARED) for each in network.layout.passes) == 3, "those with most patches"
    with pytest.raises(UserError, match="hold no 12 patches"):
        cut(network.layers, ImageSize(*network.image.shape), 100, 1 << 20)


def test_what_the_program_is_given_and_has_to_leave() -> None:
    stream = InferStream("test", 1, {"network": "resnet8", "harts": 8}, load(CONTRACT))
    planned = stream.run(0)
    assert request(stream.config, planned.task)
    assert planned.task.memory is not None
    changed = [data for at, data in planned.left.items() if planned.task.memory.get(at) != data]
    assert len(changed) == 8, "of eleven images those that nothing is added to"
    assert planned.blocks == sum(each.jobs for each in resnet8(ROOM).layout.passes)


def test_figures_of_layers_add_up() -> None:
    network = resnet8(ROOM)
    first = network.layout.passes[0].jobs
    jobs = [{"trigger": 10 * n + (0 if n < first else 3), "event": 10 * n + 9} for n in range(network.jobs)]
    figures = layer_figures(network, jobs)
    assert sum(each.jobs for each in figures) == network.jobs
    assert sum(each.cycles for each in figures) == jobs[-1]["event"]
    assert sum(each.macs for each in figures) == 12_501_632 + 64 * 64
    assert figures[0].busy == 9 * figures[0].jobs
    assert figures[-1].busy == 6 * figures[-1].jobs


def check(network: Inference, folder: Path, **others: object) -> list[str]:
    """Runs a network; returns the places in L2 that are not the model's."""
    outcome = run("infer", folder, memory=network.memory(), mode=L2, config=EIGHT, **others)  # type: ignore[arg-type]
    assert outcome.problems == ()
    assert outcome.answers[1] == network.jobs
    return [hex(at) for at, data in network.left().items() if outcome.read(at, len(data)) != data]


@pytest.mark.sim
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 8, 9, 11, 21])
def test_a_drawn_network_on_eight_cores_is_the_models(tmp_path: Path, seed: int) -> None:
    network = drawn(random.Random(seed), ROOM)
    ratio = Arbitration(*((1, 2), (7, 8), (1, 8))[seed % 3])
    assert check(network, tmp_path, cores=(8, 2, 1)[seed % 3], arbitration=ratio) == []


@pytest.mark.sim
def test_a_strip_that_does_not_wait_for_the_one_before_computes_with_what_is_not_there(
    tmp_path: Path,
) -> None:
    """One strip a layer: each needs all of the layer before."""
    network = chain()
    assert check(network, tmp_path) == []
    passes = tuple(replace(each, flags=each.flags & ~WAITS) for each in network.layout.passes)
    assert sum(each.flags & WAITS for each in network.layout.passes) > 0
    broken = replace(network, layout=replace(network.layout, passes=passes))
    assert len(check(broken, tmp_path)) > 0


def chain() -> Inference:
    """A network that is drawn until two of its layers have one strip each."""
    for seed in range(100):
        network = drawn(random.Random(seed), ROOM)
        if sum(bool(each.flags & WAITS) for each in network.layout.passes) >= 2:
            return network
    raise AssertionError("none is drawn")


def test_a_layer_that_is_added_to_has_its_place() -> None:
    one: Half = np.zeros((1, 1, 2, 2), np.float16)
    shape = ResNet8.network(Engine())
    ResNet8.infer(shape)
    layer = shape.runs[0].layer
    layers = [
        DeviceLayer(layer, one, one[0, 0, 0], n, added) for n, added in enumerate((None, None, 1, None))
    ]
    assert image_places(layers) == [0, 1, 2, 1, 4]
