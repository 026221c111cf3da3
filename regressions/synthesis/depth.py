# SPDX-License-Identifier: Apache-2.0
"""Logic depth: the longest paths from register to register through the cells of a whole device."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from regressions.errors import UserError
from regressions.synthesis.flow import Synthesized
from regressions.yosys.netlist import Bit, Netlist, NetlistCell, SynthesisUnit


@dataclass(frozen=True, slots=True)
class LongPath:
    """The longest path between two registers or ports, of all that have their names.

    Attributes:
        levels: cells on it, buffers aside
        start: register or input where it begins, with the units around it; indices left out
        end: register or output where it ends
        alike: number of ends, by bit and instance, that are as far from the same start
    """

    levels: int
    start: str
    end: str
    alike: int


class _Flat:
    """A device without hierarchy: nets are numbers, and those that are connected through ports are one."""

    def __init__(self, device: Synthesized) -> None:
        self._device = device
        self._same: list[int] = []
        self.names: list[str] = []
        self.driver: dict[int, tuple[int, list[int]]] = {}  # cost and input nets of the cell at a net
        self.starts: set[int] = set()
        self.ends: list[int] = []
        self.end_names: dict[int, str] = {}
        top = device.units[device.top]
        nets: dict[int, int] = {}
        for name, bits in top.inputs.items():
            self.starts.update(self._net(nets, bit, f"input {name}") for bit in _wired(bits))
        self._place(device.top, "", nets)
        for name, bits in top.outputs.items():
            for bit in _wired(bits):
                self._end(self._net(nets, bit, ""), f"output {name}")

    def _net(self, nets: dict[int, int], bit: int, name: str) -> int:
        if bit not in nets:
            nets[bit] = len(self._same)
            self._same.append(nets[bit])
            self.names.append(name)
        return nets[bit]

    def find(self, net: int) -> int:
        """The net that stands for all that are connected with one."""
        while self._same[net] != net:
            self._same[net] = self._same[self._same[net]]
            net = self._same[net]
        return net

    def _end(self, net: int, name: str) -> None:
        self.ends.append(net)
        self.end_names[net] = name

    def _place(self, unit: SynthesisUnit, path: str, nets: dict[int, int]) -> None:
        netlist, library = self._device.units[unit], self._device.library
        for cell in netlist.cells:
            pins = [
                self._net(nets, bit, path + _base(netlist.names.get(bit, "")))
                for bits in cell.inputs.values()
                for bit in _wired(bits)
            ]
            if cell.unit is not None:
                self._inside(cell, path, nets, netlist)
                continue
            out = next(
                (
                    self._net(nets, bit, path + _base(netlist.names.get(bit, "")))
                    for bits in cell.outputs.values()
                    for bit in _wired(bits)
                ),
                None,
            )
            if out is None:
                continue
            if cell.kind in library.registers:
                self.starts.add(out)
                register = self.names[out]
                data = [bit for port, bits in cell.inputs.items() if port == "D" for bit in _wired(bits)]
                for bit in data:
                    self._end(nets[bit], register)
            else:
                self.driver[out] = (int(not cell.kind.startswith(("BUF", "CLKBUF"))), pins)

    def _inside(self, cell: NetlistCell, path: str, nets: dict[int, int], netlist: Netlist) -> None:
        assert cell.unit is not None, "only units are looked into"
        child = self._device.units[cell.unit]
        inner: dict[int, int] = {}
        for port, bits in {**cell.inputs, **cell.outputs}.items():
            own = child.inputs.get(port) or child.outputs.get(port) or []
            for outside, inside in zip(bits, own, strict=True):
                if not isinstance(outside, int) or not isinstance(inside, int):
                    continue
                net = self._net(nets, outside, path + _base(netlist.names.get(outside, "")))
                if inside in inner:
                    self._same[self.find(net)] = self.find(inner[inside])
                else:
                    inner[inside] = net
        self._place(cell.unit, f"{path}{_base(cell.name)}.", inner)


def longest(device: Synthesized, count: int = 10) -> list[LongPath]:
    """The longest paths of a device, one for each pair of names, the longest first.

    Raises:
        UserError: Cells form a loop.
    """
    flat = _Flat(device)
    level, origin = _levels(flat)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for end in flat.ends:
        net = flat.find(end)
        start = flat.names[origin[net]] if net in origin else ""
        if start:
            found[start, flat.end_names[end]].append(level[net])
    ranked = sorted(found.items(), key=lambda item: (-max(item[1]), item[0]))
    return [
        LongPath(max(levels), start, end, levels.count(max(levels)))
        for (start, end), levels in ranked[:count]
    ]


def _levels(flat: _Flat) -> tuple[dict[int, int], dict[int, int]]:
    """Distance of each net from registers and inputs, and the one that is so far away."""
    driver = {
        flat.find(net): (cost, [flat.find(pin) for pin in pins]) for net, (cost, pins) in flat.driver.items()
    }
    level: dict[int, int] = {flat.find(net): 0 for net in flat.starts}
    origin = {net: net for net in level}
    for root in driver:
        for net in _upwards(root, driver, level):
            cost, pins = driver[net]
            far = max(pins, key=lambda pin: level.get(pin, -1), default=None)
            level[net] = cost + (level.get(far, 0) if far is not None else 0)
            if far in origin:
                origin[net] = origin[far]
    return level, origin


def _upwards(root: int, driver: dict[int, tuple[int, list[int]]], level: dict[int, int]) -> Iterator[int]:
    """Nets without a level that a net needs, each behind those that it needs itself; the net is the last."""
    stack, open_nets = [(root, False)], set[int]()
    while stack:
        net, seen = stack.pop()
        if net in level or net not in driver:
            continue
        if seen:
            open_nets.discard(net)
            yield net
            continue
        if net in open_nets:
            raise UserError("cells form a loop, which has no depth; see the findings")
        open_nets.add(net)
        stack.append((net, True))
        stack += [(pin, False) for pin in driver[net][1] if pin not in level]


def _wired(bits: list[Bit]) -> Iterator[int]:
    return (bit for bit in bits if isinstance(bit, int))


def _base(name: str) -> str:
    """A name without indices, so that bits and equal instances are one."""
    out, inside = "", 0
    for letter in name:
        inside += (letter == "[") - (letter == "]")
        out += letter if not inside and letter != "]" else ""
    return out
