# SPDX-License-Identifier: Apache-2.0
"""Imports between the packages of the house: those of the code, and those that the picture shows."""

import re
from collections.abc import Iterable
from functools import cache

import grimp

from regressions.paths import ROOT

Edge = tuple[str, str]

_TOPS = ("regressions", "tb", "models")
_ARROW = re.compile(r"^ +([\w.]+) --> ([\w.]+(?: & [\w.]+)*)$", re.MULTILINE)


def _package(module: str) -> str:
    """Package that a module belongs to; empty for a module directly in `regressions` or `tb`."""
    top, *below = module.split(".")
    if top == "models":
        return top
    return f"{top}.{below[0]}" if below and (ROOT / top / below[0]).is_dir() else ""


@cache
def imports() -> frozenset[Edge]:
    """Pairs of packages of which the first imports from the second."""
    graph = grimp.build_graph(*_TOPS)
    edges = (
        (_package(module), _package(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    )
    return frozenset((above, below) for above, below in edges if above and below and above != below)


def drawn(text: str) -> frozenset[Edge]:
    """Arrows of a Mermaid flowchart."""
    return frozenset(
        (above, below) for above, all_below in _ARROW.findall(text) for below in all_below.split(" & ")
    )


def reached(edges: Iterable[Edge]) -> frozenset[Edge]:
    """Pairs of which the first leads to the second over one or more edges."""
    found = set(edges)
    while True:
        further = {(a, d) for a, b in found for c, d in found if b == c} - found
        if not further:
            return frozenset(found)
        found |= further


def reduced(edges: frozenset[Edge]) -> frozenset[Edge]:
    """Edges of a graph without circles that no longer way replaces."""
    closure = reached(edges)
    nodes = {node for edge in edges for node in edge}
    return frozenset(
        (a, b) for a, b in edges if not any((a, n) in closure and (n, b) in closure for n in nodes)
    )
