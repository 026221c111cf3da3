# SPDX-License-Identifier: Apache-2.0
"""Preparation of a scenario for a device and its judges, before its turn comes."""

from collections.abc import Sequence
from typing import NamedTuple

from tb.agents.tcdm.memory import memory_setting
from tb.dpi.setting import NO_LIMITS, Limits
from tb.exchange.device import Descriptor
from tb.exchange.results import JobResult
from tb.exchange.scenario import Scenario
from tb.scoreboard.deputy import job_rows
from tb.scoreboard.verdict import unmeasured

_PROGRAMMING = 1000  # cycles a scenario may spend on the register port, in the watchdog's budget
_WATCHDOG_FACTOR = 2  # a job that is merely slow ends, and is reported with its cycles
_PAUSE = 128  # cycles a device may be silent besides: more than between any accesses that program a job


class Preparation(NamedTuple):
    """All that follows from a scenario and the device."""

    setting: bytes  # memory and watchdog, as the bench takes them (`tb.dpi.setting`)
    rows: bytes  # jobs as the deputy takes them
    results: list[JobResult]  # of the jobs, with their bounds without stalls; nothing else is measured


def prepare(scenario: Scenario, device: Descriptor) -> Preparation:
    """Prepare a scenario."""
    bounds = [device.bound(job) for job in scenario.jobs]
    results = [unmeasured(scenario, position, bound) for position, bound in enumerate(bounds)]
    setting = device_setting(scenario, device, _limits(scenario, bounds))
    return Preparation(setting, job_rows(scenario, device), results)


def device_setting(scenario: Scenario, device: Descriptor, limits: Limits = NO_LIMITS) -> bytes:
    """Return what a scenario asks of the bench of a device, without a watchdog unless limits are given."""
    return memory_setting(scenario, (device.instance.dw + 32) // 8, device.traits, limits)


def _limits(scenario: Scenario, bounds: Sequence[int]) -> Limits:
    """Limits of the watchdog, by the bounds of the jobs.

    Within its bound a job cannot have no sign of life for longer than the bound, nor end none of several
    queued jobs in that time; one that is slower, but by less than the factor, ends.
    """
    until_cut = 0 if scenario.abort is None else sum(cut.after for cut in scenario.abort.cuts)
    budget = sum(_WATCHDOG_FACTOR * bound + _PROGRAMMING for bound in bounds) + _PROGRAMMING
    pause, longest = _PAUSE + until_cut, max(bounds)
    return Limits(budget + until_cut, longest + pause, _WATCHDOG_FACTOR * longest + pause)
