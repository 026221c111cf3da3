# SPDX-License-Identifier: Apache-2.0
"""A test all of whose jobs hang as is known of the device has no meaning on it; one of others has."""

from pathlib import Path
from typing import Any

import pytest

from regressions.judge import stopped_by
from regressions.results import read_results
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.status import Status
from tests.bench.simulation import PlannedTest, simulate
from tests.strangers.five.test_five import DEVICE, HANG

pytestmark = pytest.mark.sim

KNOWN = f"""
base = "{DEVICE}"
name = "five"
[[known_issues]]
id = "stuck"
reason = "stops behind a read that had to wait"
expect = ["watchdog", "abort"]
when = 'n <= 2 and stall != "none"'
spreads = true
"""
SLOW: dict[str, Any] = {"abort": "clear", "stall": "random", "stall_rate": 0.8, "m": 3, "n": 2, "k": 96}
SLOW |= {"corners": 0, "fmt": "FP16"}
COUNT = 6


@pytest.mark.parametrize("mixed", [False, True])
def test_of_jobs_that_all_hang_nothing_can_be_compared(mixed: bool, tmp_path: Path) -> None:
    """Like `gemm_ops_cleared_slow`, whose jobs have one size, on a device that such jobs hang on."""
    (tmp_path / "known.toml").write_text(KNOWN)
    knobs = SLOW | ({"n": [1, 9]} if mixed else {})
    tests = [PlannedTest("slow", "gemm_op", knobs, end=COUNT)]
    simulate(tmp_path, tests, f"+mutant={HANG}", device=str(tmp_path / "known.toml"))
    (test,) = read_results(tmp_path / "results.jsonl").tests
    assert test.end is not None
    assert test.end.status is Status.PASSED, test.end.detail
    assert test.end.known["stuck"] == test.end.concerned["stuck"] > 0
    segment = Segment(TestEntry("slow", "gemm_op", knobs=knobs), 1, 0, COUNT, 2 * COUNT, 0)
    assert (stopped_by(segment, test.end), bool(test.end.compared_bytes)) == (["stuck"] * (not mixed), mixed)
