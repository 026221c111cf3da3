# SPDX-License-Identifier: Apache-2.0
"""Graph problems against networkx, and what rounding does to them."""

from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from models.engine import Engine
from models.ops import Op
from regressions.workloads.rounding import exact_closure, rounding
from tb.workloads.graph_data import FOLDER, graph
from tb.workloads.graphs import SHORTEST, adjacency, closure
from tb.workloads.problems import (
    PROBLEMS,
    CriticalChains,
    GraphProblem,
    ReliablePipes,
    ShortestStages,
    ShortestWays,
    StrongestTies,
    WeakestPipes,
)

_GRAPHS = sorted(path.stem for path in FOLDER.glob("*.json"))


def _networkx(problem: type[GraphProblem]) -> nx.Graph:
    """The graph as networkx has it; of parallel edges there are none but in one problem."""
    made = nx.DiGraph() if problem.directed else nx.Graph()
    made.add_nodes_from(range(problem.graph().nodes))
    made.add_weighted_edges_from(problem.edges())
    return made


def _judged(problem: type[GraphProblem]) -> np.ndarray:
    """The answer of another library, in float64."""
    made = _networkx(problem)
    count = made.number_of_nodes()
    best = np.full((count, count), problem.semiring.none)
    np.fill_diagonal(best, problem.semiring.stay)
    judge = _JUDGES[problem]
    for start in made:
        for end, value in judge(made, start).items():
            if end != start:
                best[start, end] = value
    return best


def _dijkstra(made: nx.Graph, start: int) -> dict[int, float]:
    return nx.single_source_dijkstra_path_length(made, start)


def _longest(made: nx.DiGraph, start: int) -> dict[int, float]:
    """Bellman and Ford's shortest paths of negative weights: longest ones, where there is no circle."""
    turned = nx.DiGraph((u, v, {"weight": -d["weight"]}) for u, v, d in made.edges(data=True))
    if start not in turned:
        return {}
    return {end: -value for end, value in nx.single_source_bellman_ford_path_length(turned, start).items()}


def _product(sign: float) -> Callable[[nx.Graph, int], dict[int, float]]:
    """Products of probabilities as sums of logarithms."""

    def judge(made: nx.Graph, start: int) -> dict[int, float]:
        logs = type(made)(
            (u, v, {"weight": -sign * np.log(d["weight"])}) for u, v, d in made.edges(data=True)
        )
        if start not in logs:
            return {}
        lengths = nx.single_source_bellman_ford_path_length(logs, start)
        return {end: float(np.exp(-sign * value)) for end, value in lengths.items()}

    return judge


def _along(tree_of: Callable[[nx.Graph], nx.Graph], choose: Callable[..., float]) -> Callable[..., dict]:
    """The edge that counts on the way through a spanning tree."""

    def judge(made: nx.Graph, start: int) -> dict[int, float]:
        tree = tree_of(made)
        ways = nx.single_source_shortest_path(tree, start)
        return {
            end: choose(tree[u][v]["weight"] for u, v in pairwise(way))
            for end, way in ways.items()
            if way[1:]
        }

    return judge


_JUDGES = {
    ShortestWays: _dijkstra,
    CriticalChains: _longest,
    ReliablePipes: _product(1.0),
    WeakestPipes: _product(-1.0),
    StrongestTies: _along(nx.maximum_spanning_tree, min),
    ShortestStages: _along(nx.minimum_spanning_tree, max),
}

_TOLERANCE = {
    ShortestWays: 3e-3,  # a rounding of 2**-11 at each of some joins
    CriticalChains: 1e-3,
    ReliablePipes: 6e-3,
    WeakestPipes: 3e-3,
    StrongestTies: 0.0,  # comparisons do not round, and small whole numbers are exact
    ShortestStages: 2**-11,  # the lengths themselves are rounded
}


def test_each_operation_beside_gemm_has_a_problem() -> None:
    assert {problem.semiring.op for problem in PROBLEMS} == {op for op in Op if not op.is_fma}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_answers_are_those_of_networkx_but_for_rounding(problem: type[GraphProblem]) -> None:
    ours, theirs = problem.solve(Engine()), _judged(problem)
    assert np.array_equal(np.isfinite(ours), np.isfinite(theirs))
    finite = np.isfinite(theirs)
    assert np.allclose(ours[finite], theirs[finite], rtol=_TOLERANCE[problem], atol=0.0)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_float64_agrees_with_networkx(problem: type[GraphProblem]) -> None:
    exact = exact_closure(problem.semiring, problem.weights())
    assert np.allclose(exact, _judged(problem), rtol=1e-12, atol=0.0)


def test_rounding_is_told_and_not_hidden() -> None:
    found = rounding(ShortestWays)
    assert 0 < found.largest < 0.003
    assert 0 < found.turned < found.tied < found.pairs / 1000
    exact = rounding(StrongestTies)
    assert (exact.largest, exact.turned, exact.tied) == (0.0, 0, 0)
    assert exact.pairs > 1000


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_graph_is_worth_the_operation(problem: type[GraphProblem]) -> None:
    """Most pairs of nodes have a way of several edges: their weight is no weight of an edge."""
    weights, answer = problem.weights(), problem.solve(Engine())
    assert np.mean(weights != answer) > 0.02
    assert np.isfinite(answer).sum() > len(answer)


def test_squaring_ends_when_nothing_changes() -> None:
    chain = [(place, place + 1, 1.0) for place in range(8)]
    engine = Engine()
    ways = closure(engine, SHORTEST, adjacency(SHORTEST, 9, chain, directed=True))
    assert ways[0, 8] == 8.0
    assert np.isinf(ways[8, 0])
    assert len(engine.jobs) == 3
    star = [(0, place, 1.0) for place in range(1, 40)]
    engine = Engine()
    closure(engine, SHORTEST, adjacency(SHORTEST, 40, star, directed=False))
    assert len(engine.jobs) == 2


def test_of_parallel_edges_the_better_one_counts() -> None:
    weights = adjacency(SHORTEST, 2, [(0, 1, 5.0), (0, 1, 3.0), (0, 1, 4.0)], directed=True)
    assert weights[0, 1] == 3.0


@pytest.mark.parametrize("name", _GRAPHS)
def test_data_say_where_they_are_from(name: str) -> None:
    data = graph(name)
    assert data.source
    assert data.licence
    assert {place for start, end, _ in data.edges for place in (start, end)} == set(range(data.nodes))
    assert f"`{name}.json`" in (FOLDER / "README.md").read_text()
    if data.directed:
        made = nx.DiGraph((start, end) for start, end, _ in data.edges)
        assert nx.is_directed_acyclic_graph(made)
