# SPDX-License-Identifier: Apache-2.0
"""Simulator and testbench as the commands use them, in one object: the runner is tested without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tb.kinds import late

if TYPE_CHECKING:
    from regressions.planner import Sizes
    from regressions.simulators.base import Simulator
    from tb.exchange.device import Descriptor
    from tb.exchange.entry import TestEntry


@dataclass(frozen=True, slots=True)
class Services:
    """The outside of the runner."""

    simulator: Callable[[str], Simulator]  # gives the simulator of a name
    device: Callable[[str], Descriptor]  # reads the descriptor of a name or path
    # Opens the scenarios of a test, of which it gives the sizes: entry, seed, device.
    sizes: Callable[[TestEntry, int, Descriptor], Sizes]
    # Tells why a test has no meaning on a device; empty where it has.
    not_applicable: Callable[[TestEntry, Descriptor], str]
    # Gives the knobs of a test that name values which a device does not have, and in words which.
    narrowed: Callable[[TestEntry, Descriptor], Sequence[tuple[str, str]]]


def real_services(processes: int) -> Services:
    """The project's own simulator and testbench, imported when they are used: not all commands do.

    Builds have so many `processes` at a time.
    """
    simulator = late("regressions.simulators:get_simulator")
    return Services(
        lambda name: simulator(name, processes),
        late("tb.descriptor:load"),
        late("regressions.testbench:open_sizes"),
        late("regressions.testbench:not_applicable"),
        late("regressions.testbench:narrowed"),
    )
