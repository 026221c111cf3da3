# SPDX-License-Identifier: Apache-2.0
"""Netlists as Yosys writes them (`write_json`)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Bit = int | str
"""A net of a module, or a constant: "0", "1", "x", "z"."""


@dataclass(frozen=True, slots=True)
class SynthesisUnit:
    """A module with parameters, synthesized once for all its instances."""

    module: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The module with its parameters, as people and file names have it."""
        return "-".join([self.module, *(f"{name}{value}" for name, value in self.parameters)])


@dataclass(frozen=True, slots=True)
class NetlistCell:
    """A cell of a netlist.

    Attributes:
        name: its name in the module
        kind: name of the library's cell, Yosys' name of an operator, or a module's
        unit: the unit that it is an instance of; None for cells
        inputs: bits at its inputs, by port
        outputs: bits at its outputs, by port
        source: place in the source, file:line
        parameters: of the operator
    """

    name: str
    kind: str
    unit: SynthesisUnit | None
    inputs: Mapping[str, list[Bit]]
    outputs: Mapping[str, list[Bit]]
    source: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Netlist:
    """A module as cells and nets.

    Attributes:
        cells: all cells
        inputs: bits of the input ports, by name
        outputs: bits of the output ports, by name
        names: a name of each net, one that the source has where there is one
        memories: words and bits of a word of each memory, by name
    """

    cells: list[NetlistCell]
    inputs: Mapping[str, list[Bit]]
    outputs: Mapping[str, list[Bit]]
    names: Mapping[int, str]
    memories: Mapping[str, tuple[int, int]]

    @property
    def children(self) -> list[tuple[str, SynthesisUnit]]:
        """Instances of other units."""
        return [(cell.name, cell.unit) for cell in self.cells if cell.unit is not None]


def read_netlist(path: Path, module: str, known: Mapping[str, Collection[str]]) -> Netlist:
    """The netlist of a module in a file that Yosys wrote.

    `known` are the modules that may be units, with the parameters that are no constants.
    """
    content = json.loads(path.read_text())["modules"]
    found = content[module]
    ports: dict[str, dict[str, list[Bit]]] = {"input": {}, "output": {}, "inout": {}}
    for name, port in found["ports"].items():
        ports[port["direction"]][name] = port["bits"]
    names: dict[int, str] = {}
    for name, net in sorted(found["netnames"].items(), key=lambda item: (item[1]["hide_name"], len(item[0]))):
        for place, bit in enumerate(net["bits"]):
            if isinstance(bit, int):
                names.setdefault(bit, name if len(net["bits"]) == 1 else f"{name}[{place}]")
    cells = [_cell(name, cell, known) for name, cell in found["cells"].items()]
    memories = {name: (each["size"], each["width"]) for name, each in found.get("memories", {}).items()}
    return Netlist(cells, ports["input"], ports["output"], names, memories)


def _cell(name: str, cell: dict[str, Any], boxes: Mapping[str, Collection[str]]) -> NetlistCell:
    kind, directions = cell["type"], cell["port_directions"]
    pins: dict[str, dict[str, list[Bit]]] = {"input": {}, "output": {}, "inout": {}}
    for port, bits in cell["connections"].items():
        pins[directions[port]][port] = bits
    parameters = {key: _value(value) for key, value in cell["parameters"].items()}
    unit = None
    if kind in boxes:
        unit = SynthesisUnit(
            kind, tuple(sorted((key, parameters[key]) for key in parameters.keys() & boxes[kind]))
        )
    source = cell["attributes"].get("src", "").partition("|")[0].partition("-")[0]
    place, _, column = source.rpartition(".")
    return NetlistCell(
        name, kind, unit, pins["input"], pins["output"], place if column.isdigit() else source, parameters
    )


def _value(text: Any) -> str:
    """A parameter: numbers are written as bits."""
    return str(int(text, 2)) if isinstance(text, str) and text and not set(text) - {"0", "1"} else str(text)
