# SPDX-License-Identifier: Apache-2.0
"""The jobs in which faults are injected, and what the loop needs to know of their results."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from models.formats import Format, widen
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.scenario import Abort, Scenario, Window
from tb.stimulus.placement import DEFAULT_BASE

_SIZE = (12, 16, 16)  # of the faults in arXiv 2504.14399
_WINDOW = 4096
_STEP = 1024  # from one operand to the next
_CUT = 60  # cycles from trigger to soft clear
_SEED = 8  # of the data, by which all registers are written in order


def _job(op: Op = Op.GEMM, fmt: Format = Format.FP16, place: int = 0, *, fault_tolerant: bool = False) -> Job:
    m, n, k = _SIZE
    base = DEFAULT_BASE + 3 * _STEP * place
    return Job(
        op=op,
        m=m,
        n=n,
        k=k,
        x_addr=base,
        w_addr=base + _STEP,
        z_addr=base + 2 * _STEP,
        fmt=fmt,
        data_seed=_SEED + 8 * place,
        fault_tolerant=fault_tolerant,
    )


def _scenario(*jobs: Job, abort: Abort | None = None) -> Scenario:
    return Scenario(0, jobs, Window(DEFAULT_BASE, _WINDOW * len(jobs)), poison_seed=_SEED, abort=abort)


def _cut() -> Scenario:
    # The result is the same wherever the first was cut: nothing reads what it wrote.
    job = _job(Op.MATMUL)
    return _scenario(job, job, abort=Abort("clear", after=_CUT))


JOBS: Mapping[str, Callable[[], Scenario]] = {
    "gemm": lambda: _scenario(_job()),
    "add_min": lambda: _scenario(_job(Op.ADDMIN)),
    "fp8": lambda: _scenario(_job(fmt=Format.E4M3)),
    "pair": lambda: _scenario(_job(), _job(place=1)),
    "clear": _cut,
    "tolerant": lambda: _scenario(_job(fault_tolerant=True)),
}
"""Jobs of 12 x 16 x 16 by name.

A GEMM in FP16, shortest paths, a GEMM in FP8, two in the queue, one that a soft clear cuts, then whole, and
one in fault-tolerant mode.
"""


def write_results(path: Path, scenario: Scenario) -> None:
    """Write where a scenario's results lie, and the number of each code: 32-bit words and binary32."""
    with path.open("wb") as file:
        jobs = scenario.jobs if scenario.abort is None else scenario.jobs[-1:]
        file.write(struct.pack("<I", len(jobs)))
        for job in jobs:
            fmt = job.z_fmt
            codes = np.arange(2 ** (8 * fmt.itemsize), dtype=fmt.dtype)
            numbers = (widen(codes, fmt) if fmt is not Format.FP16 else codes).view(np.float16)
            table = numbers.astype("<f4").tobytes()
            place = job.z_addr - scenario.window.base
            file.write(struct.pack("<4I", place, job.m * job.k, fmt.itemsize, len(table)) + table)
