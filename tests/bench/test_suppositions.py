# SPDX-License-Identifier: Apache-2.0
"""Wrong results that are those of another job are told as such, and others are not."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from models.formats import Format
from models.ops import Op
from tb.descriptor import load
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.scoreboard.memory import compare
from tb.stimulus.image import initial_image, predict

BASE, X, W, Z = 0x1000, 0x1104, 0x1304, 0x1504
SERIAL = load("serial")
JOB = Job(Op.ADDMAX, 3, 5, 7, X, W, Z, data_seed=3)


def told(job: Job, **changes: Any) -> str:
    """Return the words on a device that runs a job as another one."""
    scenario = Scenario(0, (job,), Window(BASE, 0x1000))
    image = initial_image(scenario)
    right, wrong = (predict(image, (each,), BASE) for each in (job, replace(job, data=None, **changes)))
    first = job.z_addr - BASE
    actual = right.copy()
    actual[first : first + job.z_range[1]] = wrong[first : first + job.z_range[1]]
    (finding,) = compare(scenario, right, actual, SERIAL)
    return finding.detail.rpartition("; ")[2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"op": Op.MATMUL}, "another operation, MATMUL"),
        ({"op": Op.MINMAX}, "another operation, MINMAX"),
        ({"fmt": Format.BF16}, "another format, BF16"),
        ({"fmt": (Format.FP16, Format.BF16, Format.FP16)}, "another format of W, BF16"),
        ({"n": 7, "k": 5}, "N and K exchanged"),
        ({"m": 7, "k": 3}, "M and K exchanged"),
        ({"x_addr": W, "w_addr": X}, "X and W exchanged"),
        ({"n": 4}, "N 1 less"),
        ({"x_addr": X - 2}, "X read 1 element further back"),
        ({"w_addr": W + 14}, "W read 1 row further on"),
        ({"w_addr": W + 32}, "W read 1 access further on"),
        ({"y_addr": Z - 14}, "Y read 1 row further back"),
        ({"x_addr": X - 4, "w_addr": W - 4, "y_addr": Z - 4}, "all operands read 1 word further back"),
    ],
)
def test_the_other_job_is_named(changes: dict[str, Any], words: str) -> None:
    assert told(JOB, **changes) == f"all of Z is the result of {words}"


@pytest.mark.parametrize("changes", [{"n": 2}, {"x_addr": X + 20}, {"op": Op.MATMUL, "n": 4}])
def test_what_two_things_or_none_explain_is_not_told(changes: dict[str, Any]) -> None:
    assert "the result of" not in told(JOB, **changes)


def test_jobs_that_would_take_long_are_not_looked_into() -> None:
    long = replace(JOB, m=16, n=16, k=17, w_addr=0x1400, z_addr=0x1800)
    assert "the result of" not in told(long, op=Op.MATMUL)


def test_a_result_of_few_values_could_be_that_of_any_job() -> None:
    ones = np.full(35, 0x3C00, "<u2").tobytes()
    same = replace(JOB, op=Op.GEMM, data=(ones[:30], ones, ones[:42]))
    assert "the result of" not in told(same, n=4)
