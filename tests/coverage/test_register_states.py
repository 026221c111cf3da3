# SPDX-License-Identifier: Apache-2.0
"""The test of registers in every state covers all of them."""

import numpy as np

from tb.coverage.covergroups import load_definition
from tb.registers.generate import register_map
from tb.registers.model import RegisterFileModel
from tb.uvm_tests.register_states import StateSequence
from tests.coverage.test_collector import collector
from tests.registers.device import FakeDevice
from tests.registers.harness import DirectSequencer, logged, run

LONG_JOB = {"X_ADDR": 0x1000, "W_ADDR": 0x2000, "Z_ADDR": 0x3000, "MCFG0": 0x0001_0001, "MCFG1": 0xFFFF}


def test_it_makes_every_access_in_every_state() -> None:
    sequencer = DirectSequencer(FakeDevice(endless=True))
    run(StateSequence(LONG_JOB).start(sequencer))
    model = RegisterFileModel(register_map())
    model.traces = []
    assert model.feed(logged(sequencer.observed), sequencer.device.events) == []
    it = collector()
    it.accesses(model.take_traces())
    counts, definition = it.finish(), load_definition()
    for item in definition.items.values():
        if item.sample == "access":
            missed = np.flatnonzero((counts.hits(item) == 0) & ~definition.excluded(item))
            assert [item.bin_name(int(index)) for index in missed] == []
    assert counts.excluded_hits() == []
