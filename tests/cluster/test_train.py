# SPDX-License-Identifier: Apache-2.0
"""A training step in firmware: its model against float64, and what memory it is given and has to leave."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from regressions.cluster.sizes import CONTRACT
from tb.cluster.memory_map import L2
from tb.cluster.streams.train import TrainStream
from tb.cluster.task import Arbitration, request
from tb.cluster.training import Training
from tb.descriptor import load
from tb.schema import SchemaError
from tb.workloads.device_step import Network, Step, train_step
from tb.workloads.half import Half
from tests.cluster.harness import EIGHT, run

SIZES = (12, 8, 4, 8, 12)
RATE = 0.5


def network() -> tuple[Network, Half]:
    random = np.random.default_rng(1)
    return Network.drawn(SIZES, random), (random.standard_normal((SIZES[0], 6)) / 2).astype(np.float16)


def step_in_float64(net: Network, samples: Half) -> tuple[list[np.ndarray], list[np.ndarray], float]:
    """The textbook's step: gradients of half the squared errors, mean over the batch."""
    weights = [each.astype(float) for each in net.weights]
    biases = [each.astype(float)[:, None] for each in net.biases]
    activations = [samples.astype(float)]
    for index, (w, b) in enumerate(zip(weights, biases, strict=True)):
        sums = w @ activations[-1] + b
        activations.append(sums if index == len(weights) - 1 else np.maximum(sums, 0))
    gradient = activations[-1] - activations[0]
    loss = float((gradient**2).sum())
    rate = RATE / samples.shape[1]
    for index in reversed(range(len(weights))):
        passed = (weights[index].T @ gradient) * (activations[index] > 0)
        weights[index] -= rate * gradient @ activations[index].T
        biases[index] -= rate * gradient.sum(axis=1, keepdims=True)
        gradient = passed
    return weights, [each[:, 0] for each in biases], loss


def device(net: Network, samples: Half, block: int = 4, harts: int = 2) -> Step:
    return train_step(net, samples, samples, np.float16(-RATE / 6), block=block, harts=harts)


def test_a_step_is_the_textbooks() -> None:
    net, samples = network()
    step = device(net, samples)
    weights, biases, loss = step_in_float64(net, samples)
    for ours, theirs in zip((*step.network.weights, *step.network.biases), (*weights, *biases), strict=True):
        assert np.abs(ours - theirs).max() < 4e-3
    assert abs(step.loss / loss - 1) < 1e-2
    moved = max(np.abs(new - old).max() for new, old in zip(step.network.weights, net.weights, strict=True))
    assert moved > 0.05, "far more than rounding is"


def test_steps_make_the_loss_smaller() -> None:
    net, samples = network()
    losses = []
    for _ in range(30):
        step = device(net, samples)
        net = step.network
        losses.append(float(step.loss))
    assert losses[-1] < 0.5 * losses[0]


def test_blocks_and_harts_decide_nothing_but_the_order_of_the_loss() -> None:
    net, samples = network()
    first, second = device(net, samples), device(net, samples, block=10, harts=8)
    for one, other in zip(first.network.weights, second.network.weights, strict=True):
        assert np.array_equal(one, other)
    assert first.loss == pytest.approx(second.loss, rel=1e-6)


def test_what_the_program_is_given_and_has_to_leave() -> None:
    knobs = {"sizes": list(SIZES), "batch": 6, "blocks": [4, 6, 6], "harts": 2, "in_software": False}
    stream = TrainStream("test", 1, knobs, load(CONTRACT))
    planned = stream.run(0)
    assert request(stream.config, planned.task)
    assert (planned.blocks, planned.jobs) == (2 * 3 + 3 * (1 + 2) + 3 * 2 + 3, 0), (
        "no job is planned with its operands"
    )
    assert planned.task.cores == 2
    assert planned.task.memory is not None
    changed = [address for address, data in planned.left.items() if planned.task.memory.get(address) != data]
    assert len(changed) == 5, "weights, biases, activations, outputs, loss"
    assert replace(stream.run(1).task, arbitration=planned.task.arbitration) != planned.task
    assert TrainStream("test", 1, knobs | {"in_software": True}, load(CONTRACT)).run(0).blocks == 0
    with pytest.raises(SchemaError, match="multiple of 2"):
        TrainStream("test", 1, {"batch": 3}, load(CONTRACT))
    with pytest.raises(SchemaError, match="more than 30; make them larger"):
        TrainStream("test", 1, {"sizes": [12, 4, 102, 2], "blocks": [4, 2, 2]}, load(CONTRACT)).run(0)


def test_a_wrong_activation_is_seen_where_no_weight_shows_it() -> None:
    net, samples = network()
    training = Training(net, samples, samples, np.float16(0), (4, 6, 6))
    left = training.left(8)
    hidden = b"".join(each.T.tobytes() for each in device(net, samples).activations)
    assert len(hidden) == 2 * 6 * sum(SIZES[1:-1])
    assert hidden in left.values(), "each layer's, batch x features"
    assert all(
        np.array_equal(old, new)
        for old, new in zip(
            net.weights,
            train_step(net, samples, samples, np.float16(0), block=6, harts=8).network.weights,
            strict=True,
        )
    ), "at a rate of 0 weights stay whatever activations are"


@pytest.mark.sim
@pytest.mark.parametrize("in_software", [False, True], ids=["accelerator", "software"])
@pytest.mark.parametrize(
    ("sizes", "batch", "blocks", "room", "saved_layers"),
    [
        (SIZES, 6, (8, 8, 4), 0, 2),
        ((10, 6, 4), 2, (4, 2, 4), 0, 1),
        # Blocks of two sizes, so that one lies across two of which the last is still on its way back to L2.
        ((64, 128, 180), 16, (32, 60, 60), 65_708, 2),
        # Layers in several blocks, of which the last are smaller: with room for one alone, and for three.
        ((24, 40, 36, 8, 20), 10, (10, 12, 6), 1_200, 2),
        ((24, 40, 36, 8, 20), 10, (10, 12, 6), 3_000, 1),
    ],
)
def test_a_step_on_eight_cores_is_the_models(
    tmp_path: Path,
    sizes: tuple[int, ...],
    batch: int,
    blocks: tuple[int, int, int],
    room: int,
    saved_layers: int,
    in_software: bool,
) -> None:
    random = np.random.default_rng(7)
    net = Network.drawn(sizes, random)
    inputs, targets = (
        (random.standard_normal((size, batch)) / 2).astype(np.float16) for size in (sizes[0], sizes[-1])
    )
    ratios = (Arbitration(1, 2), Arbitration(3, 4), Arbitration(1, 4)) if room else ()
    scale = np.float16(-RATE / batch)
    training = Training(net, inputs, targets, scale, blocks, room, saved_layers, in_software, ratios)
    assert room == 0 or room >= training.least_room
    outcome = run("train", tmp_path, memory=training.memory(), mode=L2, config=EIGHT)
    assert outcome.problems == ()
    for address, expected in training.left(EIGHT.cores).items():
        assert outcome.read(address, len(expected)) == expected, hex(address)
    assert len(outcome.log["jobs"]) == training.jobs
    assert outcome.answers[1] == replace(training, in_software=False).jobs, "as many products"
