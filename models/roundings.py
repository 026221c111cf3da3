# SPDX-License-Identifier: Apache-2.0
"""Other ways to round the steps of a product than the contract's, for the diagnosis of wrong results."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format, narrow
from models.fp16 import PLAIN, Fp16, add, from_float, mul
from models.ops import Op
from models.values import to_values

_Floats = NDArray[np.float64]
_DIRECTIONS = ("toward zero", "up", "down", "to nearest, ties away from zero")


def other_roundings(op: Op, x: Fp16, w: Fp16, start: Fp16) -> Iterator[tuple[str, Fp16]]:
    """Yields sums of products that are rounded otherwise, each with the way in words.

    Args:
        op: The operation; only multiply-adds have such ways.
        x: FP16 bits, M x N.
        w: FP16 bits, N x K.
        start: FP16 bits of the accumulators before the first step, M x K.
    """
    if not op.is_fma:
        return
    acc = np.stack([start] * len(_DIRECTIONS))
    for n in range(x.shape[1]):
        acc = _directed(PLAIN[x[:, n, np.newaxis]] * PLAIN[w[n]], PLAIN[acc])
    for direction, sums in zip(_DIRECTIONS, acc, strict=True):
        yield f"with sums rounded {direction}", sums
    twice, wide, single = start, PLAIN[start], PLAIN[start].astype(np.float32)
    with np.errstate(all="ignore"):
        for n in range(x.shape[1]):
            product = PLAIN[x[:, n, np.newaxis]] * PLAIN[w[n]]
            twice = add(mul(x[:, n, np.newaxis], w[n]), twice)
            wide = wide + product
            single = (single + product).astype(np.float32)
    yield "with products rounded before they are added", twice
    yield "with sums in FP32 that are rounded at the end", from_float(single)
    yield "with exact sums that are rounded at the end", from_float(wide)


def cut_off(sums: Fp16, fmt: Format) -> Bits:
    """Returns FP16 bits in a format, rounded toward zero."""
    nearest = narrow(sums, fmt)
    with np.errstate(invalid="ignore"):
        above = np.abs(to_values(nearest, fmt)) > np.abs(PLAIN[sums])
    return (nearest - above).astype(fmt.dtype)


def _directed(product: _Floats, acc: _Floats) -> Fp16:
    """FP16 bits of exact products plus accumulators, these rounded in each of the directions."""
    with np.errstate(all="ignore"):
        total = product + acc
        # What float64 lost of the sum (Knuth's TwoSum): it decides where a sum looks exact without.
        part = total - product
        lost = np.nan_to_num((product - (total - part)) + (acc - part), nan=0.0, posinf=0.0, neginf=0.0)
        nearest = from_float(total)
        value = PLAIN[nearest]
        inward = np.sign(total) * lost < 0
        over = (np.abs(value) > np.abs(total)) | ((value == total) & inward)
        toward_zero = nearest - over.astype(np.uint16)
        inexact = np.isfinite(total) & ((PLAIN[toward_zero] != total) | (lost != 0))
        away = toward_zero + inexact.astype(np.uint16)
        halfway = np.abs(total - PLAIN[toward_zero]) == np.abs(PLAIN[away] - total)
    outward = inexact & ((nearest == away) | (halfway & ~inward))
    chosen = np.stack([np.zeros_like(outward[0]), total[1] > 0, total[2] < 0, outward[3]])
    rounded: Fp16 = np.where(chosen, away, toward_zero).astype(np.uint16)
    return rounded
