# SPDX-License-Identifier: Apache-2.0
"""Numerical events against plain fractions, step by step."""

import math
from bisect import bisect_left
from collections import Counter
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from models.formats import Bits, Format, Formats, narrow, per_operand, widen
from models.gemm import partial_sums
from models.ops import Op
from tb.coverage.block import StepBlock
from tb.coverage.covergroups import load_definition
from tb.coverage.numerics import KINDS, count
from tb.coverage.sorter import Sorter
from tb.stimulus.rng import raw_words

FINITE = sorted({float(v) for v in np.arange(0x7C00, dtype=np.uint16).view(np.float16)})
FINITE = sorted({*FINITE, *(-v for v in FINITE)})
# Zeros, ends of the subnormals, ones, largest numbers, infinities, NaNs.
INTERESTING = (0, 0x8000, 1, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0xFD01)


def number(bits: int) -> float:
    """The value of FP16 bits; of a signalling NaN without its warning."""
    return math.nan if bits & 0x7FFF > 0x7C00 else float(np.uint16(bits).view(np.float16))


def kind(bits: int, fmt: Format) -> str:
    """The class of an element in its own format."""
    exponent_bits, fraction_bits = {"E5M2": (5, 2), "FP16": (5, 10), "E4M3": (4, 3), "BF16": (8, 7)}[fmt.name]
    exponent, fraction = bits >> fraction_bits & (1 << exponent_bits) - 1, bits & (1 << fraction_bits) - 1
    if exponent == 0:
        return "subnormal" if fraction else "zero"
    if exponent + 1 == 1 << exponent_bits:
        return "nan" if fraction else "infinity"
    return "normal"


@cache
def numbers_of(fmt: Format) -> list[float]:
    """All numbers of a format that results are narrowed to, in their order."""
    every = np.arange(1 << 8 * fmt.itemsize).astype(fmt.dtype)
    every = every[[kind(int(each), fmt) not in ("infinity", "nan") for each in every]]
    if fmt is Format.BF16:
        return sorted({float(v) for v in (every.astype(np.uint32) << 16).view(np.float32)})
    return sorted({number(int(each)) for each in widen(every, fmt)})


def roundings(exact: Fraction, result: float, numbers: list[float]) -> set[str]:
    """Events of the rounding of an exact value, given all numbers of the format in their order."""
    if math.isinf(result):
        return {"overflow"}
    value = Fraction(result)
    if value == exact:
        return {"exact"}
    place = bisect_left(numbers, result)
    if value > exact:
        below = Fraction(numbers[place - 1])
        return {"tie_up" if value - exact == exact - below else "up"}
    above = Fraction(numbers[place + 1])
    return {"tie_down" if exact - value == above - exact else "down"}


def of_sum(terms: list[float], bits: int) -> set[str]:
    """Events of a sum whose terms are exact in float64."""
    result = number(bits)
    found = {"minus_zero"} if bits == 0x8000 else set()
    if math.isinf(result) and not all(map(math.isfinite, terms)):
        return found | {"infinity_kept"}
    if not all(map(math.isfinite, terms)):
        return found
    exact = sum(map(Fraction, terms), Fraction(0))
    how = roundings(exact, result, FINITE)
    if how <= {"up", "down", "tie_up", "tie_down"} and abs(result) < 2.0**-14:
        how |= {"underflow"}
    if len(terms) == 2 and all(terms):
        if terms[0] == -terms[1]:
            how |= {"cancelled"}
        if result and math.isfinite(result):
            lost = max(math.frexp(term)[1] for term in terms) - math.frexp(result)[1]
            how |= {"cancellation"} if lost >= 8 else set()
    return found | how


def of_nans(bits: int, *operands: int) -> set[str]:
    """Events of a result that is NaN."""
    if not math.isnan(number(bits)):
        return set()
    return {"nan_kept" if any(math.isnan(number(each)) for each in operands) else "nan_made"}


def of_choice(new: int, old: int, bits: int) -> set[str]:
    """Events of a minimum or maximum."""
    found = {"minus_zero"} if bits == 0x8000 else set()
    found |= {"infinity"} if math.isinf(number(bits)) else set()
    nans = math.isnan(number(new)), math.isnan(number(old))
    if any(nans):
        return found | {{(True, True): "nans", (True, False): "nan_dropped", (False, True): "nan_left"}[nans]}
    if new == old:
        return found | {"tie"}
    if number(new) == number(old):
        return found | {"zeros"}
    return found | {"taken" if bits == new else "kept"}


def of_narrowing(bits: int, fmt: Format) -> set[str]:
    """Events on the way of a result to memory."""
    stored = int(narrow(np.array([bits], np.uint16), fmt)[0])
    value = number(bits)
    found = {"minus_zero"} if bits == 0x8000 else set()
    if not math.isfinite(value):
        return found | {"nan" if math.isnan(value) else "infinity"}
    if fmt is Format.BF16:
        kept = float(np.array([stored << 16], np.uint32).view(np.float32)[0])
    else:
        kept = number(int(widen(np.array([stored], fmt.dtype), fmt)[0]))
    found |= roundings(Fraction(value), kept, numbers_of(fmt))
    found |= {"subnormal"} if kind(stored, fmt) == "subnormal" else set()
    return found | ({"flushed"} if value and not kept else set())


def expected(op: Op, fmt: Formats, x: Bits, w: Bits, y: Bits | None) -> Counter[tuple[str, tuple[str, ...]]]:
    """All events of a block, one by one."""
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    name = "mixed" if isinstance(fmt, tuple) else fmt.name
    wide_x, wide_w = widen(x, x_fmt), widen(w, w_fmt)
    start = np.zeros((len(x), w.shape[1]), np.uint16) if y is None else widen(y, z_fmt)
    events: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for m in range(len(x)):
        for k in range(w.shape[1]):
            acc = int(start[m, k])
            chain = partial_sums(op, wide_x[m], wide_w[:, k], start[m, k])
            for n in range(x.shape[1]):
                a, b, result = int(wide_x[m, n]), int(wide_w[n, k]), int(chain[n + 1])
                classes = kind(int(x[m, n]), x_fmt), kind(int(w[n, k]), w_fmt), kind(acc, Format.FP16)
                events["step", (op.name, name, *classes)] += 1
                for group, event in step(op, a, b, acc, result):
                    events[group, (op.name, name, event)] += 1
                acc = result
            if z_fmt is not Format.FP16:
                for event in of_narrowing(acc, z_fmt):
                    events["narrow", (z_fmt.name, event)] += 1
    return events


def step(op: Op, a: int, b: int, acc: int, result: int) -> set[tuple[str, str]]:
    """Groups and events of one step."""
    if op in (Op.MATMUL, Op.GEMM):
        found = of_sum([number(a) * number(b), number(acc)], result) | of_nans(result, a, b, acc)
        return {("fma", each) for each in found}
    first = {Op.ADDMAX: Op.ADDMAX, Op.ADDMIN: Op.ADDMAX, Op.MULMAX: Op.MULMAX, Op.MULMIN: Op.MULMAX}.get(op)
    # The first operation alone: its result as the maximum with a NaN, which gives the other operand.
    lone = partial_sums(first or op, np.array([a], np.uint16), np.array([b], np.uint16), np.uint16(0x7E00))
    middle = int(lone[1])
    if first is Op.ADDMAX:
        made = {("add", each) for each in of_sum([number(a), number(b)], middle) | of_nans(middle, a, b)}
    elif first is Op.MULMAX:
        made = {("mul", each) for each in of_sum([number(a) * number(b)], middle) | of_nans(middle, a, b)}
    else:
        made = {("order", each) for each in of_choice(b, a, middle)}
    return made | {("select", each) for each in of_choice(middle, acc, result)}


def operand(rows: int, cols: int, fmt: Format, seed: int) -> Bits:
    """Raw bits, and numbers that are interesting."""
    words = raw_words(2 * rows * cols, seed, "operand")
    chosen = narrow(np.array(INTERESTING, np.uint16)[words[: rows * cols] % len(INTERESTING)], fmt)
    raw = words[rows * cols :].astype(fmt.dtype)
    return np.where(words[: rows * cols] & 64, chosen, raw).astype(fmt.dtype).reshape(rows, cols)


MIXED = (Format.E4M3, Format.BF16, Format.E5M2)


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("fmt", [*Format, MIXED], ids=str)
def test_events_are_those_of_plain_fractions(op: Op, fmt: Formats) -> None:
    x_fmt, w_fmt, z_fmt = per_operand(fmt)
    definition = load_definition()
    sorters = {kind: Sorter(definition, kind) for kind in KINDS}
    for seed in range(3):
        x, w = operand(4, 5, x_fmt, seed), operand(5, 3, w_fmt, seed + 100)
        y = operand(4, 3, z_fmt, seed + 200) if op.reads_y else None
        found = count(StepBlock(op, fmt, x, w, y))
        assert found == expected(op, fmt, x, w, y)
        for group, names in found:
            sorters[group].named(*names)  # every event is a bin


@pytest.mark.parametrize(
    ("x", "w", "y", "event"),
    [
        (1.0, 1.0, 2.0**-11, "tie_down"),
        (1.0, 1.0 + 2.0**-10, 2.0**-11, "tie_up"),
        (1.0, -1.0, 1.0 + 2.0**-8, "cancellation"),
        (1.0, -1.0, 1.0, "cancelled"),
        (256.0, 255.9, 30.0, "overflow"),
        (2.0**-12, 2.0**-12 * 1.5, 2.0**-24, "underflow"),
        (math.inf, 0.0, 1.0, "nan_made"),
        (math.inf, 1.0, 1.0, "infinity_kept"),
        (-0.0, 1.0, -0.0, "minus_zero"),
    ],
)
def test_events_by_hand(x: float, w: float, y: float, event: str) -> None:
    bits = [np.array([[value]], np.float16).view(np.uint16) for value in (x, w, y)]
    assert count(StepBlock(Op.GEMM, Format.FP16, *bits))["fma", ("GEMM", "FP16", event)] == 1


def test_the_largest_results_round_up_to_a_bfloat16_beyond_fp16() -> None:
    """65504 becomes 65536: rounded, not overflowed; 65408 lies half-way between two of its numbers."""
    for value, event in ((65504.0, "up"), (65408.0, "tie_up"), (65280.0, "exact"), (65376.0, "down")):
        bits = int(np.float16(value).view(np.uint16))
        assert of_narrowing(bits, Format.BF16) == {event}
        x, w = np.array([[bits]], np.uint16), np.array([[0x3C00]], np.uint16)
        mixed = (Format.FP16, Format.FP16, Format.BF16)
        found = count(StepBlock(Op.MATMUL, mixed, x, w, None))
        assert {names[1] for kind, names in found if kind == "narrow"} == {event}
