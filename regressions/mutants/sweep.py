# SPDX-License-Identifier: Apache-2.0
"""Defects in each line of some sources, made when a campaign starts, and the reasons why some survive.

Files of installed packages are not the project's: its data name them and hold reasons, but no line of them.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from pyslang import syntax

from regressions.mutants.defects import Change, Defect, Excuse
from regressions.mutants.operators import (
    ASSIGNMENTS,
    OPERATORS,
    Edit,
    Operator,
    candidates,
    operation,
    replaced,
)
from regressions.mutants.placement import Sourced, read_source
from regressions.mutants.source import VerilogSource, span
from tb.schema import Where, unknown
from tb.stimulus.rng import derive

PER_LINE = 2
"""Defects of a line, at most."""
_BITWISE = {"&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<", "*": "+"}
_UNARY = {"~": "", "-": "", "|": "&", "&": "|"}


def _bitwise(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """Another operator on bits, or a reduction or complement that is another or none."""
    del source
    if (text := operation(node)) in _BITWISE:
        yield replaced(node.operatorToken, _BITWISE[text])
    elif isinstance(node, syntax.PrefixUnaryExpressionSyntax) and node.operatorToken.rawText in _UNARY:
        yield replaced(node.operatorToken, _UNARY[node.operatorToken.rawText])


def _stuck(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """A value that is all zeros or ones, or whose last bit is lost."""
    if node.kind in ASSIGNMENTS:
        start, end = span(node.right)
        texts = ["'0", "'1"]
        if not isinstance(node.right, syntax.AssignmentPatternExpressionSyntax):
            texts.append(f"({source.text[start:end]}) & ('1 << 1)")
        yield from ((start, end, text) for text in texts)


_SWEPT: dict[str, Operator] = {**OPERATORS, "bitwise": _bitwise, "stuck": _stuck}


def sweep(device: Sourced, names: Sequence[str], reasons: Sequence[Excuse]) -> list[Defect]:
    """All defects that operators make in some sources of a device, with the reasons why some survive.

    Raises:
        SchemaError: The device has no such source, or a reason holds for no defect.
        SourceError: A source is no SystemVerilog.
    """
    files = {path.name: path for path in device.sources}
    found: list[Defect] = []
    used: set[Excuse] = set()
    for name in names:
        if name not in files:
            raise unknown("source file", name, files, Where("sweep"))
        for defect in _defects(name, read_source(files[name], device)):
            why = [each for each in reasons if each.file == name and re.search(each.pattern, _shown(defect))]
            used.update(why)
            excuse = {"equivalent": why[0].equivalent, "unreachable": why[0].unreachable} if why else {}
            found.append(replace(defect, **excuse))
    for reason in reasons:
        if reason not in used:
            raise reason.where.error(f"'{reason.pattern}' matches no defect of {reason.file}; remove it")
    return found


def _defects(name: str, source: VerilogSource) -> Iterator[Defect]:
    """The defects of a source, each change once; ids follow from the text of the lines alone."""
    module, seen = Path(name).stem, set[Change]()
    for candidate in candidates(source, _SWEPT, PER_LINE):
        change, operator = candidate.change, candidate.operator
        if change not in seen:
            seen.add(change)
            key = derive(0, "mutant", name, change.line, change.ordinal, change.replacement)
            yield Defect(
                id=f"{module}-{operator}-{key & 0xFFFFFF:06x}",
                file=name,
                line=change.line,
                replacement=change.replacement,
                ordinal=change.ordinal,
                about=f"{operator} at '{change.line}'",
                operator=operator,
            )


def _shown(defect: Defect) -> str:
    return " -> ".join("".join(text.split()) for text in (defect.line, defect.replacement))
