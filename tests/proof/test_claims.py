# SPDX-License-Identifier: Apache-2.0
"""Statements about arithmetic are decided over all operands; wrong ones are refuted by some."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from models import fp16
from models.formats import Format, narrow, widen
from regressions.proof.answer import Answer
from regressions.proof.claims import Claim, decide, load_claims
from tests.extras import extra

CLAIMS = {claim.name: claim for claim in load_claims()}
SLOW = {"add", "nan_fma", "nan_mul", "mul_finite", "fma_addend_above", "fma_product_above"}
QUICK = [name for name in CLAIMS if name not in SLOW]


def _answer(claim: Claim, folder: Path) -> tuple[Answer, dict[str, int]]:
    result = decide(claim, extra(), folder, 60)
    return result.answer, dict(result.trace[0]) if result.trace else {}


@pytest.mark.parametrize("name", QUICK)
def test_it_holds(name: str, tmp_path: Path) -> None:
    assert _answer(CLAIMS[name], tmp_path) == (Answer.PROVEN, {})


@pytest.mark.parametrize("name", QUICK)
def test_the_contrary_is_refuted(name: str, tmp_path: Path) -> None:
    claim = CLAIMS[name]
    answer, operands = _answer(replace(claim, holds=f"(not {claim.holds})"), tmp_path)
    assert answer is Answer.REFUTED
    assert "result" in operands


def test_another_canonical_nan_is_refuted_by_one(tmp_path: Path) -> None:
    claim = CLAIMS["widen_bf16"]
    answer, operands = _answer(replace(claim, holds=claim.holds.replace("#x7E00", "#x7E01")), tmp_path)
    assert answer is Answer.REFUTED
    assert operands["result"] == fp16.CANONICAL_NAN
    assert operands["raw"] & 0x7FFF > 0x7F80


def test_a_zero_without_its_sign_is_refuted_by_zeros(tmp_path: Path) -> None:
    claim = CLAIMS["min_max"]
    answer, operands = _answer(replace(claim, holds=claim.holds.replace("less", "lower")), tmp_path)
    assert answer is Answer.UNDECIDED  # a word that is none: the solver refuses it
    wrong = claim.holds.replace("(less a b)", "(fp.lt (fp16 a) (fp16 b))")
    answer, operands = _answer(replace(claim, holds=wrong), tmp_path)
    assert answer is Answer.REFUTED
    assert {operands["a"] & 0x7FFF, operands["b"] & 0x7FFF} == {0}


def test_the_sum_is_not_the_product(tmp_path: Path) -> None:
    wrong = "(is result (fp.mul RNE (fp16 a) (fp16 b)) #x7E00)"
    claim = Claim("sum", "proof_fma", "the sum is the product", wrong, parameters={"OPERATION": 1})
    answer, operands = _answer(claim, tmp_path)
    assert answer is Answer.REFUTED
    a, b = (np.array([operands[name]], dtype=np.uint16) for name in "ab")
    assert fp16.add(a, b)[0] == operands["result"] != fp16.mul(a, b)[0]


@pytest.mark.parametrize(("name", "case"), [("fma_addend_above", 16), ("fma_product_above", 6)])
def test_a_distance_of_the_multiply_add_holds_and_a_unit_more_does_not(
    name: str, case: int, tmp_path: Path
) -> None:
    claim = replace(CLAIMS[name], cases=(case, case))
    assert _answer(claim, tmp_path) == (Answer.PROVEN, {})
    higher = claim.holds.replace("(scaled sum", "(scaled (bvadd sum (_ bv1 88))")
    answer, operands = _answer(replace(claim, holds=higher), tmp_path)
    assert answer is Answer.REFUTED
    assert operands.keys() == {"a", "b", "c", "product", "result"}


def test_the_multiply_add_needs_the_range_of_its_product(tmp_path: Path) -> None:
    claim = replace(CLAIMS["fma_addend_above"], cases=(20, 20))
    free = "(and (finite a) (finite b) (finite c)" + claim.where.split("(finite c)")[1]
    answer, operands = _answer(replace(claim, where=free), tmp_path)
    assert answer is Answer.REFUTED
    assert operands["product"] != (operands["a"] & 0x3FF) * (operands["b"] & 0x3FF)


def test_a_case_that_does_not_hold_is_found_among_others(tmp_path: Path) -> None:
    claim = Claim(
        "below",
        "proof_sizes",
        "a is not the number",
        "(not (= a (_ CASE 16)))",
        cases=(1, 4),
        where="(= a #x0003)",
    )
    answer, operands = _answer(claim, tmp_path)
    assert answer is Answer.REFUTED
    assert operands["a"] == 3


@pytest.mark.parametrize(
    ("name", "fmt"), [("e5m2", Format.E5M2), ("e4m3", Format.E4M3), ("bf16", Format.BF16)]
)
def test_the_model_agrees_where_statements_are_wrong(name: str, fmt: Format, tmp_path: Path) -> None:
    claim = CLAIMS[f"narrow_{name}"]
    _, operands = _answer(replace(claim, holds=f"(not {claim.holds})"), tmp_path)
    value = np.array([operands["value"]], dtype=np.uint16)
    assert int(narrow(value, fmt)[0]) == operands["result"]
    claim = CLAIMS[f"widen_{name}"]
    _, operands = _answer(replace(claim, holds=f"(not {claim.holds})"), tmp_path)
    raw = operands["raw"]
    stored = raw if fmt is Format.BF16 else raw >> 8 if operands["odd"] else raw & 0xFF
    kept = np.array([stored], dtype=np.uint16 if fmt is Format.BF16 else np.uint8)
    assert int(widen(kept, fmt)[0]) == operands["result"]
