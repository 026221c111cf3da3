# SPDX-License-Identifier: Apache-2.0
"""Transients in the gates of the serial device."""

import numpy as np
import pytest

from regressions.errors import UserError
from regressions.faults.figures import wilson
from regressions.faults.outcomes import FaultOutcome
from regressions.faults.transients import TransientLoop
from regressions.synthesis.flat import FlatNetlist, flatten
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from tb.descriptor import load
from tests.extras import extra
from tests.faults.small import SCENARIO, small_map

COUNT = 600
STATES = 7


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> FlatNetlist:
    synthesis = Synthesis(extra(), tmp_path_factory.mktemp("yosys"), 2, Library.read(GENERIC))
    return flatten(synthesis.of(load("serial")))


@pytest.fixture(scope="module")
def loop(flat: FlatNetlist, tmp_path_factory: pytest.TempPathFactory) -> TransientLoop:
    return TransientLoop(load("serial"), flat, SCENARIO, tmp_path_factory.mktemp("transients"))


@pytest.mark.sim
def test_a_transient_before_a_register_is_an_upset_of_it(loop: TransientLoop, flat: FlatNetlist) -> None:
    """A register has in the next cycle what it takes in this one, and nothing else reads these gates.

    The map of upsets is of the RTL, simulated by Verilator; gates are evaluated 64 lanes at a time. Only the
    state machine is another in cells: a register for each state.
    """
    made = small_map()
    readers = [net for cell in (*flat.cells, *flat.registers) for net in cell.inputs]
    outputs = {net for nets in flat.ports.values() for net in nets}
    data = {each.inputs[0] for each in flat.registers}
    alone = [
        place
        for place, cell in enumerate(flat.cells)
        if cell.output in data - outputs and readers.count(cell.output) == 1
    ]
    cycles = len(made.table) - 2
    drawn = np.array([(cycle, place) for place in alone for cycle in range(cycles)], dtype=np.uint32)
    pulses = loop.inject(drawn, 1).table.reshape(len(alone), cycles)
    upsets = {column.tobytes() for column in made.table[1 : cycles + 1].T}
    others = [column for column in pulses if column.tobytes() not in upsets]
    assert len(alone) > 50
    assert len(others) <= STATES
    assert FaultOutcome.WRONG_RESULT in pulses["outcome"]


def test_transients_are_the_same_whoever_injects_them(loop: TransientLoop) -> None:
    gates = loop.chosen("serial_engine")
    assert {gate.module for gate in gates} == {"serial_engine"}
    one, two = (loop.draw(gates, COUNT, 1, processes) for processes in (1, 2))
    assert np.array_equal(one.table, two.table)
    assert {FaultOutcome.MASKED, FaultOutcome.WRONG_RESULT} < {*one.table["outcome"]}


def test_no_module_of_a_name_is_an_error(loop: TransientLoop) -> None:
    with pytest.raises(UserError, match="serial has no such modules"):
        loop.chosen("cluster_*")


def test_an_interval_holds_what_was_counted() -> None:
    low, high = wilson(0, 1_000_000)
    assert low == 0
    assert high == pytest.approx(3.84e-6, rel=0.01)
    low, high = wilson(50, 100)
    assert (low, high) == pytest.approx((0.4038, 0.5962), abs=1e-4)
