# SPDX-License-Identifier: Apache-2.0
"""Upsets judged by the whole bench and by the loop: ``python -m tests.faults.comparison 250``."""

import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from regressions.faults.outcomes import FaultOutcome
from tb.descriptor import load
from tests.bench.simulation import PlannedTest, simulate
from tests.faults.small import small_map
from tests.faults.upsets import SEEN, WANTED

BEFORE = 9
"""Cycles before the trigger that upsets are drawn from: the job registers are written in them."""


@dataclass(frozen=True, slots=True)
class JudgedUpset:
    """An upset in both."""

    register: str
    bit: int
    cycle: int  # after `busy_o` rises
    outcome: FaultOutcome  # in the loop
    statuses: frozenset[str] = frozenset()  # of the bench's findings

    @property
    def agreed(self) -> bool:
        """The bench saw what the loop says."""
        match self.outcome:
            case FaultOutcome.MASKED:
                return not self.statuses
            case FaultOutcome.WRONG_RESULT:
                return "mismatch" in self.statuses
            case FaultOutcome.HANG:
                return "timeout" in self.statuses
            # The bound has room, and the next job is another one.
            case FaultOutcome.LATE | FaultOutcome.LATENT:
                return self.statuses <= {"timeout"}
            case _:
                return bool(self.statuses)


def draw(of_each: int) -> list[JudgedUpset]:
    """Draw some upsets of each class in the job registers, which the bench reaches by the back door."""
    made, device = small_map(), load("serial")
    paths = {path: register for register, path in device.backdoor.items() if register != "FINISHED"}
    found: dict[FaultOutcome, list[JudgedUpset]] = {}
    rises = made.trigger + 1  # the queue is busy from the edge on that takes the trigger
    for place, (owner, _, bit) in enumerate(made.bits):
        variable = made.variables[owner]
        register = paths.get(f"{variable.path}.{variable.name}")
        if register is None:
            continue
        for cycle in range(max(rises - BEFORE, 0), rises + 2):
            outcome = FaultOutcome(made.table[cycle, place]["outcome"])
            found.setdefault(outcome, []).append(JudgedUpset(register, int(bit), cycle - rises, outcome))
    rng = random.Random(1)
    return [each for upsets in found.values() for each in rng.sample(upsets, min(of_each, len(upsets)))]


def judge(folder: Path, upsets: list[JudgedUpset]) -> list[JudgedUpset]:
    """Have the whole bench judge upsets, all in one simulation, behind a job without one."""
    wanted = [(each.register, each.bit, each.cycle) for each in upsets]
    (folder / WANTED).write_text(json.dumps(wanted))
    part = PlannedTest("upsets", f"{Path(__file__).with_name('upsets.py')}:Upsets", end=len(upsets) + 1)
    _, said = simulate(folder, [part], device="serial")
    verdicts = [json.loads(line) for line in (folder / SEEN).read_text().splitlines()]
    assert len(verdicts) == len(upsets) + 1, said
    assert verdicts[0]["statuses"] == []
    return [
        JudgedUpset(each.register, each.bit, each.cycle, each.outcome, frozenset(verdict["statuses"]))
        for each, verdict in zip(upsets, verdicts[1:], strict=True)
    ]


def main() -> None:
    """Compare as many of each class as the argument says."""
    with tempfile.TemporaryDirectory() as folder:
        judged = judge(Path(folder), draw(int(sys.argv[1])))
    print(
        ", ".join(f"{outcome.words} {count}" for outcome, count in Counter(u.outcome for u in judged).items())
    )
    wrong = [each for each in judged if not each.agreed]
    print(f"{len(judged)} upsets, {len(wrong)} on which bench and loop do not agree", *wrong, sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
