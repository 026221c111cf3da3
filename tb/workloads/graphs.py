# SPDX-License-Identifier: Apache-2.0
"""Problems on graphs as products in semirings, one for each operation beside GEMM.

The entry i, j of an adjacency matrix is the weight of the edge from i to j, or what no path has: the neutral
element of op2. Paths of at most 2t edges are the product of those of at most t with themselves, so some
squarings give all paths (Gondran and Minoux, Graphs, Dioids and Semirings, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.ops import Op
from tb.workloads.graph_data import Edge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.engine import Engine
    from models.values import Values


@dataclass(frozen=True, slots=True)
class Semiring:
    """The paths that an operation finds.

    Attributes:
        op: The operation: op1 joins two paths, op2 chooses between paths.
        none: Weight where there is no edge: op2's neutral element.
        stay: Weight of the path of no edges: op1's neutral element.
    """

    op: Op
    none: float
    stay: float


SHORTEST = Semiring(Op.ADDMIN, np.inf, 0.0)
"""Shortest paths: lengths add up, the least counts."""
CRITICAL = Semiring(Op.ADDMAX, -np.inf, 0.0)
"""Critical paths of a graph without circles: durations add up, the greatest counts."""
MOST_RELIABLE = Semiring(Op.MULMAX, 0.0, 1.0)
"""Most reliable paths: probabilities multiply, the greatest counts."""
LEAST_RELIABLE = Semiring(Op.MULMIN, np.inf, 1.0)
"""Least reliable paths of a graph without circles: probabilities multiply, the least counts."""
WIDEST = Semiring(Op.MINMAX, 0.0, np.inf)
"""Widest paths: the narrowest edge of a path counts, the widest path is taken."""
BOTTLENECK = Semiring(Op.MAXMIN, np.inf, 0.0)
"""Paths whose longest edge is the shortest: those of a minimum spanning tree."""


def adjacency(semiring: Semiring, count: int, edges: Iterable[Edge], directed: bool) -> Values:
    """Returns the weights of a graph's edges as a matrix, with the path of no edges on its diagonal.

    Of parallel edges the one that op2 chooses counts.
    """
    weights = np.full((count, count), semiring.none)
    np.fill_diagonal(weights, semiring.stay)
    choose = max if semiring.op in (Op.ADDMAX, Op.MULMAX, Op.MINMAX) else min
    for start, end, weight in edges:
        weights[start, end] = choose(weights[start, end], weight)
        if not directed:
            weights[end, start] = choose(weights[end, start], weight)
    return weights


def closure(engine: Engine, semiring: Semiring, weights: Values) -> Values:
    """Returns the weight of the best path between each two nodes, by squaring until all paths are in.

    Args:
        engine: Computes the products.
        semiring: The paths.
        weights: Of the edges, as `adjacency` has them.
    """
    paths, edges = weights, 1
    while edges < len(weights) - 1:
        longer = engine.gemm_op(semiring.op, paths, paths, paths, label=f"paths of {2 * edges} edges")
        edges *= 2
        if np.array_equal(longer, paths, equal_nan=True):
            break
        paths = longer
    return paths
