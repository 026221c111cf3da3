# SPDX-License-Identifier: Apache-2.0
"""A module that is there twice and stays one of its own, and registers with an initial value."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from regressions.faults.injection import FaultLoop, FaultMap
from regressions.faults.outcomes import FAULT, FaultOutcome
from regressions.simulators import get_simulator
from tests.faults.made_device import BITS, MODULE, made_device
from tests.faults.small import FOLDER, SCENARIO

pytestmark = pytest.mark.sim

PLACE = FOLDER / "made"


@pytest.fixture(scope="module")
def loop() -> FaultLoop:
    return FaultLoop(made_device(PLACE), get_simulator(), SCENARIO, PLACE / "transients", transients=MODULE)


@pytest.fixture(scope="module")
def faults(loop: FaultLoop) -> FaultMap:
    return loop.exhaust(1)


def test_registers_with_an_initial_value_are_registers(faults: FaultMap) -> None:
    """Bits that no edge writes are constants, whatever gives them their value."""
    variables = [faults.variables[owner] for owner, _, _ in faults.bits]
    found = Counter((each.path, each.name) for each in variables if each.module == MODULE)
    assert found == {
        (f"i_engine.i_{byte}", name): bits for byte in ("lower", "upper") for name, bits in BITS.items()
    }


def test_a_net_of_each_instance_can_be_forced(loop: FaultLoop, faults: FaultMap) -> None:
    """`next` and the port before it come a cycle before the register that takes them."""
    nets = loop.transients(1, 1, 1).nets
    assert Counter(net.name for net in nets) == {"byte_i": 2, "next": 2}
    cycles = len(faults.table) - 2
    upsets: dict[str, NDArray[np.void]] = defaultdict(lambda: np.zeros((cycles, 8), FAULT))
    for place, (owner, _, bit) in enumerate(faults.bits):
        if faults.variables[owner].name == "byte_o":
            upsets[faults.variables[owner].path][:, bit] = faults.table[1 : cycles + 1, place]
    for number, net in enumerate(nets):
        drawn = [(cycle, number, bit) for cycle in range(cycles) for bit in range(8)]
        pulses = loop.pulses(np.array(drawn, dtype=np.uint32), 1).table.reshape(cycles, 8)
        assert np.array_equal(pulses, upsets[net.path]), net
        assert FaultOutcome.WRONG_RESULT in pulses["outcome"]
