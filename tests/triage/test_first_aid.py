# SPDX-License-Identifier: Apache-2.0
"""First aid: what is recognised in the findings of a device, and what is not."""

import numpy as np
import pytest

from regressions.judge import SegmentResult
from regressions.triage.first_aid import first_aid
from tb.exchange.entry import TestEntry
from tb.exchange.plan import Segment
from tb.exchange.results import Failure, Finding
from tb.exchange.status import Status
from tb.scoreboard.misplaced import misplaced
from tests.job_results import job_result

NEVER = "silent before the first request, busy_o low; no event of job 0, 0 of 1 ended"
WRITTEN = "silent after the last write, busy_o low; no event of job 0, 0 of 1 ended"
HELD = "ACQUIRE of job 1 read 0xfffffffe with a context free"
LINE = "broken: evt_o[core][1] stays 0 (1 times, first at edge 90)"
LATER = "silent in the middle of the job, busy_o high; no event of job 0, 0 of 1 ended"
LOW = "broken: reads stay within the operands (3 times, first at edge 90, address 0x00000020)"
FAR = LOW.replace("0x00000020", "0x10000020")
SWAPPED = "Z[0,0] is 0x003c instead of 0x3c00 (FP16); the bytes of every element are swapped"
OTHER = "Z[0,0] is 0x3c00 instead of 0x4000 (FP16); all of Z is the result of {}"
ELSEWHERE = "Z[0,0] is 0x3c00 instead of 0x4000 (FP16); all of Z is that of 1 row further on"


def results(*findings: tuple[str, str], passed: bool = False) -> list[SegmentResult]:
    """A segment with a failure for each finding, and maybe a job that passed."""
    failures = [
        Failure("t", number, Status.MISMATCH, "", (Finding(Status.MISMATCH, checker, detail),))
        for number, (checker, detail) in enumerate(findings)
    ]
    jobs = [job_result(status=Status.PASSED if passed else Status.TIMEOUT)]
    where = Segment(TestEntry("t", "s", weight=1.0), 1, 0, 9, 9, 100, device="d")
    return [SegmentResult(where, Status.MISMATCH, "", "", jobs, failures)]


@pytest.mark.parametrize(
    ("findings", "passed", "advice"),
    [
        ([("watchdog", NEVER)] * 3, False, ["no job ever began"]),
        ([("watchdog", NEVER)] * 3, True, []),
        ([("watchdog", NEVER), ("watchdog", LATER)], False, []),
        ([("watchdog", NEVER)] * 3, False, ["a commit before it"]),
        ([("watchdog", NEVER), ("register_port", HELD)], False, ["did not take the first one"]),
        ([("register_port", HELD)], False, []),
        ([("watchdog", WRITTEN), ("rule 9", LINE)], False, ["on the other line"]),
        ([("watchdog", WRITTEN)], False, ["look at evt_o"]),
        ([("watchdog", WRITTEN), ("rule 9", LINE)], True, []),
        ([("watchdog", WRITTEN), ("watchdog", LATER)], False, []),
        ([("rule 5", LOW)], True, ["a pointer did not take its value"]),
        ([("rule 5", FAR), ("rule 6", FAR), ("rule 5", LOW)], True, []),
        ([("memory", SWAPPED)], True, ["big-endian"]),
        ([("memory", ELSEWHERE), ("memory", ELSEWHERE), ("memory", "Z is wrong")], True, ["lies elsewhere"]),
        ([("watchdog", NEVER), ("rule 6", LOW)], False, ["no job ever began", "a pointer did not"]),
        (
            [
                ("memory", OTHER.format("another operation, GEMM")),
                ("memory", OTHER.format("another operation, MULMAX")),
            ],
            True,
            ["`operation_codes`"],
        ),
        ([("memory", OTHER.format("another format of W, E5M2"))], True, ["`format_codes`"]),
        ([("memory", OTHER.format("M and K exchanged"))], True, ["places of these roles"]),
        ([("memory", OTHER.format("W read 1 row further back"))], True, ["a cycle early or late"]),
        ([("memory", OTHER.format("operands read a cycle early"))], True, ["a cycle early or late"]),
        ([("memory", OTHER.format("N 1 less")), ("memory", "Z is wrong")], True, []),
        ([], True, []),
    ],
)
def test_advice(findings: list[tuple[str, str]], passed: bool, advice: list[str]) -> None:
    lines = first_aid(results(*findings, passed=passed))
    assert len(lines) == len(advice)
    assert all(part in line for part, line in zip(advice, lines, strict=True))


Z = np.arange(0x3C00, 0x3C00 + 20, dtype=np.uint16).reshape(5, 4)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (Z.byteswap(), "the bytes of every element are swapped"),
        (np.roll(Z, 1, axis=0), "all of Z is that of 1 row further back"),
        (np.roll(Z, -2, axis=0), "all of Z is that of 2 rows further on"),
        (np.roll(Z.ravel(), 3).reshape(5, 4), "all of Z is that of 3 elements further back"),
        (Z ^ 1, ""),
        (np.zeros_like(Z), ""),
    ],
)
def test_a_result_at_another_place_is_recognised(got: np.ndarray, words: str) -> None:
    assert misplaced(got, Z) == words


def test_a_matrix_of_one_value_is_at_no_place() -> None:
    assert misplaced(np.ones((5, 4), np.uint16), np.ones((5, 4), np.uint16)) == ""
