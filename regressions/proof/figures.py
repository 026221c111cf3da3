# SPDX-License-Identifier: Apache-2.0
"""Results of `make prove` as `build/reports/proof.json` has them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct

from regressions.paths import ROOT
from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.claims import Claim
from regressions.proof.defects import DefectFate, JudgedDefect
from regressions.proof.runner import Assumption, ModuleResult

_INSTANCE = re.compile(r"^\s*(\w+)\s*(?:#\s*\(.*?\n\s*\)\s*)?(i_\w+)\s*\(", re.MULTILINE | re.DOTALL)

# A part of a module that is none of its bound properties.
_INSIDE = re.compile(r"\bi_(?!properties\.)")


class PropertyRow(Struct, frozen=True):
    """A property of a module: its label, its answer, what gave it, and seconds that it took."""

    label: str
    answer: str
    engine: str
    seconds: float


class ModuleRow(Struct, frozen=True):
    """A module.

    Attributes:
        module: its name
        registers: registers of its model, in bits
        about: the abstraction, in words; empty without one
        assumes: labels that were assumed
        properties: what was proven, or not
    """

    module: str
    registers: int
    about: str
    assumes: tuple[str, ...]
    properties: list[PropertyRow]

    @property
    def statements(self) -> dict[str, str]:
        """Answers of the module's own properties by label, the worst of equal ones in a generate loop.

        Those of modules inside are none: they count there.
        """
        found: dict[str, str] = {}
        for row in self.properties:
            if _INSIDE.search(row.label):
                continue
            label = re.sub(r"\[\d+\]", "", row.label)
            worst = max(found.get(label, Answer.PROVEN.value), row.answer, key=_GRAVITY.index)
            found[label] = worst
        return found


class AssumptionRow(Struct, frozen=True):
    """An assumption: module, label, and modules in which it is proven; else simulations check it."""

    module: str
    label: str
    proven_in: tuple[str, ...]


class ClaimRow(Struct, frozen=True):
    """A statement about arithmetic: its name, in words, its answer, what gave it, and its seconds."""

    name: str
    about: str
    answer: str
    engine: str
    seconds: float


class DefectRow(Struct, frozen=True):
    """A deliberate defect.

    Attributes:
        id: its name
        module: its module
        fate: what became of it
        by: the property that it breaks, or how its outputs were compared; why it is undecided
        cycles: of the trace; 0 without one
        seconds: that it took
    """

    id: str
    module: str
    fate: str
    by: str
    cycles: int
    seconds: float

    @property
    def key(self) -> str:
        """Names it among those of all devices: module and id."""
        return f"{self.module}.{self.id}"


class ProofFigures(Struct, frozen=True):
    """Everything that a run of the command found out."""

    git: str
    seconds: float
    modules: list[ModuleRow]
    assumptions: list[AssumptionRow]
    defects: list[DefectRow] = []
    claims: list[ClaimRow] = []

    def count(self, answer: Answer) -> int:
        """Count the properties of modules with an answer; equal instances are one."""
        return sum(list(row.statements.values()).count(answer.value) for row in self.modules)

    def count_claims(self, answer: Answer) -> int:
        """Count the statements about arithmetic with an answer."""
        return sum(row.answer == answer.value for row in self.claims)


_GRAVITY = [Answer.PROVEN.value, Answer.UNDECIDED.value, Answer.REFUTED.value]


def module_row(result: ModuleResult) -> ModuleRow:
    """The row of a module."""
    target = result.target
    rows = [PropertyRow(each.label, each.answer.value, each.engine, each.seconds) for each in result.results]
    return ModuleRow(target.module, result.registers, target.about, target.assume, rows)


def claim_row(claim: Claim, result: PropertyResult) -> ClaimRow:
    """The row of a statement about arithmetic."""
    return ClaimRow(claim.name, claim.about, result.answer.value, result.engine, result.seconds)


def defect_row(found: JudgedDefect) -> DefectRow:
    """The row of a defect."""
    result = found.result
    by = found.why
    if result is not None:
        by = result.label if found.fate is DefectFate.REFUTED else result.engine
    cycles = len(result.trace) if result else 0
    return DefectRow(found.defect.id, found.module, found.fate.value, by, cycles, found.seconds)


def assumption_rows(found: Sequence[Assumption]) -> list[AssumptionRow]:
    """The rows of assumptions."""
    return [AssumptionRow(each.module, each.label, each.proven_in) for each in found]


@cache
def instances() -> Mapping[str, Sequence[str]]:
    """Names of the instances of each module of the project's RTL."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "rtl").rglob("*.sv")):
        for module, name in _INSTANCE.findall(path.read_text()):
            found.setdefault(module, []).append(name)
    return found
