# SPDX-License-Identifier: Apache-2.0
"""Models: programs and libraries that a simulator compiles, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tb.headers import included

CLOCKED = ("--timing", "--assert", "--timescale", "1ns/1ps")
"""Flags of a model that makes its clock itself."""

FAST_X = ("--x-assign", "fast", "--x-initial", "fast")
"""Flags of a model whose uninitialised state is whatever is fastest."""

ONE_CODE = ("-fno-dfg", "-fno-table")
"""Flags by which one code serves all instances of a module (`no_inline` in a `.vlt` file): less to compile,
and faster. Whatever puts something of an instance into its code would make a copy for each: optimisation over
instances and numbered tables."""

NO_CASE_CHECKS = "--no-assert-case"
"""The flag without which messages of `unique case`, which name the instance, make such copies too. That no
two items of a case match the same value is seen from their text: `make lint` has it (CASEOVERLAP)."""

NO_ASSERTIONS = "RTL_NO_ASSERTIONS"
"""The macro without which a device asserts what it is built on (docs/rtl-style.md)."""


@dataclass(frozen=True, slots=True)
class Model:
    """Sources and options of a program or library.

    Attributes:
        name: Of what is compiled, in messages and in the build cache.
        top: Top module.
        prefix: Of the model's C++ class, by which the C++ sources include it.
        program: File name of what is made; with `python`, the name of the top module.
        sources: SystemVerilog and configuration files, in the order of compilation; a name without a folder
            is one of `texts`.
        texts: Generated files, by name.
        includes: Folders of SystemVerilog headers.
        parameters: Of the top module.
        flags: For the simulator.
        driven: Signals of the top module that Python writes; all public ones cost speed.
        read: Those that it reads.
        shown: Variables of whatever module that Python reads and writes.
        cpp: C++ sources.
        headers: Headers of the project that these include.
        folders: Where the C++ compiler looks for headers.
        compile: Flags for the C++ compiler.
        link: Flags for the linker.
        effort: The C++ compiler's, for what runs in every cycle.
        variant: Suffix that tells the builds of one name apart.
        python: True if cocotb runs in it.
    """

    name: str
    top: str
    prefix: str
    program: str
    sources: tuple[Path, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    includes: tuple[Path, ...] = ()
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    driven: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    cpp: tuple[Path, ...] = ()
    headers: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    compile: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    effort: str = "-O3"
    variant: str = ""
    python: bool = False

    @property
    def files(self) -> list[Path]:
        """All files that it is compiled from, but those that are generated."""
        own = [source for source in self.sources if str(source) not in self.texts]
        headers = [header for folder in self.includes for header in sorted(folder.rglob("*.svh"))]
        headers += [header for header in included(own, self.includes) if header not in headers]
        return [*own, *headers, *self.cpp, *self.headers]
