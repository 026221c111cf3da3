# SPDX-License-Identifier: Apache-2.0
"""The contract's ports and those of a module, matched by name, direction and width."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regressions.accelerator.shell import contract_ports
from regressions.new_dut.elaborate import ModulePort, Top
from regressions.new_dut.names import meaning, parameter

_DECLARED = re.compile(r"(input|output) logic((?: \[\d+:0\]|\[\d+:0\])*) (\w+)")
_BOUND = re.compile(r"\[(\d+):0\]")
_UNKNOWN_DW, _UNKNOWN_CORES = 256, 8


@dataclass(frozen=True, slots=True)
class Pair:
    """A port of the contract and the port of the module that stands for it."""

    contract: ModulePort
    port: ModulePort
    opposite: bool  # the one is the other's complement

    @property
    def same(self) -> bool:
        """Nothing has to be done for it: name and width are the contract's."""
        return self.contract.name == self.port.name and not self.doubt

    @property
    def doubt(self) -> str:
        """Reason to look at a connection, or an empty text."""
        widths = f"{self.port.width} bits, the contract has {self.contract.width}"
        reasons = [widths] * (self.port.width != self.contract.width)
        return "; ".join([*reasons, *["taken for the complement"] * self.opposite])

    @property
    def value(self) -> str:
        """Expression for the side that receives: the module's for an input, the contract's for an output."""
        source, sink = self.contract, self.port
        if sink.direction == "output":
            source, sink = sink, source
        name = self.contract.name if source is self.contract else f"device_{source.name}"
        if source.width == 1 < sink.width and source is self.contract:
            text = f"{{{sink.width}{{{name}}}}}"
        elif source.width == sink.width:
            text = name
        else:
            text = f"{sink.width}'({name})"
        return f"~{text}" if self.opposite else text


@dataclass(frozen=True, slots=True)
class Match:
    """All that is known of a module's ports and numbers in the contract's terms."""

    top: Top
    numbers: Mapping[str, int]  # of H, L, P, DW, N_CORES: what its parameters and widths say
    own: Mapping[str, int]  # the parameters among them that have the contract's names
    pairs: tuple[Pair, ...]
    missing: tuple[ModulePort, ...]  # ports of the contract that nothing stands for
    strange: tuple[ModulePort, ...]  # signals of the module that stand for nothing

    @property
    def direct(self) -> bool:
        """The module has the contract's ports."""
        outputs = [port for port in self.missing if port.direction == "output"]
        return all(pair.same for pair in self.pairs) and not self.strange and not outputs

    @property
    def shape(self) -> bool:
        """The array's shape is known."""
        return {"H", "L", "P"} <= self.numbers.keys()


def match(top: Top) -> Match:
    """Match a module's ports with the contract's."""
    named = {own: (name, value) for name, value in top.parameters.items() if (own := parameter(name))}
    signals = [signal for port in top.ports for signal in port.members or (port,)]
    stand_ins = _pairs(contract(_UNKNOWN_DW, _UNKNOWN_CORES), signals)
    widths = {pair.contract.name: pair.port.width for pair in stand_ins}
    data = widths.get("tcdm_data_o", _UNKNOWN_DW + 32)
    if named.get("DW", ("", data))[1] not in (data, data - 32):
        del named["DW"]  # of another port
    cores = min(_UNKNOWN_CORES, max(1, widths.get("evt_o", 2 * _UNKNOWN_CORES) // 2))
    numbers = {"DW": max(32, data - 32), "N_CORES": cores}
    numbers |= {own: value for own, (_, value) in named.items()}
    ports = contract(numbers["DW"], numbers["N_CORES"])
    pairs = _pairs(ports, signals)
    taken = {pair.port.name for pair in pairs}
    given = {pair.contract.name for pair in pairs}
    return Match(
        top,
        numbers,
        {own: value for own, (name, value) in named.items() if own == name},
        pairs,
        tuple(port for port in ports if port.name not in given),
        tuple(signal for signal in signals if signal.name not in taken),
    )


def contract(dw: int, n_cores: int) -> tuple[ModulePort, ...]:
    """Return the ports of contract A4.1."""
    ports = []
    for direction, bounds, name in _DECLARED.findall(contract_ports(dw, n_cores)):
        width = 1
        for bound in _BOUND.findall(bounds):
            width *= int(bound) + 1
        ports.append(ModulePort(name, direction, width, f"logic{bounds}"))
    return tuple(ports)


def _pairs(contract: Iterable[ModulePort], ports: Iterable[ModulePort]) -> tuple[Pair, ...]:
    """Pairs in the contract's order, those that agree best first chosen."""
    ranked = sorted(
        (rank, place, each.name, each, port)
        for place, each in enumerate(contract)
        for port in ports
        if port.plain and port.direction == each.direction
        for rank in [_rank(each, port)]
        if rank is not None
    )
    pairs: dict[str, tuple[int, Pair]] = {}
    taken: set[str] = set()
    for _, place, name, each, port in ranked:
        if name not in pairs and port.name not in taken:
            taken.add(port.name)
            opposite = meaning(each.name).opposite != meaning(port.name).opposite
            pairs[name] = place, Pair(each, port, opposite)
    return tuple(pair for _, pair in sorted(pairs.values(), key=lambda placed: placed[0]))


def _rank(contract: ModulePort, port: ModulePort) -> tuple[int, bool] | None:
    """Distance of two names, then of widths; None where they mean different things."""
    other_width = contract.width != port.width
    if contract.name == port.name:
        return 0, other_width
    if contract.name.lower() == port.name.lower():
        return 1, other_width
    return (2, other_width) if meaning(contract.name).words == meaning(port.name).words else None
