# SPDX-License-Identifier: Apache-2.0
"""Elaboration of a device: the blocks of its sources that no instance of it has."""

from collections.abc import Sequence

from pyslang import Bag, SourceManager, ast
from pyslang.syntax import SyntaxTree

from regressions.mutants.placement import Sourced, read_source
from regressions.mutants.source import NOT_ASCII, span
from tb.exchange.device import Descriptor


def absent_blocks(device: Sourced, names: Sequence[str]) -> dict[str, list[range]]:
    """Generate blocks that are never instantiated, in the text of some sources without macros.

    A device that is no descriptor has no top module of its own: all modules that no other has are at the top.
    """
    if not names:
        return {}
    options, manager = ast.CompilationOptions(), SourceManager()
    if isinstance(device, Descriptor):
        options.topModules = {device.top}
        options.paramOverrides = [f"{name}={value}" for name, value in device.parameters.items()]
    for folder in device.includes:
        manager.addUserDirectories(str(folder))
    compilation = ast.Compilation(Bag([options]))
    for path in device.sources:
        text = NOT_ASCII.sub("?", read_source(path, device).text)
        compilation.addSyntaxTree(SyntaxTree.fromText(text, manager, path.name))
    absent: dict[str, set[range]] = {name: set() for name in names}
    present: dict[str, set[range]] = {name: set() for name in names}

    def note(symbol: object) -> None:
        if isinstance(symbol, ast.GenerateBlockSymbol) and symbol.syntax is not None:
            name = manager.getFileName(symbol.location)
            if name in absent:
                (absent if symbol.isUninstantiated else present)[name].add(range(*span(symbol.syntax)))

    compilation.getRoot().visit(note)
    return {name: sorted(absent[name] - present[name], key=lambda one: one.start) for name in names}
