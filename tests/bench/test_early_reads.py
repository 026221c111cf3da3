# SPDX-License-Identifier: Apache-2.0
"""A device that takes read data a cycle early: its results are told from the reads that it made."""

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from models.formats import Format
from models.gemm import gemm_op
from models.layout import load as load_matrix
from models.layout import store
from models.ops import Op
from tb.descriptor import load
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.exchange.traits import CONTRACT
from tb.scoreboard.early_reads import read_early
from tb.scoreboard.memory import compare
from tb.stimulus.image import initial_image, predict
from tests.bench.logs import beats, read

BASE, ACCESS = 0x1000, 36
SERIAL = load("serial")
JOB = Job(Op.GEMM, 3, 5, 7, 0x1104, 0x1304, 0x1504, data_seed=3)


def lines(job: Job, *, woven: bool) -> list[int]:
    """Addresses of the rows of W, X and Y: one operand after the other, or a row of each in turn."""
    rows = [
        [first + row * columns * job.element_bytes(job.z_fmt) for row in range(count)]
        for first, (count, columns) in zip(
            (job.w_addr, job.x_addr, job.y_place),
            (job.shapes[1], job.shapes[0], job.shapes[2]),
            strict=True,
        )
    ]
    if not woven:
        return [address for each in rows for address in each]
    return [each[place] for place in range(job.n) for each in rows if place < len(each)]


def told(job: Job, reads: Sequence[int]) -> str:
    """Return the words on a device that uses in each row what the read before it brought."""
    scenario = Scenario(0, (job,), Window(BASE, 0x1000))
    image = initial_image(scenario)
    right = predict(image, (job,), BASE)
    before = dict(zip(reads, [reads[0], *reads], strict=False))

    def matrix(first: int, rows: int, columns: int) -> np.ndarray:
        starts = [first + row * columns * 2 for row in range(rows)]
        places = [(before[start] & ~3) + start % 4 - BASE for start in starts]
        return np.concatenate([load_matrix(image, place, 1, columns, Format.FP16) for place in places])

    x, w = matrix(job.x_addr, job.m, job.n), matrix(job.w_addr, job.n, job.k)
    y = matrix(job.y_place, job.m, job.k) if job.op.reads_y else None
    actual = right.copy()
    store(actual, job.z_addr - BASE, gemm_op(job.op, x, w, y), Format.FP16)
    log = beats(read(10 + index, address & ~3) for index, address in enumerate(reads))
    (finding,) = compare(scenario, right, actual, SERIAL, log)
    return finding.detail.rpartition("; ")[2]


@pytest.mark.parametrize("woven", [False, True])
@pytest.mark.parametrize("job", [JOB, replace(JOB, op=Op.ADDMAX), replace(JOB, op=Op.MATMUL)])
def test_reads_a_cycle_early_are_told(job: Job, woven: bool) -> None:
    reads = [each for each in lines(job, woven=woven) if job.op.reads_y or each < job.z_addr]
    assert told(job, reads) == "all of Z is the result of operands read a cycle early"


def test_a_log_without_these_reads_explains_nothing() -> None:
    scenario = Scenario(0, (JOB,), Window(BASE, 0x1000))
    right = predict(initial_image(scenario), (JOB,), BASE)
    actual = right.copy()
    actual[JOB.z_addr - BASE] ^= 1
    for reads in ([], lines(JOB, woven=False), [0x9000, 0x9004]):
        log = beats(read(10 + index, address) for index, address in enumerate(reads))
        (finding,) = compare(scenario, right, actual, SERIAL, log)
        assert "cycle early" not in finding.detail


@pytest.mark.parametrize(("distance", "of_x"), [(-4, False), (-3, True), (26, True), (30, False)])
def test_a_read_of_an_operand_begins_in_the_word_of_its_first_byte_or_behind(
    distance: int, of_x: bool
) -> None:
    """X has 30 bytes; whatever lies beside them is another's."""
    window = Window(BASE, 0x1000)
    image = initial_image(Scenario(0, (JOB,), window))
    reads = np.array([JOB.w_addr + 0x100, JOB.x_addr + distance], np.int64)
    early = read_early(JOB, window, image, reads, ACCESS, CONTRACT)
    assert early is not None
    assert (early != predict(image, (JOB,), BASE)).any() == of_x
