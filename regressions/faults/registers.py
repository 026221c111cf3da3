# SPDX-License-Identifier: Apache-2.0
"""Registers of a device: what its elaborated design assigns at an edge of a clock."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Node = Mapping[str, Any]
"""A node of the tree that Verilator writes: attributes, and lists of the nodes below it."""
Chosen = Mapping[str, int | None]
"""Variables of a module by their addresses in the tree, with `ScopedVariable.written`."""

_EDGES = ("POS", "NEG", "BOTH")
_INITIAL = ("INITIAL", "INITIALSTATIC")
_SELECTIONS = ("SEL", "ARRAYSEL", "STRUCTSEL")


@dataclass(frozen=True, slots=True, order=True)
class ScopedVariable:
    """A variable of an instance.

    Attributes:
        scope: hierarchical name of the scope that declares it, a generate block or an instance
        name: of the variable
        module: of the instance, as the source names it
        port: True if it is a port of the module
        written: of one with an initial value, a mask of the packed bits that an edge writes, -1 for all of
            them; otherwise None
    """

    scope: str
    name: str
    module: str
    port: bool = False
    written: int | None = None


def clocked_variables(tree: Path) -> list[ScopedVariable]:
    """Variables of all instances that are assigned at an edge, in the order of the hierarchy.

    Variables of loops are none: they are no state.

    Raises:
        ValueError: An assignment has a left side that this does not know.
    """
    return _everywhere(json.loads(tree.read_text()), _clocked_in)


def _everywhere(content: Node, chosen: Callable[[Node], Chosen]) -> list[ScopedVariable]:
    """Variables of all instances that are chosen in their modules: by address what of them is written."""
    modules = {node["addr"]: node for node in content["modulesp"]}
    named = {address: chosen(module) for address, module in modules.items()}
    top = next(iter(modules.values()))
    return [*_below(top, top["name"], top, modules, named)]


def _below(
    node: Node, scope: str, module: Node, modules: Mapping[str, Node], named: Mapping[str, Chosen]
) -> Iterator[ScopedVariable]:
    """Those of a scope and all within it."""
    mine = named[module["addr"]]
    for child in node.get("stmtsp", []) + node.get("itemsp", []):
        if child["type"] == "VAR" and child["addr"] in mine:
            port, written = child["direction"] != "NONE", mine[child["addr"]]
            yield ScopedVariable(scope, child["origName"], module["origName"], port, written)
        elif child["type"] == "GENBLOCK":
            yield from _below(child, f"{scope}.{child['name']}", module, modules, named)
        elif child["type"] == "CELL":
            inside = modules[child["modp"]]
            yield from _below(inside, f"{scope}.{child['name']}", inside, modules, named)


def _clocked_in(module: Node) -> Chosen:
    """Addresses of the variables of a module that are assigned at an edge, with what of them is written."""
    variables = {node["addr"]: node for node in _all(module) if node["type"] == "VAR"}
    found: dict[str, int] = {}
    for block in _all(module):
        if block["type"] == "ALWAYS" and _clocked(block):
            for node in _all(block):
                if node["type"].startswith("ASSIGN"):
                    for address, bits in _assigned(node["lhsp"][0]):
                        found[address] = found.get(address, 0) | bits
    initial = {
        node["varp"]
        for block in _all(module)
        if block["type"] in _INITIAL
        for node in _all(block)
        if node["type"] == "VARREF" and node["access"] != "RD"
    }
    loops = {address for address in found if variables[address].get("isUsedLoopIdx")}
    return {
        address: bits if address in initial else None
        for address, bits in found.items()
        if address not in loops
    }


def _clocked(block: Node) -> bool:
    """Tell whether a block waits for an edge."""
    trees = block.get("sentreep", [])
    return any(item.get("edgeType") in _EDGES for tree in trees for item in tree["sensesp"])


def _assigned(node: Node) -> Iterator[tuple[str, int]]:
    """Addresses of the variables of a left side, and a mask of their bits in it, -1 if it may be any."""
    if node["type"] == "VARREF":
        yield node["varp"], -1
    elif node["type"] == "CONCAT":
        yield from _assigned(node["lhsp"][0])
        yield from _assigned(node["rhsp"][0])
    elif node["type"] in _SELECTIONS:
        of, place = node["fromp"][0], node.get("lsbp", [{"type": ""}])[0]
        plain = of["type"] == "VARREF" and place["type"] == "CONST"
        bits = (1 << node["widthConst"]) - 1 << int(place["name"].rpartition("h")[2], 16) if plain else -1
        yield from ((address, bits) for address, _ in _assigned(of))
    else:
        raise ValueError(f"an assignment to {node['type']} at {node.get('loc', 'an unknown place')}")


def _all(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for children in node.values():
        if isinstance(children, list):
            for child in children:
                if isinstance(child, dict):
                    yield from _all(child)
