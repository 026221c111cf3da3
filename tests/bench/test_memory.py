# SPDX-License-Identifier: Apache-2.0
"""Comparison of memories: each wrong bit is found and named."""

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from models.formats import Format
from models.layout import load as load_matrix
from models.layout import store
from models.ops import Op
from tb.descriptor import load
from tb.exchange.job import Job
from tb.exchange.results import Finding
from tb.exchange.scenario import Scenario
from tb.exchange.status import Status
from tb.scoreboard.finding import Span
from tb.scoreboard.memory import compare
from tb.scoreboard.requests import check_requests
from tb.stimulus.image import initial_image, predict
from tests.bench.logs import BASE, EMPTY, JOB, OTHER, Z, names, read, scenario, seen

SERIAL = load("serial")


def predicted(*jobs: Job) -> tuple[Scenario, NDArray[np.uint8]]:
    """A scenario of these jobs, and the memory that they leave."""
    whole = scenario(*jobs)
    return whole, predict(initial_image(whole), jobs, BASE)


def flipped(*jobs: Job, bits: dict[int, int]) -> list[Finding]:
    """Findings where bits of some bytes, by their addresses, are not as predicted."""
    whole, after = predicted(*jobs)
    actual = after.copy()
    for address, mask in bits.items():
        actual[address - BASE] ^= mask
    return compare(whole, after, actual, SERIAL)


def test_equal_memories_give_no_finding() -> None:
    assert not flipped(JOB, bits={})


def test_each_wrong_bit_of_z_is_found_and_named() -> None:
    for byte in range(JOB.z_range[1]):
        (finding,) = flipped(JOB, bits={Z + byte: 0x80})
        assert (finding.status, finding.checker, finding.job) == (Status.MISMATCH, "memory", 0)
        assert finding.detail.startswith(f"Z[{byte // 2 // 4},{byte // 2 % 4}] is 0x")
        assert "1 of 8 elements wrong" in finding.detail


@pytest.mark.parametrize(
    ("op", "want", "text"),
    [
        # The maximum of 1 + 1 = 2 with 1 can only be lost after the last step.
        (Op.ADDMAX, 0x4000, "the partial sum can first have gone wrong in step n = 2"),
        (Op.GEMM, 0x4400, "the start value or any partial sum can have gone wrong"),
    ],
)
def test_tile_and_first_wrong_step_are_named(op: Op, want: int, text: str) -> None:
    one = np.full(1, 0x3C00, np.uint16).tobytes()
    job = replace(JOB, op=op, data=(one * 6, one * 12, one * 8))
    whole, after = predicted(job)
    z = load_matrix(after, Z - BASE, 2, 4, job.fmt).copy()
    assert (z == want).all()
    actual = after.copy()
    z[1, 2] = 0x3C00
    store(actual, Z - BASE, z, job.fmt)
    (finding,) = compare(whole, after, actual, SERIAL)
    assert finding.detail.startswith(
        f"Z[1,2] is 0x3c00 instead of {want:#06x} (FP16, tile 1,2; 1 of 8 elements wrong); {text}"
    )


def test_a_wrong_element_of_a_narrow_z_is_named_in_its_format() -> None:
    formats = (Format.E4M3, Format.FP16, Format.E5M2)
    one, eight = np.full(1, 0x3C00, np.uint16).tobytes(), bytes([0x38]) * 6
    job = replace(JOB, fmt=formats, data=(eight, one * 12, bytes([0x3C]) * 8))
    whole, after = predicted(job)
    assert (after[Z - BASE : Z - BASE + 8] == 0x44).all()
    actual = after.copy()
    actual[Z - BASE + 6] = 0x42
    (finding,) = compare(whole, after, actual, SERIAL)
    assert finding.detail.startswith(
        "Z[1,2] is 0x42 instead of 0x44 (E4M3/FP16/E5M2, tile 1,2; 1 of 8 elements wrong); the start value or"
    )
    # What is stored as 3 can be the sum without one of the three steps.
    assert "without step 0, 1, 2" in finding.detail


def test_a_byte_outside_every_z_is_found() -> None:
    (finding,) = flipped(JOB, OTHER, bits={Z - 1: 1, BASE + 0xFFF: 1})
    assert finding.job is None
    assert f"2 bytes outside every Z changed, the first at {Z - 1:#010x}" in finding.detail


def test_the_last_job_that_writes_a_byte_answers_for_it() -> None:
    findings = flipped(JOB, replace(OTHER, z_addr=Z, m=1), bits={Z: 1, Z + 15: 1})
    assert [finding.job for finding in findings] == [0, 1]
    assert findings[0].detail.startswith("Z[1,3]")
    assert findings[1].detail.startswith("Z[0,0]")


def test_job_without_steps() -> None:
    (finding,) = flipped(replace(JOB, n=0), bits={Z: 1})
    assert "no step: N is 0" in finding.detail


def test_bytes_the_contract_leaves_open_are_not_compared() -> None:
    overlapping = replace(JOB, x_addr=Z - 2)
    assert not flipped(overlapping, bits={Z: 1})
    assert names(flipped(overlapping, bits={Z: 1, Z - 1: 1})) == ["memory"]


def test_empty_job_touches_nothing() -> None:
    log = seen(requests=[read(60, OTHER.x_addr)])
    ran = [Span(10, 50, 10), Span(55, 58, 55)]
    assert names(check_requests(scenario(JOB, EMPTY), ran, log)) == ["late_request"]
