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

# Which test must find which fault; the faults of events are the business of the reference model.
FOUND_BY = {
    "acquire_ignores_holder": "holder",
    "acquire_new_id_for_holder": "holder",
    "acquire_third_context": "queue",
    "acquire_wrong_refusal": "holder",
    "bad_id_reads": "ids",
    "bad_id_writes": "ids",
    "bad_id_acquires": "ids",
    "clear_gives_id_again": "clear",
    "clear_keeps_context_order": "clear",
    "clear_keeps_lock": "clear",
    "clear_keeps_finished": "clear",
    "clear_keeps_queue": "clear",
    "clear_zero_keeps_registers": "clear",
    "clear_zero_keeps_id": "clear",
    "clear_zeroes_running_job": "clear",
    "clear_one_zeroes_registers": "clear",
    "clear_needs_holder": "clear",
    "contexts_do_not_alternate": "queue",
    "finished_counts_one_less": "jobs",
    "finished_not_cleared": "jobs",
    "id_does_not_wrap": "jobs",
    "no_byte_enables": "enables",
    "reset_value": "reset",
    "running_job_is_next": "queue",
    "spare_bits_stick": "bits",
    "status_forgets_queued": "queue",
    "status_shows_acquired": "holder",
    "trigger_any_value": "unmapped",
    "trigger_by_anyone": "holder",
    "trigger_keeps_lock": "jobs",
    "trigger_whole_word": "values",
    "clear_whole_word": "values",
    "trigger_without_enable": "holder",
    "unmapped_aliases": "unmapped",
    "write_only_reads": "unmapped",
    "write_without_lock": "holder",
    "wrong_high_byte": "reset",
}
BY_MODEL_ALONE = {"event_to_other_core", "extra_event", "finished_read_loses_ending_job"}


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
    assert set(FOUND_BY) | BY_MODEL_ALONE == set(FAULTS)
    assert set(FOUND_BY.values()) | {"program", "states"} == set(SEQUENCES)
