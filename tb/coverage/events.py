# SPDX-License-Identifier: Apache-2.0
"""Events of single operations, vectorised (contract A1 and A2): flags by names of bins, in order."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models.formats import Bits, Format, narrow, widen
from models.fp16 import PLAIN
from tb.coverage.numbers import CLASSES, Flags, binades, classes, rounding, two_sum

Reals = NDArray[np.float64]

MASSIVE = 8
"""Binades that a sum has to lose by cancellation to count as massive."""

_LEAST_NORMAL = 2.0**-14


def _rounded(near: Reals, rest: Reals, result: fp16.Fp16, others: Mapping[str, Flags]) -> dict[str, Flags]:
    """Events of any operation that rounds, with others of its own."""
    how = rounding(near, rest, result)
    infinite = (result & 0x7FFF) == fp16.INFINITY
    tiny = np.abs(PLAIN[result]) < _LEAST_NORMAL
    return {
        **how._asdict(),
        "overflow": infinite & np.isfinite(near),
        "underflow": how.inexact & tiny,
        **others,
        "infinity_kept": infinite & ~np.isfinite(near),
        "minus_zero": result == fp16.SIGN,
    }


def _nan_events(result: fp16.Fp16, *operands: fp16.Fp16) -> dict[str, Flags]:
    any_nan = np.logical_or.reduce([fp16.is_nan(each) for each in operands])
    nan = fp16.is_nan(result)
    return {"nan_made": nan & ~any_nan, "nan_kept": nan & any_nan}


def _cancellations(a: Reals, b: Reals, result: fp16.Fp16) -> dict[str, Flags]:
    """Sums of finite numbers that lost most of what was added, or all."""
    value = PLAIN[result]
    terms = np.isfinite(a) & np.isfinite(b) & (a != 0) & (b != 0)
    lost = np.maximum(binades(a), binades(b)) - binades(value)
    return {
        "cancellation": terms & np.isfinite(value) & (value != 0) & (lost >= MASSIVE),
        "cancelled": terms & (a == -b),
    }


def fma_events(x: fp16.Fp16, w: fp16.Fp16, acc: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    """Events of the fused multiply-add."""
    with np.errstate(all="ignore"):
        product, before = PLAIN[x] * PLAIN[w], PLAIN[acc]
    near, rest = two_sum(product, before)
    others = _cancellations(product, before, result) | _nan_events(result, x, w, acc)
    return _rounded(near, rest, result, others)


def sum_events(x: fp16.Fp16, w: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    """Events of the sum."""
    a, b = PLAIN[x], PLAIN[w]
    near, rest = two_sum(a, b)
    events = _rounded(near, rest, result, _cancellations(a, b, result) | _nan_events(result, x, w))
    del events["underflow"]  # a sum of two numbers that is subnormal is exact
    return events


def product_events(x: fp16.Fp16, w: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    """Events of the product."""
    with np.errstate(all="ignore"):
        near = PLAIN[x] * PLAIN[w]
    return _rounded(near, np.zeros_like(near), result, _nan_events(result, x, w))


def choice_events(new: fp16.Fp16, old: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    """Events of a minimum or maximum of two operands."""
    new_nan, old_nan = fp16.is_nan(new), fp16.is_nan(old)
    numbers = ~new_nan & ~old_nan
    zeros = numbers & ((new | old) & 0x7FFF == 0) & (new != old)
    different = numbers & (new != old) & ~zeros
    return {
        "taken": different & (result == new),
        "kept": different & (result == old),
        "tie": numbers & (new == old),
        "zeros": zeros,
        "nan_dropped": new_nan & ~old_nan,
        "nan_left": ~new_nan & old_nan,
        "nans": new_nan & old_nan,
        "minus_zero": result == fp16.SIGN,
        "infinity": (result & 0x7FFF) == fp16.INFINITY,
    }


def narrow_events(result: fp16.Fp16, fmt: Format) -> dict[str, Flags]:
    """Events of the narrowing of results to a format other than FP16."""
    stored = narrow(result, fmt)
    # The largest numbers of FP16 round to one of bfloat16 that FP16 does not have.
    kept = _bfloat16(stored) if fmt is Format.BF16 else PLAIN[widen(stored, fmt)]
    value = PLAIN[result]
    kinds = classes(stored, fmt)
    finite, nan = np.isfinite(value) & np.isfinite(kept), fp16.is_nan(result)
    # A tie lies as far from the number it became as from the neighbour on its other side.
    tie = finite & (value != kept) & _is_tie(value, kept, fmt)
    return {
        "exact": finite & (value == kept),
        "up": finite & (kept > value) & ~tie,
        "down": finite & (kept < value) & ~tie,
        "tie_up": tie & (kept > value),
        "tie_down": tie & (kept < value),
        "overflow": np.isfinite(value) & ~np.isfinite(kept),
        "subnormal": finite & (kinds == CLASSES.index("subnormal")),
        "flushed": finite & (value != 0) & (kept == 0),
        "nan": nan,
        "infinity": (result & 0x7FFF) == fp16.INFINITY,
        "minus_zero": result == fp16.SIGN,
    }


def _bfloat16(bits: Bits) -> Reals:
    """Values of bfloat16 bits, the high halves of binary32."""
    return (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def _is_tie(value: Reals, kept: Reals, fmt: Format) -> Flags:
    """Mark values that lie half-way between what they became and another number of the format."""
    with np.errstate(invalid="ignore"):
        other = 2 * value - kept
    if fmt is Format.BF16:
        with np.errstate(invalid="ignore", over="ignore"):
            # Every number of FP16 and all its neighbours in bfloat16 are numbers of binary32.
            rest: Flags = other.astype(np.float32).view(np.uint32) & 0xFFFF == 0
        return rest
    bits = fp16.from_float(other)
    representable = PLAIN[bits] == other
    again: Flags = representable & (PLAIN[widen(narrow(bits, fmt), fmt)] == other)
    return again
