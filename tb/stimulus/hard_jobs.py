# SPDX-License-Identifier: Apache-2.0
"""Jobs that pack operands which are hard to round: a step for each output, in every operation and format."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import fp16
from models.formats import Bits, Format, Formats, narrow, widen
from models.gemm import gemm_op
from models.ops import Op
from tb.stimulus.given_jobs import GivenJobs
from tb.stimulus.hard_numbers import ONE, ROWS, SIGN, SPECIAL, Turn, addend, columns
from tb.stimulus.job import GemmJob

_PARTS = 4  # jobs over which the columns of FP16 are spread
_BF16_EXPONENTS = (0, 1, *range(100, 116), 126, 127, 128, *range(140, 145), 254, 255)
_BF16_FRACTIONS = sorted({0, 1, 127, *((1 << k) + d for k in range(1, 7) for d in (-1, 0, 1))})
_BORDERS = 256  # borders of a format, at most, on either side of which results are asked for

Case = tuple[Op, Formats, NDArray[Any], NDArray[Any], NDArray[Any] | None]
"""Operation, formats, and the bits of X, W and Y."""


class HardNumbers(GivenJobs):
    """The bank of hard numbers, in the device's operations and formats."""

    def jobs(self) -> Iterator[GemmJob]:
        """A job for each case that is not of a mix of formats which the device lacks."""
        device = self.descriptor
        for op, fmt, x, w, y in bank(tuple(device.operations), tuple(device.formats)):
            if not isinstance(fmt, tuple) or fmt in device.job_formats:
                yield GemmJob(x, w, y, op, fmt)


@lru_cache(maxsize=2)
def bank(operations: Sequence[Op], formats: Sequence[Format]) -> list[Case]:
    """Returns all cases of some operations and formats; Y is missing where the operation does not read it."""
    cases: list[Case] = []
    for fmt in formats:
        for op in operations:
            cases += _fp16_cases(op) if fmt is Format.FP16 else _cases(op, fmt)
        if Op.GEMM in operations:
            cases += _conversions(fmt)
    return cases


def _fp16_cases(op: Op) -> Iterator[Case]:
    x = np.array(ROWS, np.uint16)[:, None]
    turn = Turn()
    for part in range(_PARTS):
        row = columns()[part::_PARTS]
        w = np.array([row], np.uint16)
        y = None
        if op is Op.GEMM:
            y = np.array([[addend(a, b, turn) for b in row] for a in ROWS], np.uint16)
        elif op.reads_y:
            y = _compared(op, x, w)
        yield op, Format.FP16, x, w, y
    special = np.array(SPECIAL, np.uint16)
    w = np.repeat(special, len(SPECIAL))[None, :]
    y = np.tile(special, (len(SPECIAL), len(SPECIAL)))
    yield op, Format.FP16, special[:, None], w, y if op.reads_y else None


def _compared(op: Op, x: NDArray[np.uint16], w: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Y of other operations: those that let the result of op1 pass, itself, its neighbours, special ones."""
    first = {Op.ADDMAX: fp16.add, Op.ADDMIN: fp16.add, Op.MULMAX: fp16.mul, Op.MULMIN: fp16.mul}
    own = first.get(op, fp16.maximum if op is Op.MAXMIN else fp16.minimum)(x, w)
    largest = op in (Op.ADDMAX, Op.MULMAX, Op.MINMAX)
    shows = np.full_like(own, fp16.INFINITY | (SIGN if largest else 0))
    choices = [shows, shows ^ SIGN, own, own ^ SIGN, own + np.uint16(1), own - np.uint16(1), own ^ 1]
    choices += [np.full_like(own, code) for code in SPECIAL]
    turn = np.arange(own.size).reshape(own.shape)
    y = np.where(turn % 5 < 2, np.where(turn % 2, shows, fp16.CANONICAL_NAN), 0)
    return np.where(turn % 5 < 2, y, np.choose(turn // 5 % len(choices), choices)).astype(np.uint16)


def _cases(op: Op, fmt: Format) -> Iterator[Case]:
    """Cases of a narrow format: of GEMM results as near to its borders as some Y can bring them."""
    codes = _codes(fmt)
    x = codes[:: len(codes) // 16][:16, None]
    x[:3, 0] = narrow(np.array([ONE, SIGN | ONE, ONE + 0x80], np.uint16), fmt)
    w = codes[None, :]
    wide = widen(x, fmt), widen(w, fmt)
    if op is Op.GEMM:
        yield op, fmt, x, w, _searched(*wide, codes[:: max(len(codes) // 256, 1)], fmt)
    else:
        yield op, fmt, x, w, narrow(_compared(op, *wide), fmt) if op.reads_y else None


def _searched(x: NDArray[np.uint16], w: NDArray[np.uint16], codes: Bits, fmt: Format) -> Bits:
    """For each product that of some codes which brings the sum to the place that was met least so far."""
    shape = (x.size, w.size)
    sums = [gemm_op(Op.GEMM, x, w, np.full(shape, code, np.uint16)) for code in widen(codes, fmt)]
    places = _places(fmt)[np.stack(sums)].reshape(len(codes), -1)
    counts = np.zeros(places.max() + 1, np.int64)
    counts[0] = places.shape[1]  # far from all borders, where no other can be had
    chosen = []
    for cell, place in enumerate(places.T):
        start = cell % len(codes)
        rolled = np.concatenate([place[start:], place[:start]])
        best = int(np.argmin(counts[rolled]))
        counts[rolled[best]] += 1
        chosen.append((best + start) % len(codes))
    return codes[chosen].reshape(shape)


def _codes(fmt: Format) -> Bits:
    """All codes of FP8; of bfloat16 those at the ends of what FP16 holds, and beyond."""
    if fmt.itemsize == 1:
        return np.arange(256, dtype=np.uint8)
    values = [
        e << 7 | f | (SIGN if (e + i) % 2 else 0)
        for i, f in enumerate(_BF16_FRACTIONS)
        for e in _BF16_EXPONENTS
    ]
    return np.array(values, np.uint16)


def _conversions(fmt: Format) -> Iterator[Case]:
    """Copies of codes, and FP16 results on, below and above each border of a format."""
    codes = np.array([*SPECIAL, *ROWS], np.uint16) if fmt is Format.FP16 else _codes(fmt)
    y = codes[: len(codes) // 16 * 16].reshape(16, -1)
    yield Op.GEMM, fmt, np.zeros((16, 0), fmt.dtype), np.zeros((0, y.shape[1]), fmt.dtype), y
    if fmt is not Format.FP16:
        targets = np.flatnonzero(_places(fmt)).astype(np.uint16)
        w = targets[None, :]
        x = np.array([[ONE], [SIGN | ONE]], np.uint16)
        zeros = narrow(np.broadcast_to(np.array([[SIGN], [0]], np.uint16), (2, w.size)), fmt)
        yield Op.GEMM, (Format.FP16, Format.FP16, fmt), x, w, zeros


@lru_cache(maxsize=4)
def _places(fmt: Format) -> NDArray[np.int64]:
    """A number for each FP16 code that lies on a border of a format or a unit beside it; 0 for the others."""
    magnitudes = np.arange(fp16.INFINITY, dtype=np.uint16)
    narrowed = narrow(magnitudes, fmt)
    below = np.flatnonzero(narrowed[1:] != narrowed[:-1])
    low, high = (fp16.to_float(widen(narrowed[at], fmt)) for at in (below, below + 1))
    high = np.where(np.isinf(high), 2 * low - np.append(0, low[:-1]), high)
    middle = fp16.from_float((low + high) / 2).astype(np.int64)
    middle = middle[:: max(len(middle) // _BORDERS, 1)]
    places = np.zeros(1 << 16, np.int64)
    for sign in (0, SIGN):
        for step in (-1, 1, 0):
            near = np.maximum(middle + step, 0)
            places[near | sign] = 1 + np.arange(len(middle)) * 6 + (step + 1) + 3 * (sign != 0)
    return places
