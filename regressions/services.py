# SPDX-License-Identifier: Apache-2.0
"""Simulator and testbench as the commands use them, in one object: the runner is tested without them."""

from collections.abc import Callable
from dataclasses import dataclass

from regressions.planner import Source
from regressions.simulators.base import Simulator
from tb.descriptor import Descriptor
from tb.exchange.entry import TestEntry


@dataclass(frozen=True, slots=True)
class Services:
    """The outside of the runner.

    Attributes:
        simulator: Gives the simulator of a name.
        device: Reads the descriptor of a name or path.
        source: Opens the scenarios of a test: entry, seed, device.
    """

    simulator: Callable[[str], Simulator]
    device: Callable[[str], Descriptor]
    source: Callable[[TestEntry, int, Descriptor], Source]


def real_services() -> Services:
    """The project's own simulator and testbench."""
    # Imported here: the runner's own tests, and asking for help, must not wait for the bench's libraries.
    from regressions.simulators import get_simulator
    from regressions.testbench import open_source
    from tb.descriptor import load

    return Services(get_simulator, load, open_source)
