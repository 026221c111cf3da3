# SPDX-License-Identifier: Apache-2.0
"""Defects that are made when a campaign starts, and the reasons why some of them survive.

A sweep has some in each line of some sources: files of installed packages are not the project's, and its data
hold no line of them. A draw is a seeded choice, from sources that change too often to write one down.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from pyslang import syntax
from pyslang.syntax import SyntaxKind

from regressions.mutants.choice import choose
from regressions.mutants.defects import Change, Defect, Excuse
from regressions.mutants.elaboration import absent_blocks
from regressions.mutants.operators import (
    ASSIGNMENTS,
    OPERATORS,
    Candidate,
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
_LITERALS = (SyntaxKind.IntegerVectorExpression, SyntaxKind.UnbasedUnsizedLiteralExpression)
_NAME, _TURN = re.compile(r"[A-Za-z_]\w*"), re.compile(r"\bgenvar\s+(\w+)")
_UNARY = {"~": "", "-": "", "|": "&", "&": "|"}


def _connective(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """As in other campaigns, but for an index `i + 1` of a loop: at its first turn `i - 1` is none."""
    index = isinstance(node.parent, syntax.BitSelectSyntax) and operation(node) == "+"
    if not index or not set(_NAME.findall(source.of(node))) & set(_TURN.findall(source.text)):
        yield from OPERATORS["connective"](source, node)


def _bitwise(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """Another operator on bits, or a reduction or complement that is another or none."""
    del source
    if (text := operation(node)) in _BITWISE:
        yield replaced(node.operatorToken, _BITWISE[text])
    elif isinstance(node, syntax.PrefixUnaryExpressionSyntax) and node.operatorToken.rawText in _UNARY:
        yield replaced(node.operatorToken, _UNARY[node.operatorToken.rawText])


def _stuck(source: VerilogSource, node: Any) -> Iterator[Edit]:
    """A value that is all zeros or ones, or whose last bit is lost; literals are left to `constant`."""
    if node.kind in ASSIGNMENTS and node.right.kind not in _LITERALS:
        start, end = span(node.right)
        texts = ["'0", "'1"]
        if not isinstance(node.right, syntax.AssignmentPatternExpressionSyntax):
            texts.append(f"({source.text[start:end]}) & ('1 << 1)")
        yield from ((start, end, text) for text in texts)


_SWEPT: dict[str, Operator] = {
    **OPERATORS,
    "connective": _connective,
    "bitwise": _bitwise,
    "stuck": _stuck,
}


def sweep(device: Sourced, names: Sequence[str], reasons: Sequence[Excuse]) -> list[Defect]:
    """All defects that operators make in some sources of a device, with the reasons why some survive.

    Generate blocks that no instance has are left out.

    Raises:
        SchemaError: The device has no such source, or a reason holds for no defect.
        SourceError: A source is no SystemVerilog.
    """
    files = {path.name: path for path in device.sources}
    for name in names:
        if name not in files:
            raise unknown("source file", name, files, Where("sweep"))
    found: list[Defect] = []
    used: set[Excuse] = set()
    for name, absent in absent_blocks(device, names).items():
        for defect in _defects(name, read_source(files[name], device), absent):
            found.append(_excused(defect, reasons, used))
    for reason in reasons:
        # Without a sweep, reasons are about what is drawn, which differs from seed to seed.
        if names and reason not in used:
            raise reason.where.error(f"'{reason.pattern}' matches no defect of {reason.file}; remove it")
    return found


def draw(
    proposals: Mapping[str, Sequence[Candidate]], seed: int, count: int, reasons: Sequence[Excuse]
) -> list[Defect]:
    """Defects out of what operators propose for each file, chosen by the seed, with reasons."""
    chosen = choose(proposals, seed, count)
    return [_excused(_defect(one.file, one.candidate), reasons, set()) for one in chosen]


def _excused(defect: Defect, reasons: Sequence[Excuse], used: set[Excuse]) -> Defect:
    """The defect with the first reason that is about it; notes all that are."""
    why = [each for each in reasons if _concerns(each, defect)]
    used.update(why)
    return replace(defect, equivalent=why[0].equivalent, unreachable=why[0].unreachable) if why else defect


def _concerns(reason: Excuse, defect: Defect) -> bool:
    if reason.file != defect.file or reason.ordinal not in (0, defect.ordinal):
        return False
    return re.search(reason.pattern, _shown(defect)) is not None


def _defects(name: str, source: VerilogSource, absent: Sequence[range]) -> Iterator[Defect]:
    """The defects of a source, each change once; none in blocks that are absent."""
    seen = set[Change]()
    for candidate in candidates(source, _SWEPT, PER_LINE, absent):
        if candidate.change not in seen:
            seen.add(candidate.change)
            yield _defect(name, candidate)


def _defect(name: str, candidate: Candidate) -> Defect:
    """The defect that a candidate is; its id follows from file and line alone."""
    change, operator = candidate.change, candidate.operator
    key = derive(0, "mutant", name, change.line, change.ordinal, change.replacement)
    return Defect(
        id=f"{Path(name).stem}-{operator}-{key & 0xFFFFFF:06x}",
        file=name,
        line=change.line,
        replacement=change.replacement,
        ordinal=change.ordinal,
        about=f"{operator} at '{change.line}'",
        operator=operator,
    )


def _shown(defect: Defect) -> str:
    return " -> ".join("".join(text.split()) for text in (defect.line, defect.replacement))
