# SPDX-License-Identifier: Apache-2.0
"""A problem on a real graph for each operation beside GEMM, as workloads (docs/workloads.md)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, ClassVar

from tb.workloads.graph_data import Edge, Graph, graph
from tb.workloads.graphs import (
    BOTTLENECK,
    CRITICAL,
    LEAST_RELIABLE,
    MOST_RELIABLE,
    SHORTEST,
    WIDEST,
    Semiring,
    adjacency,
    closure,
)
from tb.workloads.workload import Workload

if TYPE_CHECKING:
    from models.engine import Engine
    from models.values import Values

_BREAKS_A_FOOT = 0.11 / 5280
"""Breaks of a water main in a year (Barfuss, Water Main Break Rates in the USA and Canada, 2023)."""


class GraphProblem(Workload):
    """The best path between each two nodes of a graph, in a semiring."""

    semiring: ClassVar[Semiring]
    data: ClassVar[str]
    directed: ClassVar[bool] = False

    @classmethod
    def graph(cls) -> Graph:
        """Returns the graph of `data`."""
        return graph(cls.data)

    @classmethod
    def edges(cls) -> tuple[Edge, ...]:
        """Returns the edges with the weights of the problem."""
        return cls.graph().edges

    @classmethod
    def weights(cls) -> Values:
        """Returns the matrix of the edges."""
        return adjacency(cls.semiring, cls.graph().nodes, cls.edges(), cls.directed)

    @classmethod
    def program(cls, engine: Engine) -> None:
        """Solves the problem."""
        cls.solve(engine)

    @classmethod
    def solve(cls, engine: Engine) -> Values:
        """Returns the weight of the best path between each two nodes."""
        return closure(engine, cls.semiring, cls.weights())


class ShortestWays(GraphProblem):
    """Shortest ways through the streets of a town, in feet (ADDMIN)."""

    semiring = SHORTEST
    data = "streets"


class CriticalChains(GraphProblem):
    """Chains of packages that take longest, if each waits for those it requires, by megabytes (ADDMAX)."""

    semiring = CRITICAL
    data = "packages"
    directed = True


class ReliablePipes(GraphProblem):
    """Ways through a water supply that most probably last a year without a break (MULMAX)."""

    semiring = MOST_RELIABLE
    data = "water_pipes"

    @classmethod
    def edges(cls) -> tuple[Edge, ...]:
        """Returns the probabilities that a pipe does not break in a year, which its length decides."""
        return tuple((start, end, exp(-_BREAKS_A_FOOT * feet)) for start, end, feet in cls.graph().edges)


class WeakestPipes(ReliablePipes):
    """Ways downhill through a water supply that most probably break in a year (MULMIN)."""

    semiring = LEAST_RELIABLE
    directed = True


class StrongestTies(GraphProblem):
    """Ways through a social network whose weakest tie is as strong as can be (MINMAX)."""

    semiring = WIDEST
    data = "karate_club"


class ShortestStages(GraphProblem):
    """Ways through the streets of a town whose longest stage is as short as can be, in feet (MAXMIN)."""

    semiring = BOTTLENECK
    data = "streets"


PROBLEMS: tuple[type[GraphProblem], ...] = (
    ShortestWays,
    CriticalChains,
    ReliablePipes,
    WeakestPipes,
    StrongestTies,
    ShortestStages,
)
"""All of them."""
