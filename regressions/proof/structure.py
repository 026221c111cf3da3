# SPDX-License-Identifier: Apache-2.0
"""Properties of structure: outputs to which no path leads from some inputs without a register on it."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from regressions.errors import UserError
from regressions.proof.answer import Answer, PropertyResult
from regressions.yosys.netlist import Bit, Netlist, NetlistCell, read_netlist
from regressions.yosys.reading import Reading
from regressions.yosys.tool import Yosys

_REGISTERS = ("$dff", "$adff", "$aldff", "$sdff", "$ff")


class Apart(Struct, frozen=True, forbid_unknown_fields=True):
    """Outputs that follow no change of some inputs within a cycle.

    Attributes:
        label: label of the property
        outputs: patterns of the outputs' names
        inputs: patterns of the inputs' names
    """

    label: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]


def separate(
    module: str,
    parameters: Mapping[str, int | str],
    reading: Reading,
    apart: Apart,
    yosys: Yosys,
    folder: Path,
) -> PropertyResult:
    """Prove or refute that outputs of a module are apart from inputs; a path that refutes it is the trace.

    Raises:
        YosysError: A source was refused.
        UserError: A pattern is the name of no port.
    """
    start = time.monotonic()
    file = folder / "structure.json"
    options = ["--ignore-assertions"]
    yosys.run([reading.command(module, parameters, options), f"write_json {file}"], folder / "structure.log")
    netlist = read_netlist(file, module, {})
    for pattern in (*apart.outputs, *apart.inputs):
        if not any(fnmatchcase(name, pattern) for name in (*netlist.outputs, *netlist.inputs)):
            raise UserError(f"{module}: '{pattern}' of {apart.label} in modules.toml is no port of it")
    met = [name for name in _met(netlist, apart) if any(fnmatchcase(name, each) for each in apart.inputs)]
    answer = Answer.REFUTED if met else Answer.PROVEN
    spent = round(time.monotonic() - start, 2)
    return PropertyResult(apart.label, answer, "structure", spent, [dict.fromkeys(met, 1)] if met else ())


def _met(netlist: Netlist, apart: Apart) -> Iterator[str]:
    """Inputs from which logic without a register leads to the outputs."""
    drivers: dict[Bit, list[NetlistCell]] = defaultdict(list)
    for cell in netlist.cells:
        if not cell.kind.startswith(_REGISTERS):
            for bits in cell.outputs.values():
                for bit in bits:
                    drivers[bit].append(cell)
    waiting = [
        bit
        for name, bits in netlist.outputs.items()
        if any(fnmatchcase(name, pattern) for pattern in apart.outputs)
        for bit in bits
    ]
    seen = set(waiting)
    while waiting:
        for cell in drivers.pop(waiting.pop(), []):
            fresh = {bit for bits in cell.inputs.values() for bit in bits} - seen
            seen |= fresh
            waiting += fresh
    for name, bits in netlist.inputs.items():
        if seen.intersection(bit for bit in bits if isinstance(bit, int)):
            yield name
