# SPDX-License-Identifier: Apache-2.0
"""Estimated cycles of scenarios, by which budgets are shared and segments are cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor
    from tb.exchange.scenario import Scenario

# Cost of a job outside of its bound, in cycles: programming over the register port, and the Python around
# it (draw, prediction, comparison), which takes as long as some hundred simulated cycles.
_JOB_OVERHEAD = 500


def estimate(scenario: Scenario, descriptor: Descriptor) -> int:
    """Estimated cycles of a scenario: the bound of its jobs, stretched by their stalls."""
    from tb.exchange.scenario import BANKS  # late: commands that estimate nothing load no numbers

    stall = scenario.stall
    banks = descriptor.instance.dw // 32 + 1 if stall.kind == BANKS else 1  # that a read needs at once
    stretch = 1.0 / (1.0 - stall.rate) ** banks
    jobs = sum(round(descriptor.bound(job) * stretch) + _JOB_OVERHEAD for job in scenario.jobs)
    return jobs + stall.held
