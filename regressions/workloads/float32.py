# SPDX-License-Identifier: Apache-2.0
"""The same networks in float32, with gradients that autograd derives: the judge of what the engine learns."""

from collections.abc import Sequence
from typing import Any

import autograd.numpy as anp  # type: ignore[import-untyped]
import numpy as np
from autograd import value_and_grad
from numpy.typing import ArrayLike, NDArray

from tb.workloads.dense import cross_entropy

Parameters = list[tuple[Any, Any]]
"""Weights and biases of each layer."""

_ZERO = np.float32(0)


class Float32Network:
    """A network with the same first weights, in float32 from end to end.

    Args:
        weights: First weights of each layer.
        loss: The loss that the other network has.
    """

    def __init__(self, weights: Sequence[ArrayLike], loss: Any) -> None:
        self.parameters: Parameters = [
            (np.array(w, np.float32), np.zeros((len(np.asarray(w)), 1), np.float32)) for w in weights
        ]
        self._loss = value_and_grad(_cross_entropy if loss is cross_entropy else _squared_error)

    def outputs(self, samples: ArrayLike) -> NDArray[np.float32]:
        """Returns the outputs for some samples, features x batch."""
        outputs: NDArray[np.float32] = _outputs(self.parameters, np.asarray(samples, np.float32))
        return outputs

    def step(self, samples: ArrayLike, targets: ArrayLike, rate: float) -> float:
        """Trains with a batch by stochastic gradient descent; returns its loss before."""
        loss, gradients = self._loss(
            self.parameters, np.asarray(samples, np.float32), np.asarray(targets, np.float32)
        )
        self.parameters = [
            (w - np.float32(rate) * dw, b - np.float32(rate) * db)
            for (w, b), (dw, db) in zip(self.parameters, gradients, strict=True)
        ]
        return float(loss)


def _outputs(parameters: Parameters, samples: Any) -> Any:
    values = samples
    for index, (weights, bias) in enumerate(parameters):
        values = anp.dot(weights, values) + bias
        if index < len(parameters) - 1:
            values = anp.where(values > 0, values, _ZERO)
    return values


def _squared_error(parameters: Parameters, samples: Any, targets: Any) -> Any:
    error = _outputs(parameters, samples) - targets
    return anp.mean(error * error)


def _cross_entropy(parameters: Parameters, samples: Any, targets: Any) -> Any:
    outputs = _outputs(parameters, samples)
    shifted = outputs - anp.max(outputs, axis=0)
    likelihood = anp.sum(shifted * targets, axis=0) - anp.log(anp.sum(anp.exp(shifted), axis=0))
    return -anp.mean(likelihood)
