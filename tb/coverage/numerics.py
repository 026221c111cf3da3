# SPDX-License-Identifier: Apache-2.0
"""Numerical events of every step of a job, vectorised (contract A1 and A2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import carrier, fp16
from models.carrier import PLAIN, SCALED
from models.formats import Bits, Format, Formats, narrow, per_operand, widen
from models.ops import Op
from tb.coverage.numbers import CLASSES, Flags, binades, classes, rounding, two_sum

Event = tuple[str, tuple[str, ...]]
"""Kind of samples, and the names of the bins, in the order of the kind's points."""

MASSIVE = 8
"""Binades that a sum has to lose by cancellation to count as massive."""

_ADDS = (Op.ADDMAX, Op.ADDMIN)
_MULS = (Op.MULMAX, Op.MULMIN)
_LEAST_NORMAL = 2.0**-14


@dataclass(frozen=True, slots=True)
class Block:
    """Operands of some outputs, all of their steps.

    Attributes:
        op: operation.
        fmt: formats.
        x: bits of X, rows x N.
        w: bits of W, N x columns.
        y: bits of Y, rows x columns; None where the operation reads none.
    """

    op: Op
    fmt: Formats
    x: Bits
    w: Bits
    y: Bits | None


class _Steps(NamedTuple):
    """All steps, as arrays of shape (N, outputs).

    Attributes:
        x: FP16 bits of the first operand.
        w: of the second.
        acc: of the accumulator before the step.
        result: of the accumulator after it.
    """

    x: fp16.Fp16
    w: fp16.Fp16
    acc: fp16.Fp16
    result: fp16.Fp16


def count(block: Block) -> Counter[Event]:
    """Counts what happened in every step, and in the narrowing of the results.

    Args:
        block: At least one row, column and step.

    Returns:
        How often each bin was hit, by kind of samples and names of bins.
    """
    x_fmt, w_fmt, z_fmt = per_operand(block.fmt)
    name = "mixed" if isinstance(block.fmt, tuple) else block.fmt.name
    x, w = widen(block.x, x_fmt), widen(block.w, w_fmt)
    shape = (x.shape[1], x.shape[0], w.shape[1])
    start = np.zeros(shape[1:], np.uint16) if block.y is None else widen(block.y, z_fmt)
    wide_x = np.broadcast_to(x.T[:, :, None], shape).reshape(shape[0], -1)
    wide_w = np.broadcast_to(w[:, None, :], shape).reshape(shape[0], -1)
    events: Counter[Event] = Counter()
    op = block.op.name
    if block.op in (Op.MATMUL, Op.GEMM):
        steps = _accumulated(wide_x, wide_w, start.reshape(-1))
        _add(events, "fma", (op, name), _fma_events(steps))
    else:
        candidate, kind, first = _candidates(block.op, wide_x, wide_w)
        steps = _selected(block.op, wide_x, wide_w, candidate, start.reshape(-1))
        _add(events, kind, (op, name), first)
        _add(events, "select", (op, name), _choice_events(candidate, steps.acc, steps.result))
    values = (
        np.broadcast_to(classes(block.x, x_fmt).T[:, :, None], shape).reshape(shape[0], -1),
        np.broadcast_to(classes(block.w, w_fmt)[:, None, :], shape).reshape(shape[0], -1),
        classes(steps.acc, Format.FP16),
    )
    for places, hits in _met(values):
        events["step", (op, name, *places)] += hits
    if z_fmt is not Format.FP16:
        _add(events, "narrow", (z_fmt.name,), _narrow_events(steps.result[-1], z_fmt))
    return events


def _add(events: Counter[Event], kind: str, names: tuple[str, ...], flags: Mapping[str, Flags]) -> None:
    for name, each in flags.items():
        hits = int(np.count_nonzero(each))
        if hits:
            events[kind, (*names, name)] += hits


def _met(values: tuple[NDArray[np.uint8], ...]) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Which classes of x, w and accumulator met, and how often."""
    width = len(CLASSES)
    x, w, acc = values
    places = (x.astype(np.intp) * width + w) * width + acc
    hits = np.bincount(places.reshape(-1), minlength=width**3)
    for place in np.flatnonzero(hits).tolist():
        yield (
            (CLASSES[place // width**2], CLASSES[place // width % width], CLASSES[place % width]),
            int(hits[place]),
        )


# ---- the steps


def _accumulated(x: fp16.Fp16, w: fp16.Fp16, start: fp16.Fp16) -> _Steps:
    """The accumulators of fused multiply-adds, as `models` computes them, step by step."""
    sums = np.empty((len(x) + 1, start.size))
    with np.errstate(all="ignore"):
        products = SCALED[x] * PLAIN[w]
        acc = carrier.Accumulator(SCALED[start])
        sums[0] = acc.value
        for n, product in enumerate(products):
            acc.add(product)
            sums[n + 1] = acc.value
        bits = carrier.to_bits(sums)
    return _Steps(x, w, np.concatenate([start[None], bits[1:-1]]), bits[1:])


def _candidates(op: Op, x: fp16.Fp16, w: fp16.Fp16) -> tuple[fp16.Fp16, str, dict[str, Flags]]:
    """Results of the first operation of those with two, the kind of its events, and these."""
    if op in _ADDS:
        result = fp16.add(x, w)
        return result, "add", _sum_events(x, w, result)
    if op in _MULS:
        result = fp16.mul(x, w)
        return result, "mul", _product_events(x, w, result)
    result = (fp16.maximum if op is Op.MAXMIN else fp16.minimum)(x, w)
    return result, "order", _choice_events(w, x, result)


def _selected(op: Op, x: fp16.Fp16, w: fp16.Fp16, candidate: fp16.Fp16, start: fp16.Fp16) -> _Steps:
    """The accumulators of minima or maxima: of numbers in their order, NaNs behind all of them."""
    largest = op in (Op.ADDMAX, Op.MULMAX, Op.MINMAX)
    every = np.concatenate([start[None], candidate])
    last = -0x8000 if largest else 0x7FFF
    keys = np.where(fp16.is_nan(every), last, fp16.order(every)).astype(np.int16)
    best = (np.maximum if largest else np.minimum).accumulate(keys, axis=0)
    bits = (best ^ ((best >> 15) & 0x7FFF)).view(np.uint16)
    sums = np.where(best == last, fp16.CANONICAL_NAN, bits).astype(np.uint16)
    return _Steps(x, w, np.concatenate([start[None], sums[1:-1]]), sums[1:])


# ---- events of single operations; each gives flags by name of bin


def _rounded(near: NDArray[np.float64], rest: NDArray[np.float64], result: fp16.Fp16) -> dict[str, Flags]:
    """Events of any operation that rounds."""
    how = rounding(near, rest, result)
    infinite = (result & 0x7FFF) == fp16.INFINITY
    tiny = np.abs(PLAIN[result]) < _LEAST_NORMAL
    return {
        **how._asdict(),
        "overflow": infinite & np.isfinite(near),
        "underflow": how.inexact & tiny,
        "infinity_kept": infinite & ~np.isfinite(near),
        "minus_zero": result == fp16.SIGN,
    }


def _nan_events(result: fp16.Fp16, *operands: fp16.Fp16) -> dict[str, Flags]:
    any_nan = np.logical_or.reduce([fp16.is_nan(each) for each in operands])
    nan = fp16.is_nan(result)
    return {"nan_made": nan & ~any_nan, "nan_kept": nan & any_nan}


def _cancellations(a: NDArray[np.float64], b: NDArray[np.float64], result: fp16.Fp16) -> dict[str, Flags]:
    """Sums of finite numbers that lost most of what was added, or all."""
    value = PLAIN[result]
    terms = np.isfinite(a) & np.isfinite(b) & (a != 0) & (b != 0)
    lost = np.maximum(binades(a), binades(b)) - binades(value)
    return {
        "cancellation": terms & np.isfinite(value) & (value != 0) & (lost >= MASSIVE),
        "cancelled": terms & (a == -b),
    }


def _fma_events(steps: _Steps) -> dict[str, Flags]:
    with np.errstate(all="ignore"):
        product, acc = PLAIN[steps.x] * PLAIN[steps.w], PLAIN[steps.acc]
    near, rest = two_sum(product, acc)
    return {
        **_rounded(near, rest, steps.result),
        **_cancellations(product, acc, steps.result),
        **_nan_events(steps.result, steps.x, steps.w, steps.acc),
    }


def _sum_events(x: fp16.Fp16, w: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    a, b = PLAIN[x], PLAIN[w]
    near, rest = two_sum(a, b)
    events = {
        **_rounded(near, rest, result),
        **_cancellations(a, b, result),
        **_nan_events(result, x, w),
    }
    del events["underflow"]  # a sum of two numbers that is subnormal is exact
    return events


def _product_events(x: fp16.Fp16, w: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
    with np.errstate(all="ignore"):
        near = PLAIN[x] * PLAIN[w]
    return {**_rounded(near, np.zeros_like(near), result), **_nan_events(result, x, w)}


def _choice_events(new: fp16.Fp16, old: fp16.Fp16, result: fp16.Fp16) -> dict[str, Flags]:
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


def _narrow_events(result: fp16.Fp16, fmt: Format) -> dict[str, Flags]:
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


def _bfloat16(bits: Bits) -> NDArray[np.float64]:
    """Values of bfloat16 bits, the high halves of binary32."""
    return (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def _is_tie(value: NDArray[np.float64], kept: NDArray[np.float64], fmt: Format) -> Flags:
    """Whether values lie half-way between what they became and another number of the format."""
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
