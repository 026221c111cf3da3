# SPDX-License-Identifier: Apache-2.0
"""A training step as ``sw/programs/train.c`` does it, bit for bit: the engine's products, the rest in FP16.

Matrices are FP16 bits. Samples are features x batch where weights are X of a product, and batch x features
where they are W: no weight is transposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.gemm import gemm_op
from models.ops import Op
from tb.workloads.half import Half, bits_of


@dataclass(frozen=True, slots=True)
class Network:
    """Weights, outputs x inputs, and biases of each layer."""

    weights: tuple[Half, ...]
    biases: tuple[Half, ...]

    @classmethod
    def drawn(cls, sizes: Sequence[int], random: np.random.Generator) -> Network:
        """Returns a network with first weights (Glorot and Bengio, AISTATS 2010) and small biases."""
        weights, biases = [], []
        for inputs, outputs in pairwise(sizes):
            limit = np.sqrt(6 / (inputs + outputs))
            weights.append(random.uniform(-limit, limit, (outputs, inputs)).astype(np.float16))
            biases.append(random.uniform(-0.1, 0.1, outputs).astype(np.float16))
        return cls(tuple(weights), tuple(biases))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Features of the input and of each layer."""
        return (self.weights[0].shape[1], *(len(biases) for biases in self.biases))


@dataclass(frozen=True, slots=True)
class Step:
    """Outcome of a step."""

    network: Network  # after it
    activations: tuple[Half, ...]  # before it, of each layer but the last, features x batch
    outputs: Half
    changes: tuple[Half, ...]  # gradients of each layer's outputs, scaled; features x batch
    loss: np.float32  # the sum of the squares of their errors


def train_step(
    network: Network, inputs: Half, targets: Half, scale: np.float16, *, block: int, harts: int
) -> Step:
    """Trains with a batch, features x batch.

    The loss of a sample is half the sum of its squared errors, so its gradient is the error. Blocks of the
    last layer and harts decide in which order squares are added up, and nothing else.
    """
    last = len(network.weights) - 1
    activations = [inputs]
    for index, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        sums = _gemm(weights, activations[-1], np.repeat(biases[:, None], inputs.shape[1], axis=1))
        activations.append(sums if index == last else np.where(sums > 0, sums, np.float16(0)))
    outputs = activations.pop()
    gradient = outputs - targets
    loss = _sum_of_squares(gradient, block, harts)
    changes: list[Half] = []
    new_weights, new_biases = list(network.weights), list(network.biases)
    for index in range(last, -1, -1):
        change = gradient * scale
        changes.insert(0, change)
        new_weights[index] = _gemm(change, activations[index].T, network.weights[index])
        new_biases[index] = np.add.accumulate(np.column_stack((network.biases[index], change)), axis=1)[:, -1]
        if index:
            passed = _matmul(gradient.T, network.weights[index]).T
            gradient = np.where(activations[index] > 0, passed, np.float16(0))
    after = Network(tuple(new_weights), tuple(new_biases))
    return Step(after, tuple(activations[1:]), outputs, tuple(changes), loss)


def _sum_of_squares(error: Half, block: int, harts: int) -> np.float32:
    """The sum of squares in FP32: each hart adds up those of its pairs of features, then these are added."""
    squares = error.astype(np.float32) ** 2  # exact
    sums = [np.float32(0)] * harts
    for first in range(0, len(error), block):
        for pair, row in enumerate(range(first, min(first + block, len(error)), 2)):
            for column in range(0, squares.shape[1], 2):
                for square in squares[row : row + 2, column : column + 2].T.flat:
                    sums[pair % harts] += square
    total = np.float32(0)
    for each in sums:
        total += each
    return total


def _gemm(x: Half, w: Half, y: Half) -> Half:
    return gemm_op(Op.GEMM, bits_of(x), bits_of(w), bits_of(y)).view(np.float16)


def _matmul(x: Half, w: Half) -> Half:
    return gemm_op(Op.MATMUL, bits_of(x), bits_of(w)).view(np.float16)
