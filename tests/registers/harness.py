# SPDX-License-Identifier: Apache-2.0
"""Runs sequences on a device in plain Python: no simulator, no event loop."""

import itertools
from collections.abc import Coroutine, Iterable
from typing import Any

from pyuvm import uvm_sequencer

from tb.agents.control.access import Response
from tb.agents.control.sequences import ControlItem
from tb.registers.state import ObservedAccess
from tests.registers.device import FakeDevice

_NUMBERS = itertools.count()


class DirectSequencer(uvm_sequencer):
    """A sequencer and driver in one: an item is carried out where it is finished."""

    def __init__(self, device: FakeDevice) -> None:
        # Components without a parent are children of one root, for the life of the process.
        super().__init__(f"sequencer_{next(_NUMBERS)}", None)
        self.device = device
        self.observed: list[ObservedAccess] = []

    async def start_item(self, item: ControlItem) -> None:
        """Nothing to wait for."""

    async def finish_item(self, item: ControlItem) -> None:
        """Carries the item out."""
        done = [self.device.access(access) for access in item.accesses]
        self.observed += done
        item.responses = [Response(access.r_data or 0, 0) for access in done]


def logged(accesses: Iterable[ObservedAccess]) -> list[tuple[int, ...]]:
    """Rows of the bench's log for some accesses, all of them answered."""
    return [
        (seen.cycle, seen.address, seen.data, seen.r_data or 0, seen.id, int(not seen.write), seen.be, 1)
        for seen in accesses
    ]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine that only waits for locks nobody else holds, as the register model of pyuvm does."""
    try:
        while True:
            trigger = coroutine.send(None)
            fired: list[bool] = []
            # What a cocotb task does with the triggers it is handed.
            trigger._register(lambda fired=fired: fired.append(True))
            assert fired, f"the coroutine waits for {trigger}, which needs a simulator"
    except StopIteration as done:
        return done.value
