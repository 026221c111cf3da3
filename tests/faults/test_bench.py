# SPDX-License-Identifier: Apache-2.0
"""The whole bench judges upsets as the loop does: scoreboard, protocol rules and watchdog."""

import json
import random
from pathlib import Path

import pytest

from regressions.faults.outcomes import FaultOutcome
from tb.descriptor import load
from tests.bench.simulation import PlannedTest, simulate
from tests.faults.small import small_map
from tests.faults.upsets import SEEN, WANTED

pytestmark = pytest.mark.sim

OF_EACH = 6
BEFORE = 9
"""Cycles before the trigger that the job registers are read in, which the bench reaches by the back door."""


def drawn() -> list[tuple[str, int, int, FaultOutcome]]:
    """Some upsets of each class in the job registers: register, bit, cycle after `busy_o` rises, class."""
    made, device = small_map(), load("serial")
    paths = {path: register for register, path in device.backdoor.items() if register != "FINISHED"}
    found: dict[FaultOutcome, list[tuple[str, int, int, FaultOutcome]]] = {}
    for place, (owner, _, bit) in enumerate(made.bits):
        variable = made.variables[owner]
        register = paths.get(f"{variable.path}.{variable.name}")
        if register is None:
            continue
        # The queue is busy from the edge on that takes the trigger.
        rises = made.trigger + 1
        for cycle in range(max(rises - BEFORE, 0), rises + 2):
            outcome = FaultOutcome(made.table[cycle, place]["outcome"])
            found.setdefault(outcome, []).append((register, int(bit), cycle - rises, outcome))
    rng = random.Random(1)
    return [each for faults in found.values() for each in rng.sample(faults, min(OF_EACH, len(faults)))]


def test_the_bench_sees_what_the_loop_says(tmp_path: Path) -> None:
    faults = drawn()
    outcomes = {outcome for *_, outcome in faults}
    assert {FaultOutcome.MASKED, FaultOutcome.WRONG_RESULT, FaultOutcome.WRONG_ACCESS} <= outcomes
    (tmp_path / WANTED).write_text(json.dumps([fault[:3] for fault in faults]))
    part = PlannedTest("upsets", f"{Path(__file__).with_name('upsets.py')}:Upsets", end=len(faults) + 1)
    _, said = simulate(tmp_path, [part], device="serial")
    verdicts = [json.loads(line) for line in (tmp_path / SEEN).read_text().splitlines()]
    assert len(verdicts) == len(faults) + 1, said
    assert verdicts[0]["statuses"] == []
    wrong = []
    for verdict, fault in zip(verdicts[1:], faults, strict=True):
        statuses = {*verdict["statuses"]}
        match fault[-1]:
            case FaultOutcome.MASKED:
                right = not statuses
            case FaultOutcome.WRONG_RESULT:
                right = "mismatch" in statuses
            case FaultOutcome.HANG:
                right = "timeout" in statuses
            # The bound has room, and the next job is another one.
            case FaultOutcome.LATE | FaultOutcome.LATENT:
                right = statuses <= {"timeout"}
            case _:
                right = bool(statuses)
        if not right:
            wrong.append((fault, statuses))
    assert wrong == []
