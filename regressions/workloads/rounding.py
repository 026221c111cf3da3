# SPDX-License-Identifier: Apache-2.0
"""Effect of FP16 on the answers of a graph problem, beside float64."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine import Engine
from models.ops import Op
from models.values import Values
from tb.workloads.graphs import Semiring
from tb.workloads.problems import GraphProblem

_STEPS: dict[Op, tuple[Callable[..., Any], Callable[..., Any]]] = {
    Op.ADDMAX: (np.add, np.fmax),
    Op.ADDMIN: (np.add, np.fmin),
    Op.MULMAX: (np.multiply, np.fmax),
    Op.MULMIN: (np.multiply, np.fmin),
    Op.MAXMIN: (np.maximum, np.fmin),
    Op.MINMAX: (np.minimum, np.fmax),
}
"""op1 and op2."""
_SAME = 1e-9
"""Relative distance below which float64 does not tell two ways apart."""


class RoundingEffect(NamedTuple):
    """Answers in FP16 beside those in float64.

    Attributes:
        largest: Largest relative deviation of a way's weight.
        pairs: Pairs of ways from one node whose weights differ in float64.
        turned: Those of them that FP16 has in the other order.
        tied: Those that FP16 does not tell apart.
    """

    largest: float
    pairs: int
    turned: int
    tied: int


def rounding(problem: type[GraphProblem]) -> RoundingEffect:
    """Returns what rounding does to the answers of a problem."""
    exact, ours = exact_closure(problem.semiring, problem.weights()), problem.solve(Engine())
    ways = np.isfinite(exact) & (exact != problem.semiring.none) & ~np.eye(len(exact), dtype=np.bool_)
    largest = float(np.max(np.abs(ours[ways] - exact[ways]) / np.abs(exact[ways])))
    counts = np.zeros(3, np.int64)
    for row, chosen, engine in zip(exact, ways, ours, strict=True):
        counts += _orders(row[chosen], engine[chosen])
    return RoundingEffect(largest, *map(int, counts))


def exact_closure(semiring: Semiring, weights: Values) -> Values:
    """Returns the weight of the best path between each two nodes in float64 (Floyd 1962, Warshall 1962)."""
    join, choose = _STEPS[semiring.op]
    paths: Values = weights.copy()
    for node in range(len(paths)):
        paths = choose(paths, join(paths[:, node : node + 1], paths[node : node + 1, :]))
    return paths


def _orders(exact: Values, engine: Values) -> NDArray[np.int64]:
    """Pairs that differ, those in the other order, those that are equal."""
    difference = exact[:, None] - exact[None, :]
    differ = np.abs(difference) > _SAME * np.maximum(np.abs(exact)[:, None], np.abs(exact)[None, :])
    differ &= np.triu(np.ones_like(differ), 1)
    rounded = engine[:, None] - engine[None, :]
    return np.array(
        [differ.sum(), (differ & (difference * rounded < 0)).sum(), (differ & (rounded == 0)).sum()]
    )
