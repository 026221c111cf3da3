# SPDX-License-Identifier: Apache-2.0
"""Graphs that ship with the project: `data/<name>.json`, each with its source and licence."""

from functools import cache
from pathlib import Path

from msgspec import Struct, json

FOLDER = Path(__file__).parent / "data"

Edge = tuple[int, int, float]
"""Start, end and weight."""


class Graph(Struct, frozen=True):
    """A graph with weights at its edges."""

    title: str
    source: str  # where it is from
    licence: str
    unit: str  # of the weights
    directed: bool
    nodes: int  # number of them; edges name them from 0
    edges: tuple[Edge, ...]
    names: tuple[str, ...] = ()  # of the nodes, where they have some


@cache
def graph(name: str) -> Graph:
    """Returns a graph of the project.

    Raises:
        OSError: There is none of the name.
    """
    return json.decode((FOLDER / f"{name}.json").read_bytes(), type=Graph)
