# SPDX-License-Identifier: Apache-2.0
"""Fully connected networks trained on the engine.

Matrices are features x batch. Of a training step the engine computes the three products of a layer:
forward ``W A + b``, the gradient of its inputs ``W^T D``, and the update ``(-rate D) A^T + W``, one GEMM that
adds to the weights where they lie. Software computes all else in FP16: activations, loss, biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.engine import Engine, Scales
from models.formats import Format, Formats, per_operand
from models.ops import Op
from models.values import Values, fitting_exponent, to_bits, to_values


@dataclass(frozen=True, slots=True)
class Precision:
    """Storage formats of a step's products: of X, of W, and of Y and Z."""

    name: str
    forward: Formats  # weights, activations, sums
    inputs: Formats  # weights, gradients, gradients
    update: Formats  # gradients, activations, weights
    ends: bool = True  # the first and the last layer have these formats too; else all of theirs is FP16

    @property
    def scaled(self) -> bool:
        """True if operands are so narrow that each is scaled to its format."""
        return self.forward is not Format.FP16


FP16 = Precision("FP16", Format.FP16, Format.FP16, Format.FP16)
"""All in FP16."""
HYBRID = Precision(
    "hybrid FP8",
    (Format.E4M3, Format.E4M3, Format.FP16),
    (Format.E4M3, Format.E5M2, Format.FP16),
    (Format.E5M2, Format.E4M3, Format.FP16),
)
"""Forward in E4M3, gradients in E5M2, sums and weights in FP16 (Sun et al., NeurIPS 2019)."""
HYBRID_INNER = replace(HYBRID, name="hybrid FP8, ends in FP16", ends=False)
"""The same with first and last layer in FP16, as networks have it whose outputs must be exact."""


class TrainingLoss(Protocol):
    """Loss of a batch, as the mean over it, and its gradient with respect to the outputs of each sample."""

    def __call__(self, outputs: Values, targets: NDArray[np.floating]) -> tuple[float, Values]:
        """Returns both."""


def squared_error(outputs: Values, targets: NDArray[np.floating]) -> tuple[float, Values]:
    """Returns the mean squared error over outputs and samples, and its gradients by sample."""
    error = outputs - targets
    return float(np.mean(error * error)), 2.0 * error / len(error)


def cross_entropy(outputs: Values, targets: NDArray[np.floating]) -> tuple[float, Values]:
    """Returns the mean cross entropy of softmax, for targets of 0 and 1, and its gradients by sample."""
    exponentials = np.exp(outputs - outputs.max(axis=0))
    shares = exponentials / exponentials.sum(axis=0)
    likelihood = (shares * targets).sum(axis=0)
    return float(-np.log(np.maximum(likelihood, 1e-7)).mean()), shares - targets


class DenseNetwork:
    """A fully connected network with ReLU between its layers.

    Args:
        sizes: Features of the input, of each hidden layer and of the output.
        engine: Computes the products.
        random: Source of the first weights (Glorot and Bengio, AISTATS 2010).
        precision: Formats of the products.
        loss: Made small.

    Attributes:
        weights: Of each layer, outputs x inputs.
        biases: Of each layer.
        loss: The loss.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        engine: Engine,
        random: np.random.Generator,
        precision: Precision = FP16,
        loss: TrainingLoss = squared_error,
    ) -> None:
        self._engine = engine
        self._precision = precision
        self.loss = loss
        self.weights: list[Values] = []
        self.biases: list[Values] = []
        for inputs, outputs in pairwise(sizes):
            limit = np.sqrt(6 / (inputs + outputs))
            self.weights.append(rounded(random.uniform(-limit, limit, (outputs, inputs))))
            self.biases.append(np.zeros(outputs))

    def outputs(self, samples: ArrayLike) -> Values:
        """Returns the outputs for some samples, features x batch."""
        return self._activations(samples)[-1]

    def step(self, samples: ArrayLike, targets: NDArray[np.floating], rate: float) -> float:
        """Trains with a batch by stochastic gradient descent; returns its loss before.

        Args:
            samples: Features x batch.
            targets: Wanted outputs, as the loss takes them.
            rate: Learning rate.
        """
        activations = self._activations(samples)
        loss, gradient = self.loss(activations[-1], targets)
        batch = activations[0].shape[1]
        delta = rounded(gradient)
        for index in reversed(range(len(self.weights))):
            change = rounded(delta * (-rate / batch))
            if index:
                passed = self._product("inputs", index, self.weights[index].T, delta)
                delta = np.where(activations[index] > 0, passed, 0.0)
            self.weights[index] = self._product(
                "update", index, change, activations[index].T, self.weights[index]
            )
            self.biases[index] = rounded(self.biases[index] + change.sum(axis=1))
        return loss

    def _activations(self, samples: ArrayLike) -> list[Values]:
        """Inputs of each layer, and the outputs of the last."""
        activations = [rounded(samples)]
        last = len(self.weights) - 1
        for index, (weights, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            wide = np.repeat(bias[:, None], activations[0].shape[1], axis=1)
            sums = self._product("forward", index, weights, activations[-1], wide)
            activations.append(sums if index == last else np.maximum(sums, 0.0))
        return activations

    def _product(self, phase: str, index: int, x: Values, w: Values, y: Values | None = None) -> Values:
        at_end = index in (0, len(self.weights) - 1)
        precision = self._precision if self._precision.ends or not at_end else FP16
        fmt: Formats = getattr(precision, phase)
        scales = fitting_scales(x, w, y, fmt) if precision.scaled else (0, 0)
        op = Op.MATMUL if y is None else Op.GEMM
        return self._engine.gemm_op(op, x, w, y, formats=fmt, scales=scales, label=f"{phase} {index + 1}")


def fitting_scales(x: Values, w: Values, y: Values | None, fmt: Formats) -> Scales:
    """Returns the scales that bring X and W to the upper end of their formats.

    They are smaller by what would let a sum overflow in Z's format, whatever signs its terms have.
    """
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    own, other = fitting_exponent(x, x_fmt, headroom=1), fitting_exponent(w, w_fmt, headroom=1)
    largest = np.abs(x).sum(axis=1).max() * np.abs(w).max() + (0.0 if y is None else np.abs(y).max())
    excess = max(own + other - fitting_exponent(largest, z_fmt), 0)
    return own - excess // 2, other - (excess - excess // 2)


def rounded(values: ArrayLike) -> Values:
    """Returns numbers as software on the cores has them: in FP16."""
    return to_values(to_bits(values, Format.FP16), Format.FP16)
