# SPDX-License-Identifier: Apache-2.0
"""Counting arithmetic out: parts of all counts, a planted fault, and counts that go on where they were."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.fp16 import Fp16
from regressions.proof.counting import count as counting
from regressions.proof.counting.cases import ALL, COUNTS, CaseOperands, pairs, stratified
from regressions.proof.counting.count import BLOCK, Libraries, compile_libraries, first_difference
from regressions.proof.counting.progress import (
    CHUNK,
    Progress,
    cases_of,
    chunks,
    read_kept,
    read_progress,
    write_progress,
)
from regressions.simulators import get_simulator

BY_NAME = {count.name: count for count in COUNTS}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    return compile_libraries(get_simulator(), tmp_path_factory.mktemp("counting"))


@pytest.mark.sim
@pytest.mark.parametrize("name", BY_NAME)
def test_a_part_of_each_count_agrees(name: str, libraries: Libraries) -> None:
    count = BY_NAME[name]
    for place in (0.3, 0.48, 0.74):  # numbers, those about to overflow, infinities and NaNs of x
        first = int(count.cases * place) // BLOCK * BLOCK
        assert first_difference(count, first, first + BLOCK, libraries) is None


@pytest.mark.sim
def test_a_fault_in_one_case_is_found(libraries: Libraries, monkeypatch: pytest.MonkeyPatch) -> None:
    real = counting._chains

    def wrong(library: Path, name: str, op: int, operands: CaseOperands) -> Fp16:
        results = real(library, name, op, operands).copy()  # type: ignore[arg-type]
        if name == "fpnew_chains":
            results[(operands.x == 0x3C00) & (operands.w == 0x4242)] ^= 1
        return results

    monkeypatch.setattr(counting, "_chains", wrong)
    first = 0x3C00 << 16
    found = first_difference(BY_NAME["count_mul"], first, first + BLOCK, libraries)
    assert found is not None
    assert (found.number, found.operands[:2]) == (first + 0x4242, (0x3C00, 0x4242))
    assert (found.unit, found.exact, found.model) == (0x4243, 0x4242, 0x4242)
    assert "unit 0x4243, exact 0x4242" in str(found)


def test_pairs_are_all_pairs() -> None:
    x, w, _ = pairs(np.arange(0xFFFF8000, ALL, dtype=np.uint64))
    assert set(x.tolist()) == {0xFFFF}
    assert (int(w[0]), int(w[-1])) == (0x8000, 0xFFFF)


def test_strata_meet_cancellation_subnormals_and_ties() -> None:
    x, w, acc = stratified(np.arange(1 << 16, dtype=np.uint64))
    exponents = Counter(int(each) for each in (x >> 10 & 31))
    assert min(exponents.values()) > 1500
    assert len(exponents) == 32
    distance = (acc >> 10 & 31).astype(int) - ((x >> 10 & 31).astype(int) + (w >> 10 & 31) - 15)
    assert np.mean(abs(distance) <= 1) > 0.05
    assert np.mean(abs(distance) <= 13) > 0.6
    assert np.mean((acc & 0x3FF) == 0) > 0.1
    assert abs(np.mean(x >> 15) - 0.5) < 0.01
    again, _, _ = stratified(np.arange(100, 200, dtype=np.uint64))
    assert again.tolist() == x[100:200].tolist()


def test_a_count_goes_on_unless_its_units_changed(tmp_path: Path) -> None:
    file = tmp_path / "counts" / "count_add.json"
    write_progress(file, Progress("one", [3, 4], 1.5))
    assert read_progress(file, "one").done == [3, 4]
    assert read_progress(file, "two").done == []
    file.write_text("{")
    assert read_progress(file, "one").done == []


def test_chunks_hold_all_cases() -> None:
    for count in COUNTS:
        assert cases_of(count, range(chunks(count))) == count.cases
        assert chunks(count) * CHUNK - count.cases < CHUNK


def test_kept_counts_are_those_of_the_command() -> None:
    for name, kept in read_kept().items():
        assert kept.of == BY_NAME[name].cases
        assert 0 < kept.cases <= kept.of
