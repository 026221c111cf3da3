# SPDX-License-Identifier: Apache-2.0
"""All properties of modules, several at a time, and where each assumption is fulfilled."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from regressions.errors import UserError
from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.engine import check
from regressions.proof.model import WITNESS, TransitionSystem, build
from regressions.proof.structure import separate
from regressions.proof.target import ProvenModule, reading_of
from regressions.yosys.tool import Yosys

LIMIT = 60.0
"""Seconds of processor time for a property, in a round with all of the time."""

_SHARES = (0.25, 1.0)
"""Parts of the limit: what is easy is proven first, and is a lemma for what is not."""


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """The properties of a module.

    Attributes:
        target: the module and what was assumed
        registers: registers of its model
        results: answers, in the order of the labels
    """

    target: ProvenModule
    registers: int
    results: Sequence[PropertyResult]

    def of(self, answer: Answer) -> list[PropertyResult]:
        """Results with an answer."""
        return [result for result in self.results if result.answer is answer]


class Prover:
    """Proves modules.

    Args:
        yosys: The tools.
        folder: Place of the models.
        processes: Properties that are checked at a time.
        limit: Seconds for a property, in a round with all of the time.
    """

    def __init__(self, yosys: Yosys, folder: Path, processes: int, limit: float = LIMIT) -> None:
        self._yosys, self._folder, self._processes, self._limit = yosys, folder, processes, limit

    def prove(
        self,
        target: ProvenModule,
        changed: Mapping[str, Path] | None = None,
        enough: Callable[[PropertyResult], bool] = lambda _: False,
    ) -> ModuleResult:
        """Prove the properties of a module; what stays open is tried again, with what is proven then.

        Args:
            target: The module.
            changed: Sources that are replaced, by file name.
            enough: Tells of a result that no further one is needed.

        Raises:
            YosysError: A source was refused.
            UserError: The assumptions contradict each other.
        """
        folder = self._folder / target.module
        model = build(target, self._yosys, folder, changed=changed)
        if check(model, WITNESS, self._yosys, self._limit).answer is not Answer.REFUTED:
            raise UserError(f"{target.module}: no cycle fulfils its assumptions in modules.toml for long")
        results = {label: PropertyResult(label, Answer.UNDECIDED, "", 0.0) for label in model.properties}
        for share in _SHARES:
            helps = True
            while helps and not any(map(enough, results.values())):
                known, asked = _with(results, Answer.PROVEN), _with(results, Answer.UNDECIDED)
                attempt = build(target, self._yosys, folder / "helped", known, changed) if known else model
                found = self._check(attempt, asked, enough, self._limit * share)
                results |= {label: _added(results[label], each, bool(known)) for label, each in found.items()}
                helps = bool(asked) and len(_with(results, Answer.UNDECIDED)) < len(asked)
        reading = reading_of(target, changed=changed)
        for each in target.apart:
            results[each.label] = separate(
                target.module, target.parameters, reading, each, self._yosys, folder
            )
        return ModuleResult(target, model.registers, [results[label] for label in sorted(results)])

    def _check(
        self,
        model: TransitionSystem,
        labels: Sequence[str],
        enough: Callable[[PropertyResult], bool],
        limit: float,
    ) -> dict[str, PropertyResult]:
        stop: list[PropertyResult] = []

        def one(label: str) -> PropertyResult | None:
            if stop:
                return None
            result = check(model, label, self._yosys, limit)
            if enough(result):
                stop.append(result)
            return result

        with ThreadPoolExecutor(self._processes) as pool:
            return {result.label: result for result in pool.map(one, labels) if result is not None}


def _with(results: Mapping[str, PropertyResult], answer: Answer) -> list[str]:
    """Labels of the results with an answer."""
    return [label for label, result in results.items() if result.answer is answer]


def _added(before: PropertyResult, after: PropertyResult, helped: bool) -> PropertyResult:
    """The next result of a property, with the time of all."""
    engine = f"{after.engine}, helped" if after.engine and helped else after.engine
    return PropertyResult(
        after.label, after.answer, engine, round(before.seconds + after.seconds, 2), after.trace
    )


@dataclass(frozen=True, slots=True)
class Assumption:
    """An assumption of a proof, and where it is fulfilled.

    Attributes:
        module: module that assumes it
        label: label of its assertion
        proven_in: modules in which an instance of it has the assertion proven; else simulations check it
    """

    module: str
    label: str
    proven_in: tuple[str, ...]


def assumptions(results: Sequence[ModuleResult], instances: Mapping[str, Sequence[str]]) -> list[Assumption]:
    """All assumptions of some proofs.

    Args:
        results: The proofs.
        instances: Names of the instances of each module, by module.
    """
    found = []
    for each in results:
        module = each.target.module
        for label in each.target.assume:
            patterns = [f"*{name}.{label}" for name in instances.get(module, ())]
            where = tuple(other.target.module for other in results if _holds(other, patterns))
            found.append(Assumption(module, label, where))
    return found


def _holds(result: ModuleResult, patterns: Sequence[str]) -> bool:
    """Tell whether a module has assertions of such names, and all of them are proven."""
    answers = [
        each.answer
        for each in result.results
        if any(fnmatchcase(each.label, pattern) for pattern in patterns)
    ]
    return bool(answers) and all(answer is Answer.PROVEN for answer in answers)
