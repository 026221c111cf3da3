# SPDX-License-Identifier: Apache-2.0
"""Training of networks in the engine's arithmetic, beside the same networks in float32."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models.engine import Engine
from regressions.workloads.float32 import Float32Network
from tb.workloads.dense import FP16, HYBRID, Precision
from tb.workloads.digits import RATE, accuracy, classifier, digits

EPOCHS = 30
SEEDS = 5


class Learning(NamedTuple):
    """Outcome of a training in one arithmetic."""

    arithmetic: str
    seed: int
    losses: tuple[float, ...]  # mean of each epoch
    accuracy: float  # on samples that were not trained with


def learn(precision: Precision | None, seed: int, epochs: int = EPOCHS) -> Learning:
    """Trains the classifier of digits from a seed: split of the samples, first weights and order.

    Args:
        precision: Formats of the engine; None for float32.
        seed: The seed.
        epochs: Turns through all samples.
    """
    training, unseen = digits(seed)
    network = classifier(Engine(), precision or FP16, seed)
    trained = network if precision else Float32Network(network.weights, network.loss)
    random = np.random.default_rng(seed)
    losses = []
    for _ in range(epochs):
        losses.append(np.mean([trained.step(*batch, RATE) for batch in training.batches(random)]))
    return Learning(
        precision.name if precision else "float32",
        seed,
        tuple(map(float, losses)),
        accuracy(trained, unseen),
    )


def study(seeds: int = SEEDS, epochs: int = EPOCHS) -> Iterator[Learning]:
    """Yields the training of each arithmetic from each seed, float32 first."""
    for precision in (None, FP16, HYBRID):
        for seed in range(1, seeds + 1):
            yield learn(precision, seed, epochs)
