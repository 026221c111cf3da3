# SPDX-License-Identifier: Apache-2.0
"""``make prove``: properties of control modules, each proven, refuted with a trace, or undecided."""

import time
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import to_builtins
from rich.console import Console

from regressions.commands.proof_counts import count_out
from regressions.commands.proof_defects import judge_defects
from regressions.errors import UserError
from regressions.json_file import write_json
from regressions.order import Order
from regressions.paths import relative
from regressions.processor import OTHERS, of_run
from regressions.proof.answer import Answer, PropertyResult
from regressions.proof.claims import Claim, decide, load_claims
from regressions.proof.figures import (
    ProofFigures,
    assumption_rows,
    claim_row,
    instances,
    module_row,
)
from regressions.proof.kept import read_fates
from regressions.proof.runner import ModuleResult, Prover, assumptions
from regressions.proof.target import Comparison, ProvenModule, load_comparisons, load_targets
from regressions.provenance import git_revision
from regressions.run import EXIT_FAILED, EXIT_PASSED
from regressions.services import Services
from regressions.yosys.tool import Yosys, find_yosys


def prove(order: Order, services: Services, console: Console) -> int:
    """Prove the properties of all modules, or of those asked for by name.

    Returns:
        1 if one is refuted or undecided, else 0.

    Raises:
        UserError: The extra cannot be installed, or a source was refused.
    """
    del services
    if order.count:
        return count_out(order, console)
    targets, claims, comparisons = _chosen(order.tests)
    yosys = find_yosys()
    prover = Prover(yosys, order.tree.root / "proof", order.processes)
    if order.shard.number > 1:  # all but the defects is the first part's
        judged, wrong = judge_defects(targets, comparisons, yosys, order, console)
        return EXIT_FAILED if wrong else EXIT_PASSED
    results = [_prove(target, prover, console) for target in targets]
    decided = [claim_row(claim, _decide(claim, yosys, order, console)) for claim in claims]
    seconds = of_run(Counter()).get(OTHERS, 0.0)
    rows = [module_row(result) for result in results]
    found = assumption_rows(assumptions(results, instances()))
    judged, wrong = judge_defects(targets, comparisons, yosys, order, console) if order.defects else ([], 0)
    known = read_fates() | {row.key: row for row in judged}
    figures = ProofFigures(git_revision(), seconds, rows, found, list(known.values()), decided)
    counts = {answer: figures.count(answer) for answer in Answer}
    console.print(
        f"{counts[Answer.PROVEN]} properties proven, {counts[Answer.REFUTED]} refuted, "
        f"{counts[Answer.UNDECIDED]} undecided, of {len(targets)} modules; of {len(found)} assumptions "
        f"{sum(bool(row.proven_in) for row in found)} are proven at a neighbour, the others are checked in "
        f"simulations; processor time of the tools {seconds:.0f} s",
        highlight=False,
    )
    if not order.tests:
        order.tree.proof.parent.mkdir(parents=True, exist_ok=True)
        write_json(order.tree.proof, to_builtins(figures))
        console.print(f"results: {relative(order.tree.proof)}", highlight=False)
    console.print(
        f"{figures.count_claims(Answer.PROVEN)} of {len(claims)} statements about arithmetic proven",
        highlight=False,
    )
    undone = (Answer.REFUTED, Answer.UNDECIDED)
    failed = wrong or any(counts[answer] or figures.count_claims(answer) for answer in undone)
    return EXIT_FAILED if failed else EXIT_PASSED


def _chosen(patterns: str) -> tuple[list[ProvenModule], list[Claim], list[Comparison]]:
    """The modules, statements about arithmetic and comparisons that were asked for by name."""
    wanted = patterns.split(",") if patterns else ["*"]

    def asked(name: str) -> bool:
        return any(fnmatchcase(name, one) for one in wanted)

    targets = [each for each in load_targets() if asked(each.module)]
    claims = [each for each in load_claims() if asked(each.name)]
    comparisons = [each for each in load_comparisons() if asked(each.module)]
    if not targets and not claims and not comparisons:
        names = ", ".join([each.module for each in load_targets()] + [each.name for each in load_claims()])
        raise UserError(f"TESTS={patterns}: nothing of this name is proven; there are {names}")
    return targets, claims, comparisons


def _decide(claim: Claim, yosys: Yosys, order: Order, console: Console) -> PropertyResult:
    """Decide a statement about arithmetic, and say what became of it."""
    result = decide(claim, yosys, order.tree.root / "proof" / "arithmetic", processes=order.processes)
    style = "" if result.answer is Answer.PROVEN else "bold red"
    console.print(
        f"{claim.name}: {result.answer.value} in {result.seconds:.1f} s: {claim.about}",
        style=style,
        highlight=False,
    )
    for values in result.trace:
        shown = ", ".join(f"{name}={value:#x}" for name, value in values.items())
        console.print(f"  {shown}", highlight=False)
    return result


def _prove(target: ProvenModule, prover: Prover, console: Console) -> ModuleResult:
    start = time.monotonic()
    result = prover.prove(target)
    answers = Counter(each.answer for each in result.results)
    said = ", ".join(f"{answers[answer]} {answer.value}" for answer in Answer if answers[answer])
    console.print(
        f"{target.module}: {said}; {result.registers} registers, {time.monotonic() - start:.1f} s",
        highlight=False,
    )
    for each in result.results:
        if each.answer is not Answer.PROVEN:
            console.print(f"  {each.answer.value} in {each.seconds:.1f} s: {each.label}", style="bold red")
            for line in _lines(each):
                console.print(f"    {line}", highlight=False)
    return result


def _lines(result: PropertyResult) -> Iterable[str]:
    """The trace of a refuted property: inputs that are not zero, cycle by cycle."""
    for cycle, values in enumerate(result.trace):
        shown = ", ".join(f"{name}={value:#x}" for name, value in values.items() if value and "$" not in name)
        yield f"cycle {cycle}: {shown or 'all inputs are 0'}"
