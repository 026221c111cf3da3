# SPDX-License-Identifier: Apache-2.0
"""Adapter, predictor and back door of the register model, without a simulator."""

import itertools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from pyuvm import uvm_check_e, uvm_reg_block, uvm_status_e

from tb.agents.control.access import Access, read, write
from tb.agents.control.monitor import ControlRecords
from tb.agents.control.sequences import AccessSequence, ControlItem
from tb.agents.control.transfer import GrantTimeoutError
from tb.registers.adapter import AccessAs, ControlAdapter
from tb.registers.backdoor import BackdoorError, RegisterBackdoor
from tb.registers.generate import register_block, register_map
from tb.registers.predictor import RegisterPredictor
from tb.registers.state import ObservedAccess, RegisterFinding
from tb.uvm_tests.register_accesses import BitBashSequence
from tb.uvm_tests.register_check import RegisterCheckError
from tests.registers.device import FakeDevice
from tests.registers.harness import DirectSequencer, logged, run

AT = register_map().offsets()
_NAMES = (f"predictor_{number}" for number in itertools.count())


def connected(device: FakeDevice) -> tuple[uvm_reg_block, DirectSequencer]:
    block, sequencer = register_block(), DirectSequencer(device)
    block.get_default_map().set_sequencer(sequencer, ControlAdapter())
    return block, sequencer


def predicting(device: FakeDevice, **options: Any) -> tuple[Any, DirectSequencer, RegisterPredictor]:
    """Block and sequencer of a device, and a predictor of the block."""
    block, sequencer = connected(device)
    return block, sequencer, RegisterPredictor(next(_NAMES), None, block, **options)


def records(accesses: list[ObservedAccess], events: Sequence[tuple[int, int]] = ()) -> ControlRecords:
    return ControlRecords(logged(accesses), list(events))


def test_front_door_carries_core_and_byte_enables() -> None:
    block, sequencer = connected(FakeDevice())
    assert run(block.ACQUIRE.read(extension=AccessAs(5))) == (uvm_status_e.UVM_IS_OK, 0)
    assert run(block.MCFG0.write(0xAABB_CCDD, extension=AccessAs(5))) is uvm_status_e.UVM_IS_OK
    assert run(block.MCFG0.write(0x1122_3344, extension=AccessAs(5, be=0b0001))) is uvm_status_e.UVM_IS_OK
    assert run(block.MCFG0.read()) == (uvm_status_e.UVM_IS_OK, 0xAABB_CC44)
    assert [access.id for access in sequencer.observed] == [0x20, 0x20, 0x20, 0x01]
    assert [access.be for access in sequencer.observed][1:3] == [0xF, 0x1]


def test_a_sequence_of_accesses_keeps_their_answers() -> None:
    sequencer = DirectSequencer(FakeDevice())
    sequence = AccessSequence("burst", [write(AT["X_ADDR"], 7), read(AT["ACQUIRE"]), read(AT["X_ADDR"])])
    run(sequence.start(sequencer))
    assert [response.data for response in sequence.responses] == [0, 0, 0]
    assert [access.address for access in sequencer.observed] == [AT["X_ADDR"], AT["ACQUIRE"], AT["X_ADDR"]]


def test_front_door_reports_a_failed_access() -> None:
    block, sequencer = connected(FakeDevice())

    async def fail(item: ControlItem) -> None:
        item.error = GrantTimeoutError(Access(0), 1)

    sequencer.finish_item = fail  # type: ignore[method-assign]
    assert run(block.STATUS.read())[0] is uvm_status_e.UVM_NOT_OK


def test_predictor_follows_accesses_of_others() -> None:
    device = FakeDevice()
    block, _, predictor = predicting(device)
    done = [
        device.access(read(AT["ACQUIRE"], 3)),
        device.access(write(AT["MACFG"], 0xFFFF_FFFF, 3)),
        device.access(write(AT["X_ADDR"], 0x1234, 3, be=0b0001)),
        device.access(write(AT["W_ADDR"], 0x1234, core=4)),
    ]
    predictor.write(records(done))
    predictor.update_mirror()
    assert block.MACFG.get_mirrored_value() == 0x1F80
    assert block.X_ADDR.get_mirrored_value() == 0x34
    assert block.W_ADDR.get_mirrored_value() == 0
    assert predictor.model.findings == []


def test_mirror_check_uses_the_prediction() -> None:
    """`mirror(UVM_CHECK)` of pyuvm accepts predicted values, and complains about a changed register."""
    block, sequencer, predictor = predicting(FakeDevice())
    run(block.ACQUIRE.read())
    run(block.Z_ADDR.write(0x5678))
    predictor.write(records(sequencer.observed))
    predictor.update_mirror()
    assert run(block.Z_ADDR.mirror(uvm_check_e.UVM_CHECK)) is uvm_status_e.UVM_IS_OK


def test_reading_finished_leaves_zero_in_the_mirror() -> None:
    device = FakeDevice(duration=(2, 2))
    block, _, predictor = predicting(device)
    done = [
        device.access(read(AT["ACQUIRE"])),
        device.access(write(AT["TRIGGER"], 0)),
        device.access(read(AT["FINISHED"])._replace(idle=5)),
        device.access(read(AT["RUNNING_JOB"])),
    ]
    assert done[2].r_data == 1
    predictor.write(records(done, device.events))
    predictor.update_mirror()
    assert block.FINISHED.COUNT._mirrored == 0
    assert predictor.model.findings == []


def test_predictor_reports_findings_to_whom_it_may_concern() -> None:
    wrong = ObservedAccess(4, 0x0C, False, 0, 0xF, 1, 7)
    found: list[RegisterFinding] = []
    predictor = RegisterPredictor(next(_NAMES), None, report=found.append)
    predictor.write(records([wrong]))
    assert [finding.cycle for finding in found] == [4]
    predictor.check_phase()
    silent = RegisterPredictor(next(_NAMES), None)
    silent.write(records([wrong]))
    with pytest.raises(AssertionError, match="1 register findings, first: edge 4: read of STATUS"):
        silent.check_phase()


def test_predictor_finds_an_event_after_the_last_access() -> None:
    found: list[RegisterFinding] = []
    predictor = RegisterPredictor(next(_NAMES), None, report=found.append)
    predictor.write(records([], [(9, 2)]))
    assert found == []
    predictor.check_phase()
    assert "event for core 2" in found[0].text


def test_reset_of_the_predictor() -> None:
    device = FakeDevice()
    block, _, predictor = predicting(device)
    predictor.write(records([device.access(each) for each in (read(AT["ACQUIRE"]), write(AT["MCFG1"], 9))]))
    predictor.update_mirror()
    assert block.MCFG1.get_mirrored_value() == 9
    predictor.reset()
    assert block.MCFG1.get_mirrored_value() == 0
    assert predictor.model.holder is None


class Signal:
    """Stands for a cocotb handle."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def set(self, action: Any) -> None:
        """Takes a deposit."""
        self.value = action.value


def design(device: FakeDevice) -> Any:
    class Storage(Signal):
        @property
        def value(self) -> int:
            return device.values[0x4C]

        @value.setter
        def value(self, value: int) -> None:
            device.values[0x4C] = value

    return SimpleNamespace(i_regs=SimpleNamespace(job_q=[Signal(0), Storage(0)], finished_q=Signal("x")))


def test_back_door_reads_and_writes_the_storage() -> None:
    device = FakeDevice()
    block, sequencer = connected(device)
    backdoor = RegisterBackdoor(design(device), {"MCFG0": "i_regs.job_q[1]"})
    backdoor.poke("MCFG0", 0x0007_0003)
    assert run(block.MCFG0.read())[1] == 0x0007_0003
    assert backdoor.peek("MCFG0") == 0x0007_0003
    assert len(sequencer.observed) == 1
    run(BitBashSequence(block, backdoor).start(sequencer))


def test_predictor_hears_of_pokes() -> None:
    device = FakeDevice()
    found: list[RegisterFinding] = []
    block, sequencer, predictor = predicting(device, report=found.append)
    seen = 0

    def poked(register: str, value: int) -> None:
        nonlocal seen
        predictor.write(records(sequencer.observed[seen:]))
        seen = len(sequencer.observed)
        predictor.poke(register, value)

    backdoor = RegisterBackdoor(design(device), {"MCFG0": "i_regs.job_q[1]"}, poked)
    run(BitBashSequence(block, backdoor).start(sequencer))
    predictor.write(records(sequencer.observed[seen:]))
    assert found == []
    # The same without telling: the reference model objects.
    deaf = RegisterPredictor(next(_NAMES), None, report=found.append)
    deaf.write(records(sequencer.observed))
    assert "read of MCFG0" in found[0].text


def test_poke_of_finished_counts_on() -> None:
    predictor = RegisterPredictor(next(_NAMES), None)
    predictor.poke("FINISHED", 0xFFFF_FFFF)
    assert predictor.model.access(ObservedAccess(3, 0x08, False, 0, 0xF, 1, 0xFFFF_FFFF)) == {0xFFFF_FFFF}
    with pytest.raises(KeyError, match="back-door write of STATUS cannot be predicted"):
        predictor.poke("STATUS", 1)


def test_bit_bash_compares_both_doors() -> None:
    device = FakeDevice()
    block, sequencer = connected(device)
    stuck = SimpleNamespace(reg=Signal(0))
    with pytest.raises(RegisterCheckError, match="MCFG0 by back door"):
        run(BitBashSequence(block, RegisterBackdoor(stuck, {"MCFG0": "reg"})).start(sequencer))


@pytest.mark.parametrize(
    ("register", "path", "message"),
    [
        ("MCFG1", None, r"MCFG1 has no back door; add its path .* \(paths there: MCFG0\)"),
        ("MCFG0", "i_regs.job_q[7]", r"no '\[7\]' of path i_regs\.job_q\[7\]"),
        ("MCFG0", "i_other.job_q", "no 'i_other' of path"),
        ("MCFG0", "i_regs.finished_q", "holds x"),
    ],
)
def test_back_door_errors(register: str, path: str | None, message: str) -> None:
    backdoor = RegisterBackdoor(design(FakeDevice()), {"MCFG0": path or "i_regs.job_q[1]"})
    with pytest.raises(BackdoorError, match=message):
        backdoor.peek(register)


def test_back_door_of_an_unknown_register_is_refused() -> None:
    with pytest.raises(BackdoorError, match=r"no register with 'MCFG9'; .*Known: ACQUIRE"):
        RegisterBackdoor(SimpleNamespace(), {"MCFG9": "x"})


def test_item_shows_accesses_and_answers() -> None:
    item = ControlItem("item", [Access(0x04, id=2), Access(0x40, True, 0x10)])
    assert str(item) == "read of 0x04 with id 0x02; write 0x00000010 be=1111 to 0x40 with id 0x01"
