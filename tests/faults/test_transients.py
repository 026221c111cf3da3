# SPDX-License-Identifier: Apache-2.0
"""Transients in nets of the serial device."""

import numpy as np
import pytest

from regressions.faults.figures import wilson
from regressions.faults.injection import FaultLoop
from regressions.faults.outcomes import FaultOutcome
from regressions.simulators import get_simulator
from tb.descriptor import load
from tests.faults.small import FOLDER, SCENARIO, small_map

COUNT = 600


@pytest.fixture(scope="module")
def loop() -> FaultLoop:
    return FaultLoop(
        load("serial"), get_simulator(), SCENARIO, FOLDER / "transients", transients="serial_engine"
    )


@pytest.mark.sim
def test_a_transient_before_a_register_is_an_upset_of_it(loop: FaultLoop) -> None:
    """The accumulator takes `acc_d` in every cycle: so the net's bit now is the register's bit then."""
    made, nets = small_map(), loop.transients(1, 1, 1).nets
    net = next(place for place, each in enumerate(nets) if each.name == "acc_d")
    bits = [place for place, bit in enumerate(made.bits) if made.variables[bit[0]].name == "acc_q"]
    cycles = range(len(made.table) - 2)
    drawn = np.array([(cycle, net, bit) for cycle in cycles for bit in range(len(bits))], dtype=np.uint32)
    pulses = loop.pulses(drawn, 1).table.reshape(len(cycles), len(bits))
    assert np.array_equal(pulses, made.table[1 : len(cycles) + 1, bits])
    assert FaultOutcome.WRONG_RESULT in pulses["outcome"]


@pytest.mark.sim
def test_transients_are_the_same_whoever_injects_them(loop: FaultLoop) -> None:
    one, two = (loop.transients(COUNT, 1, processes) for processes in (1, 2))
    assert np.array_equal(one.table, two.table)
    assert {FaultOutcome.MASKED, FaultOutcome.WRONG_RESULT} < {*one.table["outcome"]}
    assert not {"clk_i", "rst_ni"} & {net.name for net in one.nets}


def test_an_interval_holds_what_was_counted() -> None:
    low, high = wilson(0, 1_000_000)
    assert low == 0
    assert high == pytest.approx(3.84e-6, rel=0.01)
    low, high = wilson(50, 100)
    assert (low, high) == pytest.approx((0.4038, 0.5962), abs=1e-4)
