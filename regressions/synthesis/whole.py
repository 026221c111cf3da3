# SPDX-License-Identifier: Apache-2.0
"""A whole device of cells: its module, and numbers that C++ evaluates (`cells/device.cpp`)."""

from collections.abc import Sequence
from pathlib import Path

from regressions.errors import UserError
from regressions.pages import templates
from regressions.synthesis.flat import INPUTS, OUTPUTS, FlatNetlist
from regressions.synthesis.verilog import ports_text
from regressions.yosys.netlist import SynthesisUnit

_CELLS = Path(__file__).with_name("cells")
EVALUATOR = _CELLS / "device.cpp"
"""C++ of the bench's side, beside that of the device."""

MODULE, NUMBERS = "device.sv", "cells.cpp"
TEMPLATE = _CELLS / "device.sv.j2"
_A_LINE = 16


def write_whole(flat: FlatNetlist, top: SynthesisUnit, folder: Path) -> None:
    """Write a device as a module of SystemVerilog and the C++ source of its cells.

    Raises:
        UserError: An output follows an input without a clock edge, which such a module cannot show.
    """
    for output, source in flat.followed():
        raise UserError(
            f"{output} follows {source} without a clock edge, which no output may (contract A4); "
            "name parts of the device in netlist.instances instead"
        )
    inputs, outputs = ({name: flat.ports[name] for name in names} for names in (INPUTS, OUTPUTS))
    values = {"top": top, "ports": ports_text(inputs, outputs), "inputs": inputs, "outputs": outputs}
    (folder / MODULE).write_text(templates(_CELLS).get_template(TEMPLATE.name).render(values) + "\n")
    (folder / NUMBERS).write_text(_numbers([*map(str, flat.words().tolist())]))


def _numbers(words: Sequence[str]) -> str:
    lines = (", ".join(words[at : at + _A_LINE]) for at in range(0, len(words), _A_LINE))
    return "\n".join(
        [
            "// Cells of regressions/synthesis/generic.lib, mapped by Yosys and ABC; see netlist.h.",
            "#include <cstddef>",
            "#include <cstdint>",
            "",
            "extern const uint32_t cell_words[];",
            "extern const size_t cell_word_count;",
            "const uint32_t cell_words[] = {",
            *(f"    {line}," for line in lines),
            "};",
            f"const size_t cell_word_count = {len(words)};",
            "",
        ]
    )
