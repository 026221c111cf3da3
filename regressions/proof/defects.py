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
from regressions.proof.equivalence import compare
from regressions.proof.runner import Prover
from regressions.proof.target import ProvenModule, reading_of
from regressions.yosys.tool import Yosys

SECONDS = 60.0
"""Time for a defect, in all modules that have it."""
_PROPERTY = 10.0


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
    """

    defect: Defect
    module: str
    fate: DefectFate
    result: PropertyResult | None
    seconds: float


def defects_of(targets: Sequence[ProvenModule]) -> Iterator[tuple[ProvenModule, Defect]]:
    """All listed defects of the modules that are proven, with their module."""
    every: dict[str, list[Defect]] = {}
    for target in targets:
        if target.sources not in every:
            every[target.sources] = load(target.sources)
        for defect in every[target.sources]:
            if defect.module == target.module:
                yield target, defect


def judge(target: ProvenModule, defect: Defect, yosys: Yosys, folder: Path, processes: int) -> JudgedDefect:
    """Judge a defect by the properties of its module, then by comparison with the right module."""
    start = time.monotonic()
    place = folder / defect.id
    place.mkdir(parents=True, exist_ok=True)
    changed = with_defect(target, defect, place)

    def enough(result: PropertyResult) -> bool:
        return result.answer is Answer.REFUTED or time.monotonic() - start > SECONDS

    def ended(fate: DefectFate, result: PropertyResult | None = None) -> JudgedDefect:
        return JudgedDefect(defect, target.module, fate, result, round(time.monotonic() - start, 1))

    try:
        results = Prover(yosys, place, processes, _PROPERTY).prove(target, changed, enough)
        broken = results.of(Answer.REFUTED)
        if broken:
            return ended(DefectFate.REFUTED, broken[0])
        left = max(1.0, SECONDS - (time.monotonic() - start))
        same = compare(target, changed, yosys, place / "comparison", left)
    except UserError:
        return ended(DefectFate.UNDECIDED)
    fates = {Answer.PROVEN: DefectFate.EQUIVALENT, Answer.REFUTED: DefectFate.DIFFERS}
    return ended(fates.get(same.answer, DefectFate.UNDECIDED), same)


def with_defect(target: ProvenModule, defect: Defect, folder: Path) -> Mapping[str, Path]:
    """Write the source with a defect; return it by the name of the file that it replaces."""
    source = next(path for path in reading_of(target).sources if path.name == defect.file)
    text = source.read_text()
    start = locate(text, defect.change)
    file = folder / defect.file
    file.write_text(text[:start] + defect.replacement + text[start + len(defect.line) :])
    return {defect.file: file}
