# SPDX-License-Identifier: Apache-2.0
"""A module that is there twice and stays one of its own, and registers with an initial value."""

from collections import Counter

import pytest

from regressions.faults.injection import FaultLoop
from regressions.simulators import get_simulator
from tests.faults.made_device import BITS, MODULE, made_device
from tests.faults.small import FOLDER, SCENARIO

pytestmark = pytest.mark.sim

PLACE = FOLDER / "made"


def test_registers_with_an_initial_value_are_registers() -> None:
    """Bits that no edge writes are constants, whatever gives them their value."""
    faults = FaultLoop(made_device(PLACE), get_simulator(), SCENARIO, PLACE / "loop").exhaust(1)
    variables = [faults.variables[owner] for owner, _, _ in faults.bits]
    found = Counter((each.path, each.name) for each in variables if each.module == MODULE)
    assert found == {
        (f"i_engine.i_{byte}", name): bits for byte in ("lower", "upper") for name, bits in BITS.items()
    }
