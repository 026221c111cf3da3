# SPDX-License-Identifier: Apache-2.0
"""Observations of a scenario, which its checks read."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tb.agents.tcdm.monitor import BeatLog, EventLog, ProbeLog


@dataclass(frozen=True, slots=True)
class Span:
    """When a job ran, in indices of rising clock edges."""

    trigger: int  # the edge that granted its trigger
    event: int  # the edge that saw its event
    start: int  # the edge from which its cycles count: the trigger, or the previous event if that came later

    @property
    def cycles(self) -> int:
        """Cycles of the job."""
        return self.event - self.start

    @property
    def queued(self) -> bool:
        """True if the job waited for an earlier one."""
        return self.start > self.trigger


@dataclass(slots=True)
class Observation:
    """Observations of the monitors in a scenario."""

    beats: BeatLog  # cycles with a request on the wide port
    events: EventLog  # event lines and busy_o
    probe: ProbeLog  # counts of the device's probe
    accesses: npt.NDArray[np.void]  # answered accesses of the register port (`tb.dpi.bindings.ACCESS_DTYPE`)
    memory: npt.NDArray[np.uint8]  # the window's bytes after the last event; uint8, shape (window.size,)
    watchdog: bool  # True if the watchdog ended the scenario
