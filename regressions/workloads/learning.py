# SPDX-License-Identifier: Apache-2.0
"""Training of networks in the engine's arithmetic, beside the same networks in float32."""

from collections.abc import Iterator

import numpy as np

from models.engine import Engine
from regressions.workloads.float32 import Float32Network
from regressions.workloads.kept_learning import Learning
from tb.workloads.dense import FP16, HYBRID, HYBRID_INNER, Precision
from tb.workloads.digits import AUTOENCODER, CLASSIFIER, EPOCHS, DigitsTask, digits

SEEDS = 5


def learn(task: DigitsTask, precision: Precision | None, seed: int, epochs: int = EPOCHS) -> Learning:
    """Trains a network from a seed: split of the samples, first weights and order.

    Args:
        task: The task.
        precision: Formats of the engine; None for float32.
        seed: The seed.
        epochs: Turns through all samples.
    """
    training, unseen = digits(seed)
    network = task.network(Engine(), precision or FP16, seed)
    trained = network if precision else Float32Network(network.weights, network.loss)
    random = np.random.default_rng(seed)
    losses = []
    for _ in range(epochs):
        batches = training.batches(random)
        steps = [trained.step(batch.images, task.targets(batch), task.rate) for batch in batches]
        losses.append(float(np.mean(steps)))
    name = precision.name if precision else "float32"
    outputs = np.asarray(trained.outputs(unseen.images), np.float64)
    return Learning(task.name, name, tuple(losses), task.score(outputs, unseen))


def study(seeds: int = SEEDS, epochs: int = EPOCHS) -> Iterator[Learning]:
    """Yields the training of each task in each arithmetic from each seed, float32 first."""
    for task, hybrid in ((CLASSIFIER, HYBRID), (AUTOENCODER, HYBRID_INNER)):
        for precision in (None, FP16, hybrid):
            for seed in range(1, seeds + 1):
                yield learn(task, precision, seed, epochs)
