# SPDX-License-Identifier: Apache-2.0
"""Faults of whole products are named, each in programs that are networks, and others are not."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from models.accounts import first_difference
from models.backends import Disagreement, compared, exact, model
from models.engine import Engine
from models.formats import Format, narrow, per_operand, widen
from models.fp16 import PLAIN, is_nan
from models.gemm import gemm_op
from models.ops import Op
from models.product_faults import matrix_fault, product_fault
from models.roundings import cut_off, other_roundings
from models.values import to_bits, to_values
from tb.workloads.autoencoder import AutoencoderBatch16, AutoencoderBatch16Hybrid
from tb.workloads.dense import HYBRID, DenseNetwork
from tests.models.cases import Bits

Wrong = Callable[[Op, Bits, Bits, Bits | None, Any], Bits]


def _rounds(words: str) -> Wrong:
    """A backend that rounds its sums in another way."""

    def wrong(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Any) -> Bits:
        x_fmt, w_fmt, z_fmt = per_operand(fmt)
        start = np.zeros((len(x), w.shape[1]), np.uint16) if y is None else widen(y, z_fmt)
        ways = dict(other_roundings(op, widen(x, x_fmt), widen(w, w_fmt), start))
        return narrow(ways[words], z_fmt)

    return wrong


def _scales(place: str, exponent: int) -> Wrong:
    """A backend that takes an operand for 2**exponent times what it is."""

    def wrong(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Any) -> Bits:
        formats = per_operand(fmt)
        operands = [
            each
            if each is None or name != place
            else to_bits(np.ldexp(PLAIN[widen(each, its)], exponent), its)
            for name, each, its in zip("XWY", (x, w, y), formats, strict=True)
        ]
        return model(op, *operands, fmt)  # type: ignore[arg-type]

    return wrong


def _transposes(names: str) -> Wrong:
    """A backend that forgets that an operand is stored transposed."""

    def wrong(op: Op, x: Bits, w: Bits, y: Bits | None, fmt: Any) -> Bits:
        operands = [
            each if each is None or name not in names else each.reshape(each.shape[::-1]).T
            for name, each in zip("XWY", (x, w, y), strict=True)
        ]
        return model(op, *operands, fmt)  # type: ignore[arg-type]

    return wrong


PLANTED = [
    (_rounds("with sums rounded toward zero"), "rounding", "with sums rounded toward zero"),
    (_rounds("with sums rounded down"), "rounding", "with sums rounded down"),
    (_rounds("with sums in FP32 that are rounded at the end"), "rounding", "FP32"),
    (_scales("X", 3), "scale", "times 2^3"),
    (_scales("W", -1), "scale", "times 2^-1"),
    (_scales("Y", 2), "scale", "Y times 2^2"),
    (_transposes("W"), "transposition", "W transposed"),
    (_transposes("X"), "transposition", "X transposed"),
    (_transposes("XW"), "transposition", "X and W transposed"),
]


def test_products_that_are_rounded_twice_are_found_where_they_have_enough_bits() -> None:
    """Those of two numbers in FP8 are exact in FP16."""
    wrong = compared(model, _rounds("with products rounded before they are added"))
    with pytest.raises(
        Disagreement, match="the rounding is wrong: it is the result with products rounded before"
    ):
        AutoencoderBatch16.program(Engine(backend=wrong))
    AutoencoderBatch16Hybrid.program(Engine(backend=wrong))


@pytest.mark.parametrize("network", [AutoencoderBatch16, AutoencoderBatch16Hybrid])
@pytest.mark.parametrize(("wrong", "fault", "words"), PLANTED)
def test_a_planted_fault_is_found_and_named_in_a_training_step(
    network: type[AutoencoderBatch16], wrong: Wrong, fault: str, words: str
) -> None:
    with pytest.raises(Disagreement, match=r"^job \d+, (forward|inputs|update) \d+: GEMM of ") as found:
        network.program(Engine(backend=compared(model, wrong)))
    assert f"; the {fault} is wrong" in str(found.value)
    if network is AutoencoderBatch16:
        assert words in str(found.value)


def test_right_backends_agree_bit_for_bit() -> None:
    """The model and exact integers: a training step in hybrid FP8."""
    engine = Engine(backend=compared(model, exact))
    network = DenseNetwork((10, 7, 8), engine, np.random.default_rng(1), HYBRID)
    network.step(np.ones((10, 5)), np.ones((8, 5)), rate=0.1)
    assert len(engine.jobs) == 5


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("fmt", Format)
def test_exact_integers_are_a_backend_for_all_operations_and_formats(op: Op, fmt: Format) -> None:
    random = np.random.default_rng([op, fmt])
    x, w, y = (random.integers(0, 1 << 8 * fmt.itemsize, (5, 5)).astype(fmt.dtype) for _ in range(3))
    start = y if op.reads_y else None
    assert np.array_equal(exact(op, x, w, start, fmt), model(op, x, w, start, fmt))


def test_results_of_another_shape_or_type_are_refused() -> None:
    engine = Engine(backend=compared(model, lambda *job: model(*job).T))
    with pytest.raises(Disagreement, match=r"job 0: MATMUL of 2 x 3 x 4: Z is uint16 of \(4, 2\), not"):
        engine.matmul(np.ones((2, 3)), np.ones((3, 4)))


def _operands(n: int = 12, seed: int = 1) -> list[Bits]:
    random = np.random.default_rng(seed)
    return [to_bits(random.standard_normal(shape), Format.FP16) for shape in ((9, n), (n, 10), (9, 10))]


def _named(op: Op, operands: list[Bits], actual: Bits, fmt: Format = Format.FP16) -> str:
    return product_fault(op, *operands, actual, fmt)


def test_z_stored_transposed_or_scaled_or_cut_off() -> None:
    operands = _operands()
    sums = gemm_op(Op.GEMM, *operands)
    assert _named(Op.GEMM, operands, sums.T.reshape(9, 10)) == (
        "the transposition is wrong: it is the right Z transposed"
    )
    times = to_bits(np.ldexp(PLAIN[sums], -4), Format.FP16)
    assert _named(Op.GEMM, operands, times) == "the scale is wrong: it is the right Z times 2^-4"
    for fmt in (Format.E4M3, Format.E5M2, Format.BF16):
        cut = cut_off(sums, fmt)
        assert _named(Op.GEMM, operands, cut, fmt) == "the rounding is wrong: Z is cut off where it is stored"
    near = sums.copy()
    near[::2] += 1
    assert _named(Op.GEMM, operands, near).startswith("the rounding is wrong: each wrong output is next to")


def test_what_is_cut_off_is_the_largest_that_is_not_above() -> None:
    sums = np.arange(1 << 16, dtype=np.uint16)
    for fmt in (Format.E4M3, Format.E5M2):
        codes = to_values(np.arange(1 << 8, dtype=np.uint8), fmt)
        largest = np.nanmax(codes[np.isfinite(codes)])
        inside = sums[np.abs(np.nan_to_num(PLAIN[sums], nan=np.inf)) <= largest]
        cut, exact_values = to_values(cut_off(inside, fmt), fmt), PLAIN[inside]
        magnitudes = np.unique(np.abs(codes[np.isfinite(codes)]))
        below = magnitudes[np.searchsorted(magnitudes, np.abs(exact_values), side="right") - 1]
        assert np.array_equal(cut, np.copysign(below, exact_values))


def test_exact_sums_are_rounded_at_the_end_alone() -> None:
    x, w, y = _operands(5)
    sums = dict(other_roundings(Op.GEMM, x, w, y))["with exact sums that are rounded at the end"]
    for row, column in ((0, 0), (3, 4), (8, 9)):
        products = (
            Fraction(float(PLAIN[x[row, n]])) * Fraction(float(PLAIN[w[n, column]])) for n in range(5)
        )
        right = sum(products, Fraction(float(PLAIN[y[row, column]])))
        near = [abs(Fraction(float(PLAIN[int(sums[row, column]) + d])) - right) for d in (-1, 0, 1)]
        assert min(near) == near[1]


def test_three_wrong_outputs_are_enough_to_tell_and_two_are_not() -> None:
    x, w, y = _operands()
    for columns, words in ((2, ""), (3, "the scale is wrong: it is the right Z times 2^-4")):
        operands = [x[:1], w[:, :columns], y[:1, :columns]]
        times = to_bits(np.ldexp(PLAIN[gemm_op(Op.GEMM, *operands)], -4), Format.FP16)
        assert np.unique(times).size == columns
        assert _named(Op.GEMM, operands, times) == words


@pytest.mark.parametrize("op", [Op.ADDMIN, Op.MULMAX, Op.MAXMIN])
def test_scales_and_transpositions_of_other_operations(op: Op) -> None:
    random = np.random.default_rng(2)
    operands = [to_bits(random.standard_normal((9, 9)), Format.FP16) for _ in range(3)]
    x, w, y = operands
    assert "W transposed" in _named(op, operands, gemm_op(op, x, w.T.copy(), y))
    times = to_bits(np.ldexp(PLAIN[x], 2), Format.FP16)
    assert "times 2^2" in _named(op, operands, gemm_op(op, times, w, y))


def test_other_faults_get_no_name() -> None:
    operands = x, w, y = _operands()
    right = gemm_op(Op.GEMM, x, w, y)
    bit = right.copy()
    bit[4, 5] ^= 0x200
    skipped = gemm_op(Op.GEMM, x[:, 1:], w[1:], y)
    without_y = gemm_op(Op.MATMUL, x, w)
    shuffled = np.random.default_rng(3).permutation(right.ravel()).reshape(right.shape)
    half = right.copy()
    half[:, :5] = to_bits(np.ldexp(PLAIN[right[:, :5]], 1), Format.FP16)
    for name, actual in (
        *(("a bit", bit), ("a step", skipped), ("Y", without_y), ("order", shuffled), ("half", half)),
        ("all", np.zeros_like(right)),
    ):
        assert _named(Op.GEMM, list(operands), actual) == "", name


@pytest.mark.parametrize("fmt", [Format.E4M3, Format.E5M2])
def test_a_y_that_is_lost_is_no_small_one_in_a_narrow_format(fmt: Format) -> None:
    for seed in range(20):
        x, w, y = _operands(seed=seed)
        assert _named(Op.GEMM, [x, w, y], narrow(gemm_op(Op.MATMUL, x, w), fmt), fmt) == ""


def _neighbours(value: Fraction) -> tuple[int, int]:
    """The largest FP16 magnitude not above a value, and the least not below, as codes."""
    codes = np.arange(0x7C00)
    below = int(np.searchsorted(PLAIN[codes], float(value), side="right")) - 1
    while Fraction(float(PLAIN[below])) > value:
        below -= 1
    return below, below + (Fraction(float(PLAIN[below])) != value)


def test_directions_of_rounding_are_those_of_exact_arithmetic() -> None:
    """Single steps of random bits, many of which cancel, tie or lie far apart."""
    random = np.random.default_rng(5)
    x, w, y = (random.integers(0, 0x10000, 4000).astype(np.uint16) for _ in range(3))
    y[::3] = to_bits(-PLAIN[x[::3]] * PLAIN[w[::3]], Format.FP16)
    w[1::3] = 0x3C00 | (w[1::3] & 0x8000)
    usable = ~(is_nan(x) | is_nan(w) | is_nan(y)) & (np.abs(PLAIN[x] * PLAIN[w]) < 30000)
    usable &= np.isfinite(PLAIN[x]) & np.isfinite(PLAIN[w]) & (np.abs(PLAIN[y]) < 30000)
    checked = 0
    for a, b, c in zip(x[usable], w[usable], y[usable], strict=True):
        total = Fraction(float(PLAIN[a])) * Fraction(float(PLAIN[b])) + Fraction(float(PLAIN[c]))
        if total == 0:
            continue
        low, high = _neighbours(abs(total))
        negative = total < 0
        ways = dict(other_roundings(Op.GEMM, *(np.array([[each]]) for each in (a, b, c))))
        nearer = high if 2 * abs(total) >= Fraction(float(PLAIN[low])) + Fraction(float(PLAIN[high])) else low
        wanted = {
            "toward zero": low,
            "up": low if negative else high,
            "down": high if negative else low,
            "to nearest, ties away from zero": nearer,
        }
        for way, code in wanted.items():
            assert int(ways[f"with sums rounded {way}"][0, 0]) & 0x7FFF == code, (way, a, b, c)
        checked += 1
    assert checked > 500


class Planted(DenseNetwork):
    """A network whose program has a fault."""

    fault = ""

    def _product(self, phase: str, index: int, x: Any, w: Any, y: Any = None) -> Any:
        if self.fault == "transposition" and phase == "inputs":
            x = x.T
        if self.fault == "scale" and phase == "update":
            x = np.ldexp(x, 5)  # the mean over a batch of 32, forgotten
        if self.fault == "rounding" and phase == "forward":
            x = to_values(to_bits(x, Format.FP16) - np.uint16(1), Format.FP16)
        return super()._product(phase, index, x, w, y)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("transposition", r"^job 2, inputs 2: \d+ of 144 elements of X differ; the transposition is wrong$"),
        ("scale", r"^job \d, update 2: \d+ of \d+ elements of X differ; the scale is wrong, by 2\^5$"),
        ("rounding", r"^job 0, forward 1: \d+ of 144 elements of X differ; the rounding is wrong: each"),
        ("", "^$"),
    ],
)
def test_a_fault_of_a_program_is_named_by_the_account_of_the_right_one(fault: str, words: str) -> None:
    accounts = []
    for kind in (DenseNetwork, type("Faulty", (Planted,), {"fault": fault})):
        engine = Engine(keep=True)
        network = kind((12, 12, 12), engine, np.random.default_rng(1))
        network.step(np.ones((12, 32)), np.zeros((12, 32)), rate=0.5)
        accounts.append(engine.jobs)
    assert re.search(words, first_difference(*accounts))


def test_accounts_differ_in_kind_and_number_too() -> None:
    one, two, short = (Engine(keep=True) for _ in range(3))
    for engine in (one, two, short):
        engine.matmul(np.ones((3, 3)), np.ones((3, 3)), label="first")
    one.matmul(np.ones((3, 3)), np.ones((3, 4)))
    two.matmul(np.ones((3, 3)), np.ones((3, 5)))
    assert first_difference(one.jobs, two.jobs) == (
        "job 1: MATMUL of 3 x 3 x 5 in FP16/FP16/FP16 instead of MATMUL of 3 x 3 x 4 in FP16/FP16/FP16"
    )
    assert first_difference(one.jobs, short.jobs) == "1 jobs instead of 2"
    bare = Engine()
    bare.matmul(np.ones((3, 3)), np.ones((3, 3)))
    with pytest.raises(ValueError, match="keep=True"):
        first_difference(bare.jobs, bare.jobs)


def test_a_matrix_gets_no_name_for_other_differences() -> None:
    right = _operands()[0]
    wrong = right[::-1].copy()
    assert matrix_fault(right, wrong, Format.FP16) == ""
    assert matrix_fault(right, right, Format.FP16) == ""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, 2.0, 3.0, 0.0], "the scale is wrong, by 2^1"),
        ([1.0, 2.0, 0.0, 0.0], ""),  # two are wrong
        ([1.0, 2.0, 1.0], ""),  # of two values
    ],
)
def test_a_matrix_is_named_by_three_wrong_elements_of_three_values(values: list[float], words: str) -> None:
    right = to_bits(np.array([values]), Format.FP16)
    assert matrix_fault(right, to_bits(2 * PLAIN[right], Format.FP16), Format.FP16) == words
