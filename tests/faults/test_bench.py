# SPDX-License-Identifier: Apache-2.0
"""The whole bench judges upsets as the loop does: scoreboard, protocol rules and watchdog."""

from dataclasses import replace
from pathlib import Path

import pytest

from regressions.faults.outcomes import FaultOutcome
from tests.faults.comparison import draw, judge

OF_EACH = 6


@pytest.mark.sim
def test_the_bench_sees_what_the_loop_says(tmp_path: Path) -> None:
    judged = judge(tmp_path, draw(OF_EACH))
    outcomes = {each.outcome for each in judged}
    assert {*FaultOutcome} > outcomes > {FaultOutcome.MASKED, FaultOutcome.WRONG_RESULT, FaultOutcome.HANG}
    assert [each for each in judged if not each.agreed] == []
    # A class that is another one does not agree.
    masked = next(each for each in judged if each.outcome is FaultOutcome.MASKED)
    assert not any(
        replace(masked, outcome=outcome).agreed
        for outcome in (FaultOutcome.WRONG_RESULT, FaultOutcome.WRONG_ACCESS, FaultOutcome.HANG)
    )
    wrong = next(each for each in judged if each.outcome is FaultOutcome.WRONG_RESULT)
    assert not replace(wrong, outcome=FaultOutcome.MASKED).agreed
