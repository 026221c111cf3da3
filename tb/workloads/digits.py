# SPDX-License-Identifier: Apache-2.0
"""Handwritten digits: tasks for networks, and some steps of learning one as a workload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tb.workloads.dense import (
    FP16,
    HYBRID,
    HYBRID_INNER,
    DenseNetwork,
    Precision,
    TrainingLoss,
    cross_entropy,
    squared_error,
)
from tb.workloads.graph_data import FOLDER
from tb.workloads.workload import Workload

if TYPE_CHECKING:
    from models.engine import Engine

BATCH = 32
EPOCHS = 30
"""Turns through all samples of a whole training."""

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


@dataclass(frozen=True, slots=True)
class DigitsTask:
    """Aim of a network that learns digits."""

    name: str
    sizes: tuple[int, ...]  # features of input, hidden layers and output
    loss: TrainingLoss
    rate: float  # learning rate
    score: Callable[[Matrix, Samples], float]  # of outputs for samples that were not trained with
    classifies: bool

    def network(self, engine: Engine, precision: Precision, seed: int) -> DenseNetwork:
        """Returns the network with the first weights of a seed."""
        return DenseNetwork(self.sizes, engine, np.random.default_rng(seed), precision, self.loss)

    def targets(self, samples: Samples) -> Matrix:
        """Returns the wanted outputs."""
        return samples.classes if self.classifies else samples.images


def _accuracy(outputs: Matrix, samples: Samples) -> float:
    """The share of samples whose class has the largest output."""
    return float(np.mean(outputs.argmax(axis=0) == samples.classes.argmax(axis=0)))


def _error(outputs: Matrix, samples: Samples) -> float:
    """The mean squared error of images."""
    return squared_error(outputs, samples.images)[0]


CLASSIFIER = DigitsTask("classifier", (64, 64, 10), cross_entropy, 0.2, _accuracy, classifies=True)
"""Names the digit; its score is the share of right names."""
AUTOENCODER = DigitsTask("autoencoder", (64, 48, 32, 48, 64), squared_error, 2.0, _error, classifies=False)
"""Reduces an image to half and restores it; its score is the mean squared error."""


class DigitsSteps(Workload):
    """The first steps of training the classifier in FP16, each with the weights that the one before left."""

    task: ClassVar[DigitsTask] = CLASSIFIER
    steps: ClassVar[int] = 100
    precision: ClassVar[Precision] = FP16

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Trains for some steps."""
        cls.train(engine)

    @classmethod
    def train(cls, engine: Engine) -> list[float]:
        """Trains from seed 1, as the study of learning does, and returns the losses of all steps."""
        random = np.random.default_rng(1)
        network, samples = cls.task.network(engine, cls.precision, seed=1), digits(1)[0]
        losses: list[float] = []
        while len(losses) < cls.steps:
            for batch in islice(samples.batches(random), cls.steps - len(losses)):
                losses.append(network.step(batch.images, cls.task.targets(batch), cls.task.rate))
        return losses


class DigitsStepsHybrid(DigitsSteps):
    """The same in hybrid FP8."""

    precision = HYBRID


class ClassifierTraining(DigitsSteps):
    """The whole training of the classifier in FP16."""

    steps = EPOCHS * 44


class ClassifierTrainingHybrid(ClassifierTraining):
    """The same in hybrid FP8."""

    precision = HYBRID


class DigitsAutoencoderSteps(DigitsSteps):
    """The first steps of training the autoencoder in hybrid FP8, its first and last layer in FP16."""

    task = AUTOENCODER
    precision = HYBRID_INNER
