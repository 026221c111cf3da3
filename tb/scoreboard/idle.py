# SPDX-License-Identifier: Apache-2.0
"""Requests of a device that is idle, for accesses whose jobs nobody keeps account of."""

import numpy as np
import numpy.typing as npt

from tb.agents.tcdm.monitor import BeatLog, EventLog
from tb.registers.map import RegisterMap
from tb.registers.model import START_LATENCY
from tb.scoreboard.aborted import RAISED_LATE, clear_edges, raised_edges
from tb.scoreboard.spans import trigger_edges


def idle_requests(
    beats: BeatLog, events: EventLog, accesses: npt.NDArray[np.void], registers: RegisterMap
) -> list[str]:
    """No request is raised while busy_o is low, whatever was cleared (contract A4.3, A7.2, A7.10).

    Behind a trigger busy_o may take some cycles to rise, and behind a clear requests may be raised for some
    more.

    Args:
        beats: All requests since the device was idle.
        events: Changes of busy_o since then.
        accesses: Those of the register port.
        registers: Of the device.

    Returns:
        What is wrong, in words.
    """
    raised = np.unique(raised_edges(beats))
    changes = np.array([edge for edge, _ in events.busy_changes], dtype=np.int64)
    idle = raised[np.searchsorted(changes, raised, side="right") % 2 == 0]
    for edges, within in (
        (trigger_edges(accesses, registers), START_LATENCY),
        (clear_edges(accesses, registers), RAISED_LATE),
    ):
        for edge in edges:
            idle = idle[(idle <= edge) | (idle > edge + within)]
    if not idle.size:
        return []
    return [f"{idle.size} requests were raised while busy_o was low, the first at edge {int(idle[0])}"]
