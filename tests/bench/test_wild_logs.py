# SPDX-License-Identifier: Apache-2.0
"""Nothing that a device can leave in the logs makes the scoreboard raise: it judges wild ones."""

import random

import pytest

from tb.descriptor import load
from tb.exchange.status import Status
from tb.stimulus.stream import ScenarioStream
from tests.bench.wild import Wild, scoreboard

_KNOBS = {"m": [0, 9], "n": [0, 9], "k": [0, 9], "max_macs": 300}
_ABORTED = {"jobs": 2, "abort": {"clear": 1, "reset": 1}}


@pytest.mark.parametrize("name", ["redmule_4x4x1", "serial"])
@pytest.mark.parametrize("more", [{"jobs": [1, 4]}, _ABORTED], ids=["whole", "cut"])
def test_wild_logs_are_judged(name: str, more: dict[str, object]) -> None:
    device, rng = load(name), random.Random(f"{name} {more}")
    stream, board, statuses = ScenarioStream("wild", 1, _KNOBS | more, device), scoreboard(device), set()
    for index in range(20):
        wild = Wild(rng, device, stream.scenario(index))
        for _ in range(30):
            said = rng.choice(("", "", "", "no grant"))
            verdict = wild.judge(board, said)
            reported = [each.detail for each in verdict.findings if each.checker == "register_port"]
            assert reported == [said] * bool(said)
            statuses.add(verdict.status)
            assert len(verdict.jobs) == len(wild.scenario.jobs)
            assert all(job.utilization >= 0 for job in verdict.jobs)
    assert {Status.MISMATCH, Status.PROTOCOL} <= statuses
