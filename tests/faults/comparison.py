# SPDX-License-Identifier: Apache-2.0
"""Upsets judged by the whole bench and by the loop.

``python -m tests.faults.comparison 250`` takes as many of each class, in the job registers of the serial
device, and ``python -m tests.faults.comparison 1000 redmule_4x4x1`` so many anywhere in an array.
"""

import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from regressions.faults.injection import FaultLoop, RegisterVariable
from regressions.faults.jobs import JOBS
from regressions.faults.outcomes import FaultOutcome
from regressions.simulators import get_simulator
from regressions.simulators.model import NO_ASSERTIONS
from tb.descriptor import load
from tb.exchange.scenario import Scenario
from tests.bench.simulation import PlannedTest, simulate
from tests.faults.small import SCENARIO, small_map
from tests.faults.upsets import SEEN, WANTED, Upset, WantedUpsets

BEFORE = 9
"""Cycles before the trigger that upsets are drawn from: the job registers are written in them."""

UNSEEN = ("rule 4", "schedule_causes", "causes_working", "causes_padding", "causes_total")
"""Checkers of what the loop does not look at: byte enables of reads, and what the probe says."""


@dataclass(frozen=True, slots=True)
class JudgedUpset:
    """An upset in both."""

    upset: Upset
    outcome: FaultOutcome  # in the loop
    findings: tuple[tuple[str, str], ...] = ()  # of the bench, by checker and status, the gravest first

    @property
    def statuses(self) -> set[str]:
        """Statuses of what the loop could see, too."""
        return {status for checker, status in self.findings if checker not in UNSEEN}

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
    """Draw some upsets of each class in the job registers of the serial device, public in its bench."""
    made, device = small_map(), load("serial")
    paths = {path for register, path in device.backdoor.items() if register != "FINISHED"}
    found: dict[FaultOutcome, list[JudgedUpset]] = {}
    rises = made.trigger + 1  # the queue is busy from the edge on that takes the trigger
    for place, (owner, entry, bit) in enumerate(made.bits):
        path = _path(made.variables[owner])
        if path not in paths:
            continue
        for cycle in range(max(rises - BEFORE, 0), rises + 2):
            outcome = FaultOutcome(made.table[cycle, place]["outcome"])
            upset = Upset(path, int(entry), int(bit), cycle - rises)
            found.setdefault(outcome, []).append(JudgedUpset(upset, outcome))
    rng = random.Random(1)
    return [each for upsets in found.values() for each in rng.sample(upsets, min(of_each, len(upsets)))]


def draw_anywhere(folder: Path, name: str, scenario: Scenario, count: int) -> tuple[Path, list[JudgedUpset]]:
    """Draw upsets alike from all registers of a device and all cycles of a scenario.

    Returns:
        A descriptor of the device with all these registers in its back door, and the upsets.
    """
    loop = FaultLoop(load(name), get_simulator(), scenario, folder)
    size = loop.some(np.zeros((0, 2), np.uint32))
    rng = np.random.default_rng(1)
    rises = size.trigger + 1
    drawn = np.stack(
        [rng.integers(rises, size.end + 1, count), rng.integers(0, len(size.bits), count)], axis=1
    ).astype(np.uint32)
    table = loop.some(drawn).table[0]
    upsets = []
    for (cycle, place), fault in zip(drawn, table, strict=True):
        owner, entry, bit = size.bits[place]
        upset = Upset(_path(size.variables[owner]), int(entry), int(bit), int(cycle) - rises)
        upsets.append(JudgedUpset(upset, FaultOutcome(fault["outcome"])))
    paths = sorted({each.upset.path for each in upsets})
    device = folder / f"{name}_public.toml"
    device.write_text(
        f'base = "{load(name).path}"\nname = "{name}_public"\ndescription = "{name}, registers public"\n'
        f'defines = {{ {NO_ASSERTIONS} = "" }}\n[backdoor]\n'
        + "".join(f'R{number} = "{path}"\n' for number, path in enumerate(paths))
    )
    return device, upsets


def _path(variable: RegisterVariable) -> str:
    """Hierarchical path of a variable below the device."""
    return f"{variable.path}.{variable.name}"


def judge(
    folder: Path, upsets: list[JudgedUpset], scenario: Scenario = SCENARIO, device: str = "serial"
) -> list[JudgedUpset]:
    """Have the whole bench judge upsets, all in one simulation, behind a job without one."""
    wanted = WantedUpsets(scenario, tuple(each.upset for each in upsets))
    (folder / SEEN).unlink(missing_ok=True)
    (folder / WANTED).write_bytes(msgspec.json.encode(wanted))
    part = PlannedTest("upsets", f"{Path(__file__).with_name('upsets.py')}:Upsets", end=len(upsets) + 1)
    _, said = simulate(folder, [part], device=device)
    verdicts = [json.loads(line) for line in (folder / SEEN).read_text().splitlines()]
    assert len(verdicts) == len(upsets) + 1, said
    assert verdicts[0] == []
    return [
        replace(each, findings=tuple(map(tuple, verdict)))
        for each, verdict in zip(upsets, verdicts[1:], strict=True)
    ]


def main() -> None:
    """Compare as many as the arguments say."""
    count, *names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if names:
            scenario = JOBS["gemm"]()
            device, upsets = draw_anywhere(folder, names[0], scenario, int(count))
            judged = judge(folder, upsets, scenario, str(device))
        else:
            judged = judge(folder, draw(int(count)))
    for outcome, number in Counter(each.outcome for each in judged).most_common():
        first = Counter(
            each.findings[0][0] if each.findings else "nothing" for each in judged if each.outcome is outcome
        )
        said = ", ".join(f"{checker} {times}" for checker, times in first.most_common())
        print(f"{outcome.words}: {number}, of which the bench says {said}")
    wrong = [each for each in judged if not each.agreed]
    print(f"{len(judged)} upsets, {len(wrong)} on which bench and loop do not agree", *wrong, sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
