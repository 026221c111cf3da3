# SPDX-License-Identifier: Apache-2.0
"""The serial device and all that it needs of FPnew as one file, such as a flow leaves behind."""

from pathlib import Path

from pyslang.syntax import SyntaxPrinter

from tb.descriptor import load
from tb.libraries import parsed

HERE = Path(__file__).resolve().parent
_NUMBERS = {"CORES": "8", "WORD": "288"}


def netlist() -> str:
    """Return all modules of the device and `top.v`, without comments, macros and directives."""
    serial = load("serial")
    driver = parsed([*serial.sources, HERE / "top.v"], [*serial.includes, HERE], _NUMBERS)
    printer = SyntaxPrinter(driver.sourceManager).setIncludeDirectives(False).setIncludeComments(False)
    printer.setExpandIncludes(True).setExpandMacros(True).setIncludeSkipped(False)
    for tree in driver.syntaxTrees:
        printer.print(tree)
    lines = (line.rstrip() for line in printer.str().splitlines())
    return "\n".join(["`timescale 1ns / 1ps", *filter(None, lines), ""])
