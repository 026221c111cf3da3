# SPDX-License-Identifier: Apache-2.0
"""Handwritten digits: a classifier that is trained, and some of its steps as a workload."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tb.workloads.dense import FP16, HYBRID, DenseNetwork, Precision, cross_entropy
from tb.workloads.graph_data import FOLDER
from tb.workloads.workload import Workload

if TYPE_CHECKING:
    from models.engine import Engine

SIZES = (64, 64, 10)
"""Pixels, a hidden layer, classes."""
RATE = 0.2
"""Learning rate."""
BATCH = 32

Matrix = NDArray[np.float64]


class Samples(NamedTuple):
    """Images as columns, 0 to 1, and for each a column of zeros with a one at its class."""

    images: Matrix
    classes: Matrix

    def batches(self, random: np.random.Generator, size: int = BATCH) -> Iterator[Samples]:
        """Yields all samples once in a random order, in whole batches; a rest is left out."""
        order = random.permutation(self.images.shape[1])
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            yield Samples(self.images[:, chosen], self.classes[:, chosen])


@cache
def digits(seed: int) -> tuple[Samples, Samples]:
    """Returns the samples for training, four fifths drawn by the seed, and those for the test."""
    with np.load(FOLDER / "digits.npz") as data:
        images = data["images"].reshape(-1, 64).T / 16
        labels = data["labels"]
    order = np.random.default_rng(seed).permutation(len(labels))
    samples = Samples(images[:, order], np.eye(10)[:, labels[order]])
    count = len(order) * 4 // 5
    return (
        Samples(samples.images[:, :count], samples.classes[:, :count]),
        Samples(samples.images[:, count:], samples.classes[:, count:]),
    )


def classifier(engine: Engine, precision: Precision, seed: int) -> DenseNetwork:
    """Returns a network for digits with the first weights of a seed."""
    return DenseNetwork(SIZES, engine, np.random.default_rng(seed), precision, cross_entropy)


class Trained(Protocol):
    """A network that has outputs."""

    def outputs(self, samples: Matrix) -> NDArray[np.floating]:
        """Returns the outputs for some samples, features x batch."""


def accuracy(network: Trained, samples: Samples) -> float:
    """Returns the share of samples whose class the network names."""
    named = network.outputs(samples.images).argmax(axis=0)
    return float(np.mean(named == samples.classes.argmax(axis=0)))


class DigitsSteps(Workload):
    """The first steps of training the classifier in FP16, each with the weights that the one before left."""

    steps: ClassVar[int] = 100
    precision: ClassVar[Precision] = FP16

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Trains for some steps."""
        random = np.random.default_rng(1)
        network, samples = classifier(engine, cls.precision, seed=1), digits(1)[0]
        done = 0
        while done < cls.steps:
            for batch in samples.batches(random):
                network.step(*batch, RATE)
                done += 1
                if done == cls.steps:
                    break


class DigitsStepsHybrid(DigitsSteps):
    """The same in hybrid FP8."""

    precision = HYBRID
