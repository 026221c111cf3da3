# SPDX-License-Identifier: Apache-2.0
"""Streams of jobs whose operands are given: one after the other, as far as the device can run them."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tb.exchange.device import Descriptor
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario
from tb.stimulus.in_turn import CasesInTurn
from tb.stimulus.job import GemmJob
from tb.stimulus.placement import DEFAULT_BASE, lay_out

_MOST_CYCLES = 5_000_000  # of a job, by the device's bound: minutes of simulation


def too_long(device: Descriptor, jobs: Iterable[Job]) -> str | None:
    """Returns why the longest of some jobs takes too long on a device; None if it does not."""
    cycles = max(device.bound(job) or 0 for job in jobs)
    if cycles <= _MOST_CYCLES:
        return None
    return f"{device.name} may take {cycles} cycles for a job, more than {_MOST_CYCLES}"


def placed(scenario: Scenario, device: Descriptor) -> Scenario:
    """Returns the scenario of one job with room for all that a device reads and writes."""
    job = replace(scenario.jobs[0], fp8_bytes=device.traits.fp8_bytes)
    lengths = (job.x_range[1], job.w_range[1], device.traits.written(job))
    window, (x, w, z) = lay_out(lengths, (0, 0, 0), DEFAULT_BASE)
    return replace(scenario, jobs=(replace(job, x_addr=x, w_addr=w, z_addr=z),), window=window)


def refusal(scenario: Scenario, device: Descriptor) -> str | None:
    """Returns why a device does not run a scenario, None if it does."""
    return device.cannot(scenario) or too_long(device, scenario.jobs)


class GivenJobs(CasesInTurn[Scenario]):
    """Scenario i is one job of a recipe without a seed; after its last job it begins again, without stalls.

    What the device cannot do, or would work at for too long, is left out.
    """

    @abstractmethod
    def jobs(self) -> Iterable[GemmJob]:
        """All jobs, in their order; `descriptor` is the device's."""

    def cases(self) -> Iterator[Scenario]:
        """Their scenarios."""
        return (placed(job.scenario(), self.descriptor) for job in self.jobs())

    def refusal(self, case: Scenario) -> str | None:
        """Return why the device does not run a job; None if it does."""
        return refusal(case, self.descriptor)

    def made(self, case: Scenario, index: int) -> Scenario:
        """Return the scenario of a job by its number."""
        return replace(case, index=index)
