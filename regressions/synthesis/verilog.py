# SPDX-License-Identifier: Apache-2.0
"""Netlists as Verilog: a module of cells for each unit, and nets of one bit."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from regressions.yosys.netlist import Bit, Netlist, NetlistCell, SynthesisUnit

# A module of more cells keeps its own code, which its instances share if its ports are public: there are too
# many lines to compile otherwise.
_LARGE = 100
_APART = "  /* verilator no_inline_module */"
_PUBLIC = " /* verilator public_flat_rd */"


def netlist_text(
    units: Mapping[SynthesisUnit, Netlist], head: SynthesisUnit, kept: Collection[str] = ()
) -> str:
    """Verilog of a unit and of the units inside.

    The head has the name and the parameters of its module, so that it stands in the place of the source;
    units inside have their parameters in their names.

    Args:
        units: Netlists of cells.
        head: Unit that others instantiate.
        kept: Instances in the head that stay modules of the sources.
    """
    modules = [_module(units[head], head.module, head.parameters, kept)]
    waiting = [unit for name, unit in units[head].children if name not in kept]
    counts: Counter[SynthesisUnit] = Counter()
    while waiting:
        unit = waiting.pop()
        counts[unit] += 1
        waiting += [child for _, child in units[unit].children]
    for unit, count in counts.items():
        large = len(units[unit].cells) > _LARGE
        how = (_APART if large else "", _PUBLIC if large and count > 1 else "")
        modules.append(_module(units[unit], module_name(unit), how=how))
    return "// Cells of regressions/synthesis/generic.lib, mapped by Yosys and ABC.\n" + "\n".join(modules)


def unit_text(netlist: Netlist, unit: SynthesisUnit) -> str:
    """Verilog of a unit alone under the name of its module, registers named; those inside are boxes."""
    ports: dict[SynthesisUnit, tuple[dict[str, list[Bit]], dict[str, list[Bit]]]] = {}
    for cell in netlist.cells:
        if cell.unit is not None:  # an instance lacks the ports that it leaves open
            inputs, outputs = ports.setdefault(cell.unit, ({}, {}))
            inputs |= cell.inputs
            outputs |= cell.outputs
    boxes = [
        f"(* blackbox *)\nmodule {module_name(child)} (\n{ports_text(*tables)}\n);\nendmodule\n"
        for child, tables in ports.items()
    ]
    return "\n".join([_module(netlist, unit.module, named=_register_names(netlist)), *boxes])


def _register_names(netlist: Netlist) -> dict[int, str]:
    """Names that the source has for the nets of registers, which are not always those of ports."""
    registers = (cell.outputs["Q"] for cell in netlist.cells if cell.unit is None and "Q" in cell.outputs)
    nets = (net for bits in registers for net in bits if isinstance(net, int))
    return {net: name for net in nets if (name := netlist.names.get(net, "$"))[0] != "$"}


def module_name(unit: SynthesisUnit) -> str:
    """Name of a unit's module in Verilog, which is none of the sources'."""
    return unit.label.replace("-", "__") + "__cells"


def _module(
    netlist: Netlist,
    name: str,
    parameters: Sequence[tuple[str, str]] = (),
    kept: Collection[str] = (),
    how: tuple[str, str] = ("", ""),
    named: Mapping[int, str] = MappingProxyType({}),
) -> str:
    """A module; how it and its ports are compiled are comments for Verilator. Nets may have two names."""
    given = ", ".join(f"parameter {key} = {value}" for key, value in parameters)
    lines = [
        f"module {name} {f'#({given}) ' if given else ''}(",
        ports_text(netlist.inputs, netlist.outputs, how[1]),
        f");{how[0]}",
        *(f"  wire n{net};" for net in _nets(netlist)),
        *(
            f"  wire \\{also} = n{net};"
            for net, also in named.items()
            if also.partition("[")[0] not in netlist.outputs
        ),
        *(f"  assign {_joined(bits)} = {port};" for port, bits in netlist.inputs.items()),
        *(_cell(cell, number, cell.name in kept) for number, cell in enumerate(netlist.cells)),
        *(f"  assign {port} = {_joined(bits)};" for port, bits in netlist.outputs.items()),
        "endmodule",
        "",
    ]
    return "\n".join(lines)


def ports_text(
    inputs: Mapping[str, Sequence[Bit]], outputs: Mapping[str, Sequence[Bit]], how: str = ""
) -> str:
    """Declarations of ports; how they are compiled is a comment for Verilator."""
    return ",\n".join(
        f"    {direction} wire {f'[{len(bits) - 1}:0] ' if len(bits) > 1 else ''}{port}{how}"
        for direction, table in (("input", inputs), ("output", outputs))
        for port, bits in table.items()
    )


def _nets(netlist: Netlist) -> list[int]:
    """Nets of a module, in order."""
    tables = [netlist.inputs, netlist.outputs]
    for cell in netlist.cells:
        tables += [cell.inputs, cell.outputs]
    return sorted(
        {bit for table in tables for bits in table.values() for bit in bits if isinstance(bit, int)}
    )


def _cell(cell: NetlistCell, number: int, kept: bool) -> str:
    pins = ", ".join(f".{port}({_joined(bits)})" for port, bits in {**cell.inputs, **cell.outputs}.items())
    if cell.unit is None:
        return f"  {cell.kind} g{number} ({pins});"
    kind = module_name(cell.unit)
    if kept:
        given = ", ".join(f".{key}({value})" for key, value in cell.unit.parameters)
        kind = f"{cell.unit.module} #({given})" if given else cell.unit.module
    return f"  {kind} \\{cell.name} ({pins});"


def _joined(bits: Sequence[Bit]) -> str:
    """A vector, its highest bit first; bits without a value are none of each other."""
    words = [f"n{bit}" if isinstance(bit, int) else f"1'b{bit}" for bit in reversed(bits)]
    return words[0] if len(words) == 1 else f"{{{', '.join(words)}}}"
