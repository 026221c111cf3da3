# SPDX-License-Identifier: Apache-2.0
"""Registers and nets of a device: what its elaborated design assigns at an edge of a clock, and all else."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Node = Mapping[str, Any]
"""A node of the tree that Verilator writes: attributes, and lists of the nodes below it."""

_EDGES = ("POS", "NEG", "BOTH")
_PACKED = ("BASICDTYPE", "PACKARRAYDTYPE", "STRUCTDTYPE", "ENUMDTYPE")
_NETS = ("VAR", "WIRE", "PORT")
_SELECTIONS = ("SEL", "ARRAYSEL", "STRUCTSEL")


@dataclass(frozen=True, slots=True, order=True)
class ScopedVariable:
    """A variable of an instance.

    Attributes:
        scope: hierarchical name of the scope that declares it, a generate block or an instance
        name: of the variable
        module: of the instance, as the source names it
        port: True if it is a port of the module
    """

    scope: str
    name: str
    module: str
    port: bool = False


def clocked_variables(tree: Path) -> list[ScopedVariable]:
    """Variables of all instances that are assigned at an edge, in the order of the hierarchy.

    Variables of loops are none: they are no state.

    Raises:
        ValueError: An assignment has a left side that this does not know.
    """
    return _everywhere(json.loads(tree.read_text()), _clocked_in)


def nets(tree: Path) -> list[ScopedVariable]:
    """Variables of all instances but the shell that are combinational, in the order of the hierarchy.

    Unpacked arrays, variables within a block, and clocks and resets, by the names that edges have, are none
    of them.
    """
    content = json.loads(tree.read_text())
    edges = {
        reference["name"] for node in _all(content) if node["type"] == "SENITEM" for reference in _all(node)
    }
    types = {node["addr"]: node for part in content["miscsp"] for node in _all(part)}

    def packed(node: Node) -> bool:
        dtype = types.get(node["dtypep"])
        while dtype is not None and dtype["type"] == "REFDTYPE":
            dtype = types.get(dtype["refDTypep"])
        return dtype is not None and dtype["type"] in _PACKED

    def combinational(module: Node) -> set[str]:
        variables = [node for node in _all(module) if node["type"] == "VAR" and packed(node)]
        return {node["addr"] for node in variables if node["varType"] in _NETS} - _clocked_in(module)

    found = _everywhere(content, combinational)
    return [each for each in found if "." in each.scope and each.name not in edges]


def _everywhere(content: Node, chosen: Callable[[Node], set[str]]) -> list[ScopedVariable]:
    """Variables of all instances that are chosen in their modules."""
    modules = {node["addr"]: node for node in content["modulesp"]}
    named = {address: chosen(module) for address, module in modules.items()}
    top = next(iter(modules.values()))
    return [*_below(top, top["name"], top, modules, named)]


def _below(
    node: Node, scope: str, module: Node, modules: Mapping[str, Node], named: Mapping[str, Collection[str]]
) -> Iterator[ScopedVariable]:
    """Those of a scope and all within it."""
    for child in node.get("stmtsp", []) + node.get("itemsp", []):
        if child["type"] == "VAR" and child["addr"] in named[module["addr"]]:
            yield ScopedVariable(scope, child["origName"], module["origName"], child["direction"] != "NONE")
        elif child["type"] == "GENBLOCK":
            yield from _below(child, f"{scope}.{child['name']}", module, modules, named)
        elif child["type"] == "CELL":
            inside = modules[child["modp"]]
            yield from _below(inside, f"{scope}.{child['name']}", inside, modules, named)


def _clocked_in(module: Node) -> set[str]:
    """Addresses of the variables of a module that are assigned at an edge."""
    variables = {node["addr"]: node for node in _all(module) if node["type"] == "VAR"}
    blocks = [node for node in _all(module) if node["type"] == "ALWAYS" and _clocked(node)]
    found = {
        address
        for block in blocks
        for node in _all(block)
        if node["type"].startswith("ASSIGN")
        for address in _assigned(node["lhsp"][0])
    }
    loops = {address for address in found if variables[address].get("isUsedLoopIdx")}
    return found - loops


def _clocked(block: Node) -> bool:
    """Tell whether a block waits for an edge."""
    trees = block.get("sentreep", [])
    return any(item.get("edgeType") in _EDGES for tree in trees for item in tree["sensesp"])


def _assigned(node: Node) -> Iterator[str]:
    """Addresses of the variables of a left side."""
    if node["type"] == "VARREF":
        yield node["varp"]
    elif node["type"] == "CONCAT":
        yield from _assigned(node["lhsp"][0])
        yield from _assigned(node["rhsp"][0])
    elif node["type"] in _SELECTIONS:
        yield from _assigned(node["fromp"][0])
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
