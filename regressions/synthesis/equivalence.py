# SPDX-License-Identifier: Apache-2.0
"""Sequential equivalence of RTL and netlist by units: those inside are boxes with the same outputs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.engine import DecisionEngine, check
from regressions.proof.model import TransitionSystem, make
from regressions.synthesis.flow import Synthesized
from regressions.synthesis.library import GENERIC
from regressions.synthesis.measured import ComparedUnit
from regressions.synthesis.verilog import module_name, unit_text
from regressions.yosys.netlist import Netlist, SynthesisUnit
from regressions.yosys.reading import Reading
from regressions.yosys.tool import Yosys

CELLS = GENERIC.with_suffix(".v")
"""The cells as Verilog."""

LIMIT = 60
"""Processor time of ABC for a unit, in seconds."""

_LABEL = "same_outputs"
_ENGINES = (
    DecisionEngine("bmc", ("bmc3 -F 20",), 0.2),
    DecisionEngine("correspondence", ("scorr", "fraig -C 100000", "pdr -a"), 0.8),
)
_KINDS = ("$_DFF_P_", "$_DFF_PN0_", "$_DFF_PN1_")
_TO_REGISTERS = (
    "setundef -zero",
    # Products become sums as in the flow: of different sums of bits, a prover does not find the same product.
    "alumacc",
    "techmap",
    "opt_clean",
    "splitnets -ports",
    "opt_dff -nodffe -nosdff",  # a load of a constant is a reset
    f"dfflegalize {' '.join(f'-cell {kind} 01' for kind in _KINDS)}",
    "opt_clean",
)
# A register that both have by name and kind may have any value, and what it becomes is an output: where the
# next ones are equal, those that were equal stay so. The others remain registers. Inputs are named so that
# both modules are looked at, though one may have none of the kind.
# With the cut, a difference may need values that are never there together: then it is done without.
_CUTS = (tuple(f"expose -shared -evert-dff */t:{kind} right/i:* changed/i:*" for kind in _KINDS), ())
_FROM_RESET = (
    "chformal -lower",
    "delete -port o:*",
    "opt_clean",
    # Time begins behind a reset: it has given states their code, which synthesis may have chosen anew.
    "setattr -set init 1'b1 t:$_DFF_?N1_ %co1:+[Q] w:* %i",
    "setundef -init -zero",
    "async2sync",
    "techmap",
    "opt",
    "dfflegalize -cell $_DFF_P_ 01",
    "aigmap",
    "opt_clean",
)


def compare_all(
    made: Synthesized, reading: Reading, yosys: Yosys, folder: Path, processes: int
) -> list[ComparedUnit]:
    """Compare all units of a device of generic cells, `LIMIT` seconds each.

    Args:
        made: The device.
        reading: Its sources.
        yosys: The tools.
        folder: Place of the files.
        processes: Comparisons at a time.
    """

    def one(unit: SynthesisUnit) -> ComparedUnit:
        result, registers = compare(unit, made.units[unit], reading, yosys, folder / unit.label, LIMIT)
        return ComparedUnit(unit.label, result.answer, registers, result.seconds)

    with ThreadPoolExecutor(processes) as pool:
        return [*pool.map(one, made.units)]


def different(compared: list[ComparedUnit]) -> Iterator[str]:
    """Lines on units whose netlist is not what the source says."""
    for each in compared:
        if each.answer == Answer.REFUTED:
            yield f"{each.unit}: its netlist has other outputs than its source"


def compare(
    unit: SynthesisUnit, netlist: Netlist, reading: Reading, yosys: Yosys, folder: Path, seconds: float
) -> tuple[PropertyResult, int]:
    """Compare a unit's netlist of generic cells with its source, from a reset on; also count the registers.

    Registers without a reset start with zero in both, and what the source leaves open is zero.

    Args:
        unit: The unit.
        netlist: Its cells.
        reading: The sources.
        yosys: The tools.
        folder: Place of the files.
        seconds: Limit of processor time for ABC.

    Raises:
        YosysError: A source was refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cells.v").write_text(unit_text(netlist, unit))
    children = {child for _, child in netlist.children}
    boxes = " ".join(f"*/t:{name}" for child in children for name in (child.module, module_name(child)))
    prepare = [
        "prep -flatten -nordff",
        "memory_map",
        "opt_clean",
        *([f"expose -evert {boxes}"] if boxes else []),
        *_TO_REGISTERS,
    ]
    module, options = unit.module, ["--ignore-assertions", *reading.box_options(unit.module)]
    source = reading.command(module, dict(unit.parameters), options)
    for cut in _CUTS:
        script = [
            source,
            *prepare,
            f"rename {module} right",
            "design -stash right",
            f"read_verilog {CELLS} {folder / 'cells.v'}",
            f"hierarchy -top {module}",
            *prepare,
            f"rename {module} changed",
            "design -copy-from right right",
            *cut,
            "check -assert right changed",
            "miter -equiv -make_assert -flatten right changed both",
            "hierarchy -top both",
            "flatten",
            "delete right changed",
            *_FROM_RESET,
        ]
        model = make(script, yosys, folder)
        single = TransitionSystem(model.file, [_LABEL], model.assumed, model.inputs, model.registers)
        result = check(single, _LABEL, yosys, seconds, _ENGINES)
        if result.answer is Answer.PROVEN:
            break
    apart = sum(each.signal.endswith(".q") for each in model.inputs.values())
    return result, model.registers + 2 * apart
