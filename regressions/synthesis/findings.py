# SPDX-License-Identifier: Apache-2.0
"""Structures that a circuit should not have, or that its designer should know of: found before synthesis."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from regressions.yosys.netlist import Bit, Netlist, NetlistCell, SynthesisUnit

WRONG = ("latch", "loop", "undriven", "multiply driven")
"""Kinds that fail whatever was kept before."""
KNOWN = ("memory without reset", "dead logic")
"""Kinds that are kept with the figures: a new one fails until it is kept."""

_LOOP = re.compile(r"found logic loop in module [^\n]*\n((?:    [^\n]*\n)+)")
_LOOP_WIRE = re.compile(r"^    wire \\(\S+)", re.MULTILINE)
_CONFLICT = re.compile(r"multiple conflicting drivers for \S+?\.(?:\\)?(\S+?)(?: \[\d+\])?:\n")
_LATCH = ("$dlatch", "$adlatch", "$dlatchsr", "$sr")


@dataclass(frozen=True, slots=True, order=True)
class Structure:
    """One of them."""

    unit: str  # module with parameters
    kind: str  # of `WRONG` or `KNOWN`
    what: str  # the signal, or the place of the logic


def inspect(unit: SynthesisUnit, netlist: Netlist, said: str) -> list[Structure]:
    """Findings in a unit as it was read.

    Args:
        unit: The unit whose findings they are.
        netlist: The unit before any optimisation.
        said: Log of Yosys' pass `check`.
    """
    found: list[tuple[str, str]] = []
    for text in _LOOP.findall(said):
        wires = _LOOP_WIRE.findall(text)
        latched = len(set(wires)) == 1 and "($mux)" in text
        found.append(("latch" if latched else "loop", ", ".join(dict.fromkeys(wires)) or "unnamed logic"))
    found += [("multiply driven", name) for name in _CONFLICT.findall(said)]
    used = _used(netlist)
    for cell in netlist.cells:
        out = [bit for bits in cell.outputs.values() for bit in bits]
        if cell.kind in _LATCH:
            found.append(("latch", _signal(netlist, out)))
        # The front end ties what nobody drives to a constant without a value.
        if cell.kind == "$buf" and {*cell.inputs["A"]} == {"x"} and used.intersection(out):
            found.append(("undriven", _signal(netlist, out)))
    for name, (size, width) in netlist.memories.items():
        found.append(("memory without reset", f"{name}, {size} x {width} bits"))
    found += [("dead logic", what) for what in _dead(netlist)]
    return sorted({Structure(unit.label, kind, what) for kind, what in found})


def _signal(netlist: Netlist, bits: list[Bit]) -> str:
    names = {netlist.names.get(bit, "?").partition("[")[0] for bit in bits if isinstance(bit, int)}
    return ", ".join(sorted(names))


def _used(netlist: Netlist) -> set[Bit]:
    """Bits that a cell or an output reads."""
    read = {bit for cell in netlist.cells for bits in cell.inputs.values() for bit in bits}
    return read | {bit for bits in netlist.outputs.values() for bit in bits}


def _dead(netlist: Netlist) -> Iterator[str]:
    """Registers with a bit that reaches no output and no other unit; those of memories are none of these."""
    drivers: dict[Bit, list[NetlistCell]] = defaultdict(list)
    for cell in netlist.cells:
        for bits in cell.outputs.values():
            for bit in bits:
                drivers[bit].append(cell)
    waiting = [bit for bits in netlist.outputs.values() for bit in bits]
    alive: set[str] = set()
    keep = [cell for cell in netlist.cells if cell.unit is not None or cell.kind.startswith("$memwr")]
    waiting += [bit for cell in keep for bits in cell.inputs.values() for bit in bits]
    while waiting:
        for cell in drivers.pop(waiting.pop(), []):
            if cell.name not in alive:
                alive.add(cell.name)
                waiting += [bit for bits in cell.inputs.values() for bit in bits]
    for cell in netlist.cells:
        if "ff" in cell.kind and cell.kind.startswith("$") and cell.name not in alive:
            yield f"register {_signal(netlist, cell.outputs['Q'])}"
