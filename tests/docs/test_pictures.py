# SPDX-License-Identifier: Apache-2.0
"""Pictures in docs/architecture.md show the house as the code builds it."""

import ast
import re
from collections import defaultdict
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
    return frozenset((above, below) for above, names in _ARROW.findall(text) for below in names.split(" & "))


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
    ways = reached(edges)
    nodes = {node for edge in edges for node in edge}
    return frozenset((a, b) for a, b in edges if not any((a, n) in ways and (n, b) in ways for n in nodes))


TEXT = (ROOT / "docs" / "architecture.md").read_text()
HOUSE, WAY = re.findall(r"```mermaid\n(.*?)```", TEXT, re.DOTALL)
STEPS = re.findall(r'\["(\w+)<br>([\w/.]+)"\]', WAY)


def _as_text(edges: frozenset[Edge]) -> str:
    """Edges as the picture has them."""
    below = defaultdict(list)
    for package, imported in sorted(edges):
        below[package].append(imported)
    return "\n".join(f"    {package} --> {' & '.join(names)}" for package, names in below.items())


def test_the_house_is_drawn_as_it_is() -> None:
    should = reduced(imports())
    assert drawn(HOUSE) == should, f"the picture in docs/architecture.md should have\n{_as_text(should)}"


def test_no_package_imports_in_a_circle() -> None:
    assert [package for package, other in reached(imports()) if package == other] == []


def test_a_wrong_picture_is_found() -> None:
    edges = frozenset({("a", "b"), ("b", "c"), ("a", "c")})
    assert reduced(edges) == drawn("    a --> b\n    b --> c\n") != drawn("    a --> b & c\n")


def _defined(name: str, file: str) -> bool:
    """Return whether a file defines a class, function or module of that name."""
    path = ROOT / file
    if not path.is_file():
        return False
    if path.suffix != ".py":
        return re.search(rf"\b{name}\b", path.read_text()) is not None
    body = ast.parse(path.read_text()).body
    return any(isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name for node in body)


def test_each_step_of_a_job_exists() -> None:
    assert len(STEPS) > 20
    assert [step for step in STEPS if not _defined(*step)] == []


def test_a_step_that_is_gone_is_found() -> None:
    assert not _defined("Judge", "regressions/judge.py")
    assert not _defined("judge", "regressions/judges.py")
