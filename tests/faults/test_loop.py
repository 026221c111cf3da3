# SPDX-License-Identifier: Apache-2.0
"""Faults in the smallest device: which bits there are, and what becomes of them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.ops import Op
from regressions.errors import UserError
from regressions.faults.injection import FaultKind, FaultLoop, FaultMap
from regressions.faults.outcomes import FaultFlag, FaultOutcome
from regressions.shards import Shard
from regressions.simulators import get_simulator
from regressions.speed.bare import write_list
from regressions.synthesis import baseline
from regressions.synthesis.flow import Synthesis
from regressions.synthesis.library import GENERIC, Library
from regressions.yosys.tool import find_yosys
from tb.descriptor import load
from tb.env.programmer import Programmer
from tb.exchange.scenario import Abort, Scenario
from tb.registers.own import registers_of
from tests.extras import extra
from tests.faults.small import JOB, SCENARIO, small_loop, small_map

pytestmark = pytest.mark.sim

SAMPLE = 400


@pytest.fixture(scope="module")
def loop() -> FaultLoop:
    return small_loop()


@pytest.fixture(scope="module")
def faults() -> FaultMap:
    return small_map()


def outcomes_of(faults: FaultMap, name: str) -> Iterator[tuple[int, np.void]]:
    """Cycle and record of each fault in a register."""
    mine = [place for place, bit in enumerate(faults.bits) if faults.variables[bit[0]].name == name]
    assert mine, f"the device has no {name}"
    for cycle, row in enumerate(faults.table[:, mine]):
        for record in row:
            yield cycle, record


def modules(faults: FaultMap) -> Counter[str]:
    """Bits of registers by module."""
    return Counter(faults.variables[bit[0]].module for bit in faults.bits)


def seen(faults: FaultMap, name: str, outcome: FaultOutcome) -> list[np.void]:
    """Records of the faults in a register that had an outcome."""
    return [record for _, record in outcomes_of(faults, name) if record["outcome"] == outcome]


def test_there_are_as_many_bits_as_another_front_end_reads(faults: FaultMap, tmp_path: Path) -> None:
    extra()
    synthesis = Synthesis(find_yosys(), tmp_path, 1, Library.read(GENERIC))
    assert modules(faults) == synthesis.registers(load("serial"))


def test_there_are_as_many_bits_as_flip_flops_of_synthesis(faults: FaultMap) -> None:
    units = baseline.read()["serial"].units
    kept = Counter({unit.partition("-")[0]: each.registers for unit, each in units.items() if each.registers})
    # It gives each of the states of the engine a flip-flop, and leaves out what never changes: spare bits of
    # registers.
    kept += Counter(serial_regs=35)
    kept.subtract(serial_engine=4)
    assert modules(faults) == kept
    assert faults.faults == len(faults.bits) * len(faults.table)


def test_an_upset_of_the_accumulator_before_the_store_is_one_wrong_bit(faults: FaultMap) -> None:
    wrong = seen(faults, "acc_q", FaultOutcome.WRONG_RESULT)
    assert any(record["elements"] == 1 and record["bits"] == 1 for record in wrong)
    assert all(record["elements"] >= 1 and record["error"] > 0 for record in wrong)


def test_what_a_soft_clear_cuts_is_gone(tmp_path: Path) -> None:
    job = msgspec.structs.replace(JOB, op=Op.MATMUL)
    cut = Scenario(0, (job, job), SCENARIO.window, poison_seed=8, abort=Abort("clear", after=20))
    made = FaultLoop(load("serial"), get_simulator(), cut, tmp_path).exhaust(1)
    cleared = made.trigger - len(Programmer(registers_of(load("serial"))).accesses(job))
    # Sums of the first job are gone, though it has written some of them, at addresses that count.
    outcomes = list(outcomes_of(made, "acc_q"))
    assert {record["outcome"] for cycle, record in outcomes if cycle < cleared} == {FaultOutcome.MASKED}
    assert FaultOutcome.WRONG_RESULT in {record["outcome"] for cycle, record in outcomes if cycle > cleared}
    early = [record for cycle, record in outcomes_of(made, "z_addr_q") if cycle < cleared]
    assert FaultOutcome.WRONG_ACCESS in {record["outcome"] for record in early}
    with pytest.raises(ValueError, match="no cuts of the kind reset"):
        write_list(
            tmp_path / "jobs", [msgspec.structs.replace(cut, abort=Abort("reset", after=20))], load("serial")
        )


def test_outcomes_are_what_the_registers_are_for(faults: FaultMap) -> None:
    assert any(
        record["flags"] & FaultFlag.STRAY_WRITE
        for record in seen(faults, "z_addr_q", FaultOutcome.WRONG_ACCESS)
    )
    hangs = seen(faults, "state_q", FaultOutcome.HANG)
    assert hangs
    assert all(record["flags"] & (FaultFlag.CLEARED | FaultFlag.RESET) for record in hangs)
    # Nobody reads how many jobs have ended.
    assert all(record["outcome"] == FaultOutcome.MASKED for _, record in outcomes_of(faults, "finished_q"))


def test_faults_that_moved_have_the_outcome_of_faults_alone(loop: FaultLoop, faults: FaultMap) -> None:
    """Outcomes of later faults stand for most of the map; here none does, and all is simulated."""
    assert faults.known > faults.faults / 4
    rng = np.random.default_rng(1)
    cycles = rng.integers(0, len(faults.table), SAMPLE)
    bits = rng.integers(0, len(faults.bits), SAMPLE)
    alone = loop.some(np.stack([cycles, bits], axis=1).astype(np.uint32))
    assert alone.known == 0
    assert np.array_equal(alone.table[0], faults.table[cycles, bits])
    assert len(np.unique(alone.table["outcome"])) >= 4


def test_adjacent_bits_fall_together_and_a_stuck_bit_stays(loop: FaultLoop, faults: FaultMap) -> None:
    places = [
        (cycle, bit)
        for bit, (owner, _, place) in enumerate(faults.bits)
        if faults.variables[owner].name == "acc_q" and place < 2
        for cycle in range(len(faults.table))
        if faults.table[cycle, bit]["bits"] == 1
    ]
    faults = np.array(places, dtype=np.uint32)
    assert 2 in loop.some(faults, FaultKind(adjacent=2)).table["bits"]
    stuck = [loop.some(faults, FaultKind(stuck=value)).table[0] for value in (0, 1)]
    # One of both is the value that the bit has where the upset showed.
    assert all({*pair["outcome"]} != {FaultOutcome.MASKED} for pair in np.stack(stuck, axis=1))


def test_a_slice_is_a_part_of_the_whole(loop: FaultLoop, faults: FaultMap) -> None:
    part = loop.exhaust(2, Shard(2, 5))
    assert 0 < len(part.chosen) < len(faults.bits) / 3
    assert np.array_equal(part.table, faults.table[:, part.chosen])


def test_a_register_that_was_left_out_is_noticed(loop: FaultLoop) -> None:
    file = loop.folder / "registers"
    text = file.read_text()
    file.write_text("".join(line + "\n" for line in text.splitlines() if " acc_q " not in line))
    try:
        with pytest.raises(UserError, match="are not its whole state"):
            loop.some(np.zeros((1, 2), dtype=np.uint32))
    finally:
        file.write_text(text)
