# SPDX-License-Identifier: Apache-2.0
"""Speed of the accelerator itself: cycles and utilization of jobs alone, in the bare loop."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.published import published
from models.timing import utilization
from regressions.simulators.base import Simulator
from regressions.speed.bare import BareResult, run_bare, write_list
from regressions.speed.job_choice import MeasuredJob
from tb.exchange.device import Descriptor
from tb.exchange.scenario import NO_STALL, Scenario, StallSpec
from tb.stimulus.job import GemmJob

_STALL_SEED = 1


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One job, alone."""

    instance: str  # the engine, such as ``4x12x3 DW256``
    series: str  # series that the job belongs to, see `MeasuredJob`
    op: str  # operation
    format: str  # format of the elements
    M: int  # rows of X
    N: int  # columns of X
    K: int  # columns of W
    # Share of cycles in which the memory granted nothing; None where it always granted.
    stall_rate: float | None
    cycles: int  # from the grant of the trigger to the event
    bound: int  # most cycles it may take on this device, with the stalls it met
    # Cycles that somebody published for this job on such an instance; None where nobody did.
    published: int | None
    mac_per_cycle: float  # useful steps a cycle
    utilization: float  # useful steps per step of the array

    @property
    def slow(self) -> bool:
        """It took more cycles than it may."""
        return self.cycles > self.bound

    def to_json(self) -> dict[str, Any]:
        """The row as `bench.json` has it; without `stall_rate` where the memory always granted."""
        fields = asdict(self)
        if self.stall_rate is None:
            del fields["stall_rate"]
        return fields


def measure(
    device: Descriptor, simulator: Simulator, folder: Path, measured: Sequence[MeasuredJob]
) -> list[CaseRow]:
    """Runs jobs of ones in the bare loop of a device, one after the other.

    Raises:
        UserError: The loop failed.
        BuildError: It cannot be built.
    """
    bare = simulator.build_bare(device, folder / "bare-build.log")
    jobs = scenarios(measured)
    job_list = folder / "accelerator.list"
    write_list(job_list, jobs, device)
    return rows(device, measured, jobs, run_bare(bare.executable, job_list))


def scenarios(measured: Sequence[MeasuredJob]) -> list[Scenario]:
    """The jobs as the loop runs them."""
    return [
        GemmJob(
            x=np.ones((job.m, job.n)),
            w=np.ones((job.n, job.k)),
            y=np.ones((job.m, job.k)),
            op=job.op,
            fmt=job.fmt,
            stall=StallSpec("random", job.stall_rate, seed=_STALL_SEED) if job.stall_rate else NO_STALL,
        ).scenario(index)
        for index, job in enumerate(measured)
    ]


def rows(
    device: Descriptor, measured: Sequence[MeasuredJob], jobs: Sequence[Scenario], result: BareResult
) -> list[CaseRow]:
    """Measurements of the loop, job by job."""
    return [
        CaseRow(
            instance=device.instance.title,
            series=work.series,
            op=work.op.name,
            format=work.fmt.name,
            M=work.m,
            N=work.n,
            K=work.k,
            stall_rate=work.stall_rate if work.series == "stall" else None,
            cycles=cycles,
            bound=device.bound(scenario.jobs[0], stalls),
            published=None
            if work.stall_rate
            else published(device.instance, work.op, work.fmt, work.m, work.n, work.k),
            mac_per_cycle=round(work.m * work.n * work.k / cycles, 2),
            utilization=round(utilization(device.instance, work.m, work.n, work.k, cycles), 6),
        )
        for work, scenario, cycles, stalls in zip(
            measured, jobs, result.job_cycles, result.job_stalls, strict=True
        )
    ]
