# SPDX-License-Identifier: Apache-2.0
"""A memory with busy banks: the device waits as long as its lanes are many, and computes the same."""

from pathlib import Path

import pytest

from tests.bench.simulation import PlannedTest, simulate

pytestmark = pytest.mark.sim


def test_reads_wait_for_all_their_banks_and_writes_for_those_of_their_bytes(tmp_path: Path) -> None:
    knobs = {"stall": "banks", "bank_rate": 0.25, "jobs": 1, "max_macs": 256, "corners": 0}
    sizes = {"m": [1, 4], "n": [1, 8], "k": [1, 4], "alignment": 4}
    # The serial device reads words of the port, nine banks, and writes an element, one bank.
    reading = PlannedTest("reading", "gemm_op", {**knobs, **sizes, "op": "MATMUL"}, end=40)
    writing = PlannedTest("writing", "gemm_op", {**knobs, **sizes, "n": 0, "op": "MATMUL"}, end=40)
    outcomes, _ = simulate(tmp_path, [reading, writing])
    for name in ("reading", "writing"):
        jobs = outcomes[name].jobs
        assert {job["status"] for job in jobs} == {"passed"}, outcomes[name].failures
        beats = sum(job["beats_read"] + job["beats_written"] for job in jobs)
        reads = sum(job["beats_read"] for job in jobs) / beats
        waiting = sum(job["stalled"] for job in jobs) / beats
        expected = reads * (0.75**-9 - 1) + (1 - reads) * (0.75**-1 - 1)
        assert waiting == pytest.approx(expected, rel=0.2)
