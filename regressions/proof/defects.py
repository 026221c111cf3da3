# SPDX-License-Identifier: Apache-2.0
"""Deliberate defects of proven modules: refuted by a property, or shown to change something or nothing."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from regressions.errors import UserError
from regressions.mutants.changes import locate
from regressions.mutants.defects import Defect, load
from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.engine import find_violation
from regressions.proof.equivalence import compare
from regressions.proof.model import build
from regressions.proof.target import Comparison, ProvenModule, reading_of
from regressions.yosys.tool import Yosys

SECONDS = 60.0
"""Processor time of the engines for a defect, all stages together."""

# Shares of the stages: the first cycles of all properties, comparison, later cycles of all properties.
_SHARES = (0.15, 0.6, 0.25)
_CYCLES = 12
_AFTER = 12  # cycles in which a property may notice what an output shows
_LATE = 600  # cycles that are looked at where the comparison says nothing


class DefectFate(StrEnum):
    """The fate of a defect in the proofs."""

    REFUTED = "refuted"  # a property is broken, with a trace
    DIFFERS = "differs"  # outputs differ from those of the right module, but no property says so
    EQUIVALENT = "equivalent"  # outputs are the same at all times, from registers that start with zero
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class JudgedDefect:
    """A defect and its fate.

    Attributes:
        defect: the defect
        module: module in which it was judged
        fate: its fate
        result: the property that it breaks, or the comparison of outputs; None if neither ended
        seconds: time that it took
        widths: width of each input of the module, for a replay
        why: what the tools refused; empty if nothing
    """

    defect: Defect
    module: str
    fate: DefectFate
    result: PropertyResult | None
    seconds: float
    widths: Mapping[str, int]
    why: str = ""


def defects_of(
    targets: Sequence[ProvenModule], comparisons: Sequence[Comparison] = ()
) -> Iterator[tuple[ProvenModule, Defect]]:
    """All listed defects of the modules that are proven, with their module or that of their comparison."""
    lists = [target.sources for target in targets] + [each.sources for each in comparisons]
    every = {name: load(name) for name in dict.fromkeys(lists)}
    elsewhere = {name for comparison in comparisons for name in comparison.defects}
    for target in targets:
        for defect in every[target.sources]:
            if defect.module == target.module and defect.id not in elsewhere:
                yield target, defect
    for comparison in comparisons:
        for defect in every[comparison.sources]:
            if defect.id in comparison.defects:
                yield comparison, defect


def judge(
    target: ProvenModule, defect: Defect, yosys: Yosys, folder: Path, limit: float = SECONDS
) -> JudgedDefect:
    """Judge a defect: short traces that break a property, comparison with the right module, longer traces.

    Args:
        target: Module of the defect.
        defect: The defect.
        yosys: The tools.
        folder: Place of the files, in a folder of the defect's name.
        limit: Seconds of processor time for the engines.
    """
    start = time.monotonic()
    place = folder / defect.id
    place.mkdir(parents=True, exist_ok=True)
    changed = with_defect(target, defect, place)
    early, middle, late = (limit * share for share in _SHARES)
    widths: Mapping[str, int] = {}

    def ended(fate: DefectFate, result: PropertyResult | None = None, why: str = "") -> JudgedDefect:
        spent = round(time.monotonic() - start, 1)
        return JudgedDefect(defect, target.module, fate, result, spent, widths, why)

    try:
        model = build(target, yosys, place, changed=changed, witness=False)
        widths = model.widths
        broken = find_violation(model, yosys, early, _CYCLES)
        if broken is not None:
            return ended(DefectFate.REFUTED, broken)
        same = compare(target, changed, yosys, place / "comparison", middle)
        if same.answer is Answer.PROVEN:
            return ended(DefectFate.EQUIVALENT, same)
        depth = len(same.trace) + _AFTER if same.trace else _LATE
        broken = find_violation(model, yosys, late, depth, first=_CYCLES) if depth > _CYCLES else None
    except UserError as error:
        return ended(DefectFate.UNDECIDED, why=str(error))
    if broken is not None:
        return ended(DefectFate.REFUTED, broken)
    if same.answer is Answer.REFUTED:
        return ended(DefectFate.DIFFERS, same)
    return ended(DefectFate.UNDECIDED, why="no engine came to an end")


def with_defect(target: ProvenModule, defect: Defect, folder: Path) -> Mapping[str, Path]:
    """Write the source with a defect; return it by the name of the file that it replaces."""
    source = next(path for path in reading_of(target).sources if path.name == defect.file)
    text = source.read_text()
    start = locate(text, defect.change)
    file = folder / defect.file
    file.write_text(text[:start] + defect.replacement + text[start + len(defect.line) :])
    return {defect.file: file}
