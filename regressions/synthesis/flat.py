# SPDX-License-Identifier: Apache-2.0
"""A synthesized device as one list of cells, in an order of evaluation (`cells/evaluator.h`)."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regressions.errors import UserError
from regressions.synthesis.flow import Synthesized
from regressions.synthesis.library import GENERIC
from regressions.yosys.netlist import Bit, SynthesisUnit

INPUTS = (
    *("clk_i", "rst_ni", "test_mode_i", "tcdm_gnt_i", "tcdm_r_data_i", "tcdm_r_valid_i", "periph_req_i"),
    *("periph_add_i", "periph_wen_i", "periph_be_i", "periph_data_i", "periph_id_i"),
)
"""Input ports, in the order of `cells/ports.h` and `cells/device.sv.j2`."""
OUTPUTS = (
    *("evt_o", "busy_o", "tcdm_req_o", "tcdm_add_o", "tcdm_wen_o", "tcdm_be_o", "tcdm_data_o"),
    *("periph_gnt_o", "periph_r_data_o", "periph_r_valid_o", "periph_r_id_o"),
)
"""Output ports, in that order."""

ZERO, ONE = 0, 1
_PINS = "ABCD"
_VALUES = {"A": 0xAAAA, "B": 0xCCCC, "C": 0xF0F0, "D": 0xFF00}  # of each input in the 16 rows of a table


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell of a device.

    Attributes:
        kind: name of the library's cell
        inputs: nets at A to D, or of a flip-flop at D and its reset; net 1 where it has none
        output: net that it drives
        instance: place in `FlatNetlist.instances`
    """

    kind: str
    inputs: tuple[int, ...]
    output: int
    instance: int


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """An instance of a unit.

    Attributes:
        path: names of the instances that lead to it; empty for the top
        module: its module
        parent: place of the one around it in `FlatNetlist.instances`; of the top its own
    """

    path: str
    module: str
    parent: int


@dataclass(frozen=True, slots=True)
class FlatNetlist:
    """A device without hierarchy; nets 0 and 1 are constants.

    Attributes:
        nets: number of nets
        cells: logic, each cell behind those that it reads
        registers: flip-flops
        ports: nets of each port, by name
        instances: instances of units, the top first
    """

    nets: int
    cells: Sequence[PlacedCell]
    registers: Sequence[PlacedCell]
    ports: Mapping[str, Sequence[int]]
    instances: Sequence[PlacedUnit]

    def words(self) -> NDArray[np.uint32]:
        """List all as numbers that `cells/netlist.h` reads."""
        tables = truth_tables()
        words: list[int] = [self.nets, len(self.cells)]
        for cell in self.cells:
            words += [*cell.inputs, *[ZERO] * (4 - len(cell.inputs)), cell.output, tables[cell.kind]]
        words.append(len(self.registers))
        for each in self.registers:
            data, reset = each.inputs
            words += [data, each.output, reset, int(each.kind == "DFFS")]
        for names in (INPUTS, OUTPUTS):
            words.append(len(names))
            for name in names:
                words += [len(self.ports[name]), *self.ports[name]]
        return np.array(words, "<u4")

    def followed(self) -> Iterator[tuple[str, str]]:
        """Each output that follows inputs without a clock edge, with one of these."""
        origin = {net: name for name in INPUTS for net in self.ports[name]}
        for cell in self.cells:
            met = next((origin[net] for net in cell.inputs if net in origin), None)
            if met is not None:
                origin[cell.output] = met
        for name in OUTPUTS:
            met = next((origin[net] for net in self.ports[name] if net in origin), None)
            if met is not None:
                yield name, met


def truth_tables() -> Mapping[str, int]:
    """The output of each generic cell without a register for all values of its inputs, A the lowest bit."""
    text = GENERIC.read_text()
    found = re.findall(r"cell\((\w+)\) \{.*?output; function : \"([^\"]+)\"", text, re.DOTALL)
    tables: dict[str, int] = {}
    for name, function in found:
        if function != "IQ":
            text = function.replace("!", "~").replace("S", "C")  # of a multiplexer: the third input
            tables[name] = _value(ast.parse(text, mode="eval").body) & 0xFFFF
    return tables


def _value(node: ast.expr) -> int:
    match node:
        case ast.Name(name):
            return _VALUES[name]
        case ast.UnaryOp(ast.Invert(), operand):
            return ~_value(operand)
        case ast.BinOp(left, ast.BitAnd(), right):
            return _value(left) & _value(right)
        case ast.BinOp(left, ast.BitOr(), right):
            return _value(left) | _value(right)
        case ast.BinOp(left, ast.BitXor(), right):
            return _value(left) ^ _value(right)
    raise UserError(f"{GENERIC.name}: {ast.unparse(node)} is no function that is known")


class _Placing:
    """Numbers of all nets of a device, those that ports connect being one."""

    def __init__(self, device: Synthesized) -> None:
        self._device = device
        self._same = [ZERO, ONE]
        self.instances: list[PlacedUnit] = []
        self.cells: list[PlacedCell] = []

    def net(self, nets: dict[int, int], bit: Bit) -> int:
        if not isinstance(bit, int):
            return ONE if bit == "1" else ZERO
        if bit not in nets:
            nets[bit] = len(self._same)
            self._same.append(nets[bit])
        return nets[bit]

    def find(self, net: int) -> int:
        while self._same[net] != net:
            self._same[net] = self._same[self._same[net]]
            net = self._same[net]
        return net

    def _join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._same[high] = low  # constants stay what they are

    def place(self, unit: SynthesisUnit, path: str, nets: dict[int, int], parent: int = 0) -> None:
        number = len(self.instances)
        self.instances.append(PlacedUnit(path.rstrip("."), unit.module, parent))
        registers = self._device.library.registers
        for cell in self._device.units[unit].cells:
            if cell.unit is not None:
                child, inner = self._device.units[cell.unit], dict[int, int]()
                for port, bits in {**cell.inputs, **cell.outputs}.items():
                    own = child.inputs.get(port) or child.outputs[port]
                    for outside, inside in zip(bits, own, strict=True):
                        net = self.net(nets, outside)
                        if isinstance(inside, int) and inside not in inner:
                            inner[inside] = net
                        else:
                            self._join(net, self.net(inner, inside))
                self.place(cell.unit, f"{path}{cell.name}.", inner, number)
                continue
            pins = {port: self.net(nets, bits[0]) for port, bits in cell.inputs.items()}
            (output,) = (self.net(nets, bits[0]) for bits in cell.outputs.values())
            inputs: tuple[int, ...]
            if cell.kind in registers:
                inputs = (pins["D"], pins.get("R", pins.get("S", ONE)))
            else:
                inputs = tuple(pins[pin] for pin in (*_PINS, "S") if pin in pins)
            self.cells.append(PlacedCell(cell.kind, inputs, output, number))


def flatten(device: Synthesized) -> FlatNetlist:
    """Place all cells of a device of generic cells.

    Raises:
        UserError: Cells form a loop.
    """
    placing, top, nets = _Placing(device), device.units[device.top], dict[int, int]()
    ports = {
        name: [placing.net(nets, bit) for bit in bits] for name, bits in {**top.inputs, **top.outputs}.items()
    }
    placing.place(device.top, "", nets)
    cells = [
        PlacedCell(cell.kind, tuple(map(placing.find, cell.inputs)), placing.find(cell.output), cell.instance)
        for cell in placing.cells
    ]
    registers = device.library.registers
    count = max((net for cell in cells for net in (*cell.inputs, cell.output)), default=ONE) + 1
    placed = {name: [placing.find(net) for net in bits] for name, bits in ports.items()}
    count = max(count, *(net + 1 for bits in placed.values() for net in bits))
    return FlatNetlist(
        count,
        [*_ordered([cell for cell in cells if cell.kind not in registers])],
        [cell for cell in cells if cell.kind in registers],
        placed,
        placing.instances,
    )


def _ordered(cells: Sequence[PlacedCell]) -> Iterator[PlacedCell]:
    """Cells, each behind those whose outputs it reads."""
    driver = {cell.output: cell for cell in cells}
    open_inputs = {cell.output: sum(net in driver for net in cell.inputs) for cell in cells}
    readers: dict[int, list[int]] = {}
    for cell in cells:
        for net in cell.inputs:
            if net in driver:
                readers.setdefault(net, []).append(cell.output)
    ready = [net for net, count in open_inputs.items() if not count]
    for net in ready:  # grows
        yield driver[net]
        for reader in readers.get(net, ()):
            open_inputs[reader] -= 1
            if not open_inputs[reader]:
                ready.append(reader)
    if len(ready) < len(cells):
        raise UserError("cells form a loop, which has no order of evaluation")
