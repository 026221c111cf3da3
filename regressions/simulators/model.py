# SPDX-License-Identifier: Apache-2.0
"""Models: programs and libraries that a simulator compiles, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.included import files
from tb.headers import included

CLOCKED = ("--timing", "--assert", "--timescale", "1ns/1ps")
"""Flags of a model that makes its clock itself."""

FAST_X = ("--x-assign", "fast", "--x-initial", "fast")
"""Flags of a model whose uninitialised state is whatever is fastest."""

ONE_CODE = ("-fno-dfg", "-fno-table")
"""Flags by which one code serves all instances of a module (`no_inline` in a `.vlt` file): less to compile,
and faster. Whatever puts something of an instance into its code would make a copy for each: optimisation over
instances and numbered tables."""

ONCE = "-O0"
"""The C++ compiler's effort for what runs once, at the start: of an array of 96 elements, one constructor
took minutes otherwise."""

NO_CASE_CHECKS = "--no-assert-case"
"""The flag without which messages of `unique case`, which name the instance, make such copies too. That no
two items of a case match the same value is seen from their text: `make lint` has it (CASEOVERLAP)."""

NO_ASSERTIONS = "RTL_NO_ASSERTIONS"
"""The macro without which a device asserts what it is built on (docs/rtl-style.md)."""


@dataclass(frozen=True, slots=True)
class Model:
    """Sources and options of a program or library."""

    name: str  # of what is compiled, in messages and in the build cache
    top: str  # top module
    prefix: str  # of the model's C++ class, by which the C++ sources include it
    program: str  # file name of what is made; with `python`, the name of the top module
    # SystemVerilog and configuration files, in the order of compilation; a name without a folder is one of
    # `texts`.
    sources: tuple[Path, ...]
    texts: Mapping[str, str] = field(default_factory=dict)  # generated files, by name
    includes: tuple[Path, ...] = ()  # folders of SystemVerilog headers
    parameters: Mapping[str, int | str] = field(default_factory=dict)  # of the top module
    flags: tuple[str, ...] = ()  # for the simulator
    driven: tuple[str, ...] = ()  # signals of the top module that Python writes; all public ones cost speed
    read: tuple[str, ...] = ()  # those that it reads
    shown: tuple[str, ...] = ()  # variables of whatever module that Python reads and writes
    kept: tuple[tuple[str, str], ...] = ()  # module and variable of those that C++ finds by name
    separate: tuple[tuple[str, str], ...] = ()  # module and port of those that stay variables of their own
    cpp: tuple[Path, ...] = ()  # C++ sources
    folders: tuple[Path, ...] = ()  # where the C++ compiler looks for headers, beside those that include them
    compile: tuple[str, ...] = ()  # flags for the C++ compiler
    link: tuple[str, ...] = ()  # flags for the linker
    effort: str = "-O3"  # the C++ compiler's, for what runs in every cycle
    once: str = ONCE  # that for the rest
    variant: str = ""  # suffix that tells the builds of one name apart
    python: bool = False  # True if cocotb runs in it

    @property
    def files(self) -> list[Path]:
        """All files that it is compiled from, but those that are generated."""
        own = [source for source in self.sources if str(source) not in self.texts]
        headers = [header for folder in self.includes for header in sorted(folder.rglob("*.svh"))]
        headers += [header for header in included(own, self.includes) if header not in headers]
        compiled = dict.fromkeys(file for source in self.cpp for file in files(source, self.folders))
        return [*own, *headers, *compiled]
