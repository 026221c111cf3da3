# SPDX-License-Identifier: Apache-2.0
"""Devices as the report shows them: how fast each is beside what was published, and its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from models.published import Headline, PublishedCase, cases_of, headlines
from regressions.pictures import HeatMap, Plot
from regressions.report.causes import (
    KNOWN,
    Group,
    at_case,
    at_published,
    by_operation,
    by_size,
    by_stalls,
    cause_names,
    first_at_cases,
    published_share,
    published_sums,
)
from regressions.report.exercised import OperationRow, exercised, operations
from regressions.report.plots import bound_spread, lost_plot, utilization_maps, utilization_spread
from regressions.summary import Summary
from tb.exchange.device import Descriptor
from tb.exchange.results import JobResult


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that says how fast a device is."""

    case: str  # size and format of the job
    utilization: float  # share of peak
    rate: float  # multiply-accumulates a cycle
    gflops: float | None = None  # at the published clock; None where there is none
    published: str = ""  # figures of others for the same job, and who these are; empty without
    behind: bool = False  # they are better


@dataclass(frozen=True)
class DeviceView:
    """A device in a run."""

    device: Descriptor
    jobs: Iterable[JobResult]  # those that passed; read more than once

    @property
    def name(self) -> str:
        """Name of the device."""
        return self.device.name

    @cached_property
    def published(self) -> tuple[PublishedCase, ...]:
        """Sizes with figures for its array."""
        return cases_of(self.device.instance)

    @cached_property
    def _at_cases(self) -> list[JobResult]:
        """Jobs of published sizes and headlines, so that all jobs are read once for these."""
        return first_at_cases(self.jobs, [*self.published, *map(_case, headlines())])

    @cached_property
    def speed(self) -> Figure | None:
        """The figure for the first screen: at the headline of its array, at a published size, or the best."""
        shape = self.device.instance
        for line in headlines():
            if line.instance == shape and (job := at_case(self._at_cases, _case(line))):
                return _beside(line, job)
        for case in sorted(self.published, key=lambda case: -case.m * case.n * case.k):
            if (share := published_share(case)) and (job := at_case(self._at_cases, case)):
                theirs = f"{100 * share:.2f} %, {case.source.partition(',')[0]}"
                return _figure(self.device, job, "", theirs, job.utilization < share)
        free = (job for job in self.jobs if job.stall == "none" and job.m * job.n * job.k)
        job = max(free, key=lambda job: job.utilization, default=None)
        return None if job is None else _figure(self.device, job, "best, ")

    @cached_property
    def comparison(self) -> list[tuple[PublishedCase, float | None, JobResult | None]]:
        """Published sizes with their utilization, and the job of the run."""
        return [(case, published_share(case), at_case(self._at_cases, case)) for case in self.published]

    @cached_property
    def sums(self) -> list[tuple[str, int, int, int]]:
        """Sums of published cycles, and of those of the run."""
        return published_sums(self._at_cases, self.published)

    @cached_property
    def pictures(self) -> list[HeatMap | Plot]:
        """Utilization over sizes, and cycles against the bound."""
        spreads = utilization_spread(self.jobs, self.published), bound_spread(self.jobs)
        return [*utilization_maps(self.jobs, self.published), *filter(None, spreads)]

    @cached_property
    def lost(self) -> list[Plot]:
        """Cycles by the cause that they were lost for; empty where the device has no probe."""
        groups = {
            "Lost cycles at the published sizes": at_published(self._at_cases, self.published),
            "Lost cycles by steps M*N*K, without stalls": by_size(self.jobs),
            "Lost cycles by operation, without stalls": by_operation(self.jobs),
            "Lost cycles by stalls of the memory": self._stalls,
        }
        return [plot for title, each in groups.items() if (plot := lost_plot(each, title))]

    @cached_property
    def _stalls(self) -> list[Group]:
        """Jobs by the stalls of the memory."""
        return by_stalls(self.jobs)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Causes that occur, in words."""
        names = cause_names(self._stalls)
        return {name: KNOWN[name][1] for name in names if name in KNOWN}

    @cached_property
    def exercised(self) -> list[HeatMap]:
        """Numbers of jobs."""
        return exercised(self.jobs)

    @cached_property
    def operations(self) -> list[OperationRow]:
        """Speed of each operation."""
        return operations(self.jobs)


def device_views(summary: Summary) -> list[DeviceView]:
    """The devices of a run, the main one first."""
    return [DeviceView(device, summary.measured(device.name)) for device in summary.run.devices]


def _case(line: Headline) -> PublishedCase:
    return PublishedCase(line.instance, line.op, line.fmt, line.m, line.n, line.k, None, None, line.source)


def _beside(line: Headline, job: JobResult) -> Figure:
    rate, gflops = line.speed(job.utilization)
    theirs, _ = line.speed(line.utilization)
    figure = (
        f"{theirs:.1f} MAC/cycle" if line.gflops is None else f"{line.gflops:g} GFLOPS at {line.mhz:g} MHz"
    )
    published = f"{100 * line.utilization:.1f} %, {figure}, {line.source}"
    return Figure(_name(job), job.utilization, rate, gflops, published, job.utilization < line.utilization)


def _figure(
    device: Descriptor, job: JobResult, what: str, published: str = "", behind: bool = False
) -> Figure:
    shape = device.instance
    rate = job.utilization * shape.h * shape.l
    return Figure(f"{what}{_name(job)}", job.utilization, rate, None, published, behind)


def _name(job: JobResult) -> str:
    return f"{job.m}x{job.n}x{job.k} {job.format}"
