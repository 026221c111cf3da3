# SPDX-License-Identifier: Apache-2.0
"""Speed of the accelerator itself: cycles and utilization of GEMMs of well-known sizes, in the bare loop."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.ops import Op
from models.timing import utilization
from regressions.bench.bare import run_bare, write_list
from regressions.simulators.base import Simulator
from tb.descriptor import Descriptor
from tb.stimulus.job import GemmJob

SIZES = ((12, 16, 16), (24, 32, 32), (32, 32, 32), (48, 48, 48), (96, 96, 96))
"""M, N, K of the GEMMs in section 8 of the contract."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job, alone, without stalls.

    Attributes:
        op: Operation.
        format: Format of the elements.
        M: Rows of X.
        N: Columns of X.
        K: Columns of W.
        cycles: From the grant of the trigger to the event.
        bound: Most cycles it may take on this device.
        utilization: Useful steps per step of the array.
    """

    op: str
    format: str
    M: int
    N: int
    K: int
    cycles: int
    bound: int
    utilization: float


def measure(
    device: Descriptor, simulator: Simulator, folder: Path, sizes: tuple[tuple[int, int, int], ...] = SIZES
) -> list[Row]:
    """Runs FP16 GEMMs of ones.

    Args:
        device: The device.
        simulator: Builds the bare loop.
        folder: For the build's log and the job list.
        sizes: M, N and K of each job.

    Raises:
        UserError: The loop failed.
        BuildError: It cannot be built.
    """
    bare = simulator.build_bare(device, folder / "bare-build.log")
    jobs = [
        GemmJob(x=np.ones((m, n)), w=np.ones((n, k)), y=np.ones((m, k)), op=Op.GEMM).scenario(index)
        for index, (m, n, k) in enumerate(sizes)
    ]
    job_list = folder / "accelerator.list"
    write_list(job_list, jobs, device)
    cycles = run_bare(bare.executable, job_list).job_cycles
    return [
        Row(
            op=Op.GEMM.name,
            format=scenario.jobs[0].format_name,
            M=m,
            N=n,
            K=k,
            cycles=taken,
            bound=device.bound(scenario.jobs[0]),
            utilization=round(utilization(device.instance, m, n, k, taken), 6),
        )
        for scenario, (m, n, k), taken in zip(jobs, sizes, cycles, strict=True)
    ]
