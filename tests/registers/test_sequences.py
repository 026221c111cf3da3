# SPDX-License-Identifier: Apache-2.0
"""Every register test passes on a right device and fails on those with a fault in its field."""

from collections.abc import Callable

import pytest

from tb.registers.adapter import ControlAdapter
from tb.registers.generate import register_block, register_map
from tb.registers.model import RegisterFileModel
from tb.uvm_tests.register_accesses import (
    BadIdSequence,
    BitBashSequence,
    ByteEnableSequence,
    HwResetSequence,
    NonHolderSequence,
    UnmappedSequence,
    ValueBytesSequence,
)
from tb.uvm_tests.register_check import RegisterCheckError, RegisterCheckSequence
from tb.uvm_tests.register_queue import (
    JobIdSequence,
    LockQueueSequence,
    ProgramWhileRunningSequence,
    SoftClearSequence,
)
from tb.uvm_tests.register_states import StateSequence
from tests.registers.device import FAULTS, FakeDevice
from tests.registers.harness import DirectSequencer, run

LONG_JOB = {"X_ADDR": 0x1000, "W_ADDR": 0x2000, "Z_ADDR": 0x3000, "MCFG0": 0x0001_0001, "MCFG1": 0xFFFF}
BAD_IDS = (0x00, 0x03, 0x81, 0xFF)


def with_model(
    kind: Callable[..., RegisterCheckSequence], sequencer: DirectSequencer
) -> RegisterCheckSequence:
    block = register_block()
    block.get_default_map().set_sequencer(sequencer, ControlAdapter())
    return kind(block)


SEQUENCES: dict[str, Callable[[DirectSequencer], RegisterCheckSequence]] = {
    "reset": lambda sequencer: with_model(HwResetSequence, sequencer),
    "bits": lambda sequencer: with_model(BitBashSequence, sequencer),
    "enables": lambda _: ByteEnableSequence(),
    "unmapped": lambda _: UnmappedSequence(),
    "holder": lambda _: NonHolderSequence(),
    "ids": lambda _: BadIdSequence(BAD_IDS),
    "values": lambda _: ValueBytesSequence(),
    "jobs": lambda _: JobIdSequence(),
    "queue": lambda _: LockQueueSequence(LONG_JOB),
    "program": lambda _: ProgramWhileRunningSequence(LONG_JOB),
    "clear": lambda _: SoftClearSequence(LONG_JOB),
    "states": lambda _: StateSequence(LONG_JOB),
}

FOUND_BY = {fault: test for fault, test in FAULTS.items() if test}


def start(name: str, fault: str | None = None) -> DirectSequencer:
    sequencer = DirectSequencer(FakeDevice(1, fault, duration=(2, 9), endless=True))
    sequence = SEQUENCES[name](sequencer)
    run(sequence.start(sequencer))
    return sequencer


@pytest.mark.parametrize("name", SEQUENCES)
def test_right_device_passes_and_the_model_agrees(name: str) -> None:
    sequencer = start(name)
    assert len(sequencer.observed) > 12
    model = RegisterFileModel(register_map())
    for event in sequencer.device.events:
        model.event(*event)
    for access in sequencer.observed:
        model.access(access)
    model.settle()
    assert model.findings == []


@pytest.mark.parametrize("fault", FOUND_BY)
def test_fault_fails_its_test(fault: str) -> None:
    with pytest.raises(RegisterCheckError, match=r"\d+ differences\n  .*expected|does not end"):
        start(FOUND_BY[fault], fault)


def test_every_fault_has_a_test() -> None:
    assert len(set(FAULTS) - set(FOUND_BY)) == 3, "faults of events are the reference model's business"
    assert set(FOUND_BY.values()) | {"program", "states"} == set(SEQUENCES)
