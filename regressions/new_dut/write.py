# SPDX-License-Identifier: Apache-2.0
"""Texts of a descriptor and of a wrapper."""

from collections.abc import Sequence
from pathlib import Path

from models.ops import Op
from regressions.accelerator.shell import contract_ports
from regressions.new_dut.elaborate import ModulePort
from regressions.new_dut.match import Match, Pair
from regressions.pages import templates

_HERE = Path(__file__).parent
_SHAPE = ("H", "L", "P", "DW")
_STRANGE = "nothing in the contract stands for it"


def wrapper_name(match: Match) -> str:
    """Return the name of the module around a device; of the device where none is needed."""
    return match.top.name if match.direct else f"{match.top.name}_contract"


def descriptor(match: Match, sources: Sequence[str], includes: Sequence[str], list_folder: str) -> str:
    """Return the text of a descriptor.

    Args:
        match: The device.
        sources: As the descriptor names them.
        includes: Folders of headers, likewise.
        list_folder: Folder at which relative paths in lists start.
    """
    own = match.own if match.direct else {}
    slowest = {"H": 1, "L": 1, "P": 0}
    known = slowest | dict(match.numbers)
    return _rendered(
        "descriptor.toml.j2",
        match=match,
        name=match.top.name,
        top=wrapper_name(match),
        sources=sources,
        includes=includes,
        list_folder=list_folder,
        parameters=", ".join(f"{name} = {value}" for name, value in own.items()),
        shape=", ".join(f"{name.lower()} = {known[name]}" for name in _SHAPE if name not in own),
        operations=", ".join(f'"{op.name}"' for op in Op),
    )


def wrapper(match: Match) -> str:
    """Return the text of the module that has the contract's ports and the device in it."""
    return _rendered(
        "wrapper.sv.j2",
        match=match,
        name=wrapper_name(match),
        ports=contract_ports(match.numbers["DW"], match.numbers["N_CORES"]).strip("\n"),
        outputs=[pair for pair in match.pairs if pair.contract.direction == "output" and not _plain(pair)],
        undriven=[port for port in match.missing if port.direction == "output"],
        connections=_connections(match),
        inside=_inside(match),
    )


def _plain(pair: Pair) -> bool:
    """Tell whether two ports are connected as they are."""
    return not pair.doubt and "." not in pair.port.name


def _connections(match: Match) -> list[tuple[ModulePort, str, str]]:
    """Ports of the device in their order, what is connected to each, and the reason to look at it."""
    pairs = {pair.port.name: pair for pair in match.pairs}
    connections = []
    for port in match.top.ports:
        pair, doubt = pairs.get(port.name), ""
        if pair is not None and _plain(pair):
            value = pair.contract.name if port.direction == "output" else pair.value
        elif port.members or (pair is not None and port.direction == "output"):
            value = f"device_{port.name}"
        elif pair is not None:
            value, doubt = pair.value, pair.doubt
        else:
            value = "'0" if port.plain and port.direction == "input" else ""
            doubt = _STRANGE if port.plain else f"{port.type} cannot be connected to a vector of bits"
        connections.append((port, value, doubt))
    return connections


def _inside(match: Match) -> list[tuple[ModulePort, str, str]]:
    """Inputs of the device in structures and interfaces, with the same."""
    pairs = {pair.port.name: pair for pair in match.pairs}
    inputs = [each for port in match.top.ports for each in port.members if each.direction == "input"]
    found = ((each, pairs.get(each.name)) for each in inputs)
    return [(each, pair.value, pair.doubt) if pair else (each, "'0", _STRANGE) for each, pair in found]


def _rendered(template: str, **values: object) -> str:
    return templates(_HERE).get_template(template).render(**values) + "\n"
