# SPDX-License-Identifier: Apache-2.0
"""Devices with one to five defects at once: each defect is a bucket, whose condition is the defect's own."""

from pathlib import Path
from typing import Any

import pytest

from regressions.failures import bucket_of
from regressions.judge import SegmentResult
from regressions.results import read_results
from regressions.triage.sharing import commons
from regressions.triage.subgroup import Subgroup
from tb.descriptor import load
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.record import read_record
from tb.exchange.status import Status
from tests.bench.simulation import PlannedTest, simulate
from tests.strangers.harness import HERE

pytestmark = pytest.mark.sim

DEVICE = str(HERE / "five" / "five.toml")
KNOBS = {
    **{
        "m": [2, 12],
        "n": [1, 9],
        "k": [2, 9],
        "jobs": [1, 2],
        "corners": 0,
        "chain": 0.0,
        "classes": "normal",
    },
    **{"stall": ["none", "burst", "random"], "stall_rate": [0.7, 0.8], "fmt": "FP16"},
}
"""Small jobs, in which a stall meets nearly every one."""

COUNT = 300
HANG, WRONG, SLOW, STRAY, REGISTER = 1, 2, 4, 8, 16
SHOWN = {
    HANG: ("watchdog: silent in the middle of the job, busy_o high", 'n <= 2 and stall != "none"'),
    WRONG: ("memory: Z[#,#] is # instead of #", "m % 4 == 3"),
    SLOW: ("bound: # cycles, at most # allowed with # stalled", 'op == "ADDMAX"'),
    STRAY: ("rule #: broken: reads stay within the operands", "z_addr % 4 == 1"),
    REGISTER: ("register: edge #: read of ACQUIRE", "core == 3"),
}
"""By number of the defect (five.sv): how its bucket begins behind the status, and its condition."""


CHAINED = KNOBS | {"jobs": [1, 4], "chain": 0.5}
"""Jobs behind others, half of which read what one before wrote: what is wrong there is wrong here, too."""


@pytest.mark.parametrize("knobs", [KNOBS, CHAINED], ids=["apart", "chained"])
@pytest.mark.parametrize("mutant", [0, HANG | WRONG, WRONG | SLOW | REGISTER, 31])
def test_each_defect_is_a_bucket_with_its_own_condition(
    mutant: int, knobs: dict[str, Any], tmp_path: Path
) -> None:
    simulate(tmp_path, [PlannedTest("five", "gemm_op", knobs, end=COUNT)], f"+mutant={mutant}", device=DEVICE)
    (test,) = read_results(tmp_path / "results.jsonl").tests
    segment = Segment(TestEntry("five", "gemm_op", knobs=knobs), 1, 0, COUNT, 0, 0, device="five")
    status = Status.MISMATCH if mutant else Status.PASSED
    result = SegmentResult(segment, status, "", "", test.jobs, test.failures, None, test.end)
    records: dict[str, list[str]] = {}
    for failure in test.failures:
        for finding in failure.findings:
            records.setdefault(bucket_of(finding).partition(": ")[2], []).append(failure.record)
    told = {key.partition(": ")[2]: each for key, each in commons([result], load(DEVICE)).items()}
    chosen = [shown for number, shown in SHOWN.items() if number & mutant]
    assert len(records) == len(told) == len(chosen), records.keys()
    for begin, condition in chosen:
        (found,) = [each for key, each in told.items() if key.startswith(begin)]
        assert isinstance(found.condition, Subgroup), found.condition
        # Without stalls their rate is 0.
        text = found.condition.text.replace("stall_rate > 0", 'stall != "none"')
        assert (text, found.condition.exact) == (condition, True), found.lines
        assert not found.kin
        (those,) = [places for key, places in records.items() if key.startswith(begin)]
        assert read_record(tmp_path / those[0]).failing.jobs
