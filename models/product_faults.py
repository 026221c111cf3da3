# SPDX-License-Identifier: Apache-2.0
"""Wrong rounding, scale or transposition as the reason why a whole matrix is wrong.

Of a product each is a hypothesis: the sums are computed again with that one thing wrong, and have to be the
wrong result bit for bit, in a part of the matrix that holds right outputs, too, where there are any.
"""

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.formats import Bits, Format, narrow
from models.fp16 import PLAIN, Fp16, from_float
from models.gemm import accumulators, gemm_op
from models.ops import Op
from models.roundings import cut_off, other_roundings
from models.values import Values, to_bits, to_values

_FEW = 3  # wrong outputs, or different ones, below which nearly anything would fit
_SIDE = 8  # rows and columns of the part that is computed again
_NEARLY = 0.05  # relative distance of what a format of 3 bits lost
_ADDING = (Op.ADDMAX, Op.ADDMIN, Op.MAXMIN, Op.MINMAX)  # where X and W are not factors of one product
_EXPONENTS = np.array([each for each in range(-15, 16) if each])

Operands = tuple[Fp16, Fp16, Fp16]
"""FP16 bits of X, M x N; of W, N x K; of Y, M x K."""
Part = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns."""
Hypotheses = Iterator[tuple[str, Fp16]]
"""Faults in words, each with the sums of the part that it would lead to."""


def product_fault(op: Op, x: Fp16, w: Fp16, y: Fp16 | None, actual: Bits, fmt: Format = Format.FP16) -> str:
    """Returns which of rounding, scale and transposition is wrong, in words; empty if none explains Z.

    Tried are: X, W, Y and Z, alone or together, taken as they lie in memory for their transposed; X, W, Y or
    Z times 2**-15 to 2**15; sums that are rounded in another direction, twice a step, or once at the end.
    Else it is the rounding still if each wrong output is next to the right one in its format.

    Args:
        op: The operation.
        x: FP16 bits, M x N.
        w: FP16 bits, N x K.
        y: FP16 bits, M x K; ignored by MATMUL.
        actual: Bits of the wrong Z, M x K, in its format.
        fmt: The format of Z.
    """
    start = y if y is not None and op.reads_y else np.zeros(actual.shape, np.uint16)
    sums = gemm_op(op, x, w, start)
    right = narrow(sums, fmt)
    wrong = actual != right
    if np.count_nonzero(wrong) < _FEW or np.unique(actual).size < _FEW:
        return ""
    if np.array_equal(_turned(actual), right):
        return "the transposition is wrong: it is the right Z transposed"
    operands = x, w, start
    part = _part(wrong)
    theirs = actual[np.ix_(*part)]
    for words, found in chain(
        _transposed(op, operands, part),
        _scaled(op, operands, sums, theirs, fmt, part),
        _rounded(op, operands, theirs, fmt, part),
    ):
        if np.array_equal(narrow(found, fmt), theirs):
            return words
    if np.array_equal(cut_off(sums, fmt), actual):
        return "the rounding is wrong: Z is cut off where it is stored"
    if op.is_fma and (exponent := _nearly_scaled(PLAIN[sums], PLAIN[start], to_values(actual, fmt))):
        return f"the scale is wrong: it is nearly the result with X or W times 2^{exponent}"
    if np.abs(_ranks(actual, fmt) - _ranks(right, fmt)).max() <= 1:
        return "the rounding is wrong: each wrong output is next to the right one"
    return ""


def matrix_fault(right: Bits, actual: Bits, fmt: Format) -> str:
    """Returns which of rounding, scale and transposition makes a wrong matrix of a right one, in words.

    Args:
        right: Bits of the right matrix.
        actual: Bits of the wrong one, of the same shape.
        fmt: Their format.

    Returns:
        The fault; empty if it is none of these, or if too few elements differ to tell.
    """
    if np.count_nonzero(actual != right) < _FEW or np.unique(actual).size < _FEW:
        return ""
    if np.array_equal(_turned(right), actual) or np.array_equal(_turned(actual), right):
        return "the transposition is wrong"
    for exponent in _EXPONENTS.tolist():
        if np.array_equal(to_bits(to_values(right, fmt), fmt, exponent), actual):
            return f"the scale is wrong, by 2^{exponent}"
    if np.abs(_ranks(actual, fmt) - _ranks(right, fmt)).max() <= 1:
        return "the rounding is wrong: each wrong element is next to the right one"
    return ""


def _part(wrong: NDArray[np.bool_]) -> Part:
    """Rows and columns to compute again: those with wrong outputs first."""
    rows, columns = (np.argsort(~wrong.any(axis=axis), kind="stable")[:_SIDE] for axis in (1, 0))
    return rows, columns


def _sums(op: Op, operands: Operands, part: Part) -> Fp16:
    x, w, y = operands
    rows, columns = part
    return gemm_op(op, x[rows], w[:, columns], y[np.ix_(rows, columns)])


def _transposed(op: Op, operands: Operands, part: Part) -> Hypotheses:
    turned = tuple(map(_turned, operands))
    for places in chain.from_iterable(combinations(range(3), count) for count in (1, 2, 3)):
        x, w, y = (turned[place] if place in places else operands[place] for place in range(3))
        names = " and ".join("XWY"[place] for place in places)
        words = f"the transposition is wrong: it is the result with {names} transposed"
        yield words, _sums(op, (x, w, y), part)


def _scaled(op: Op, operands: Operands, sums: Fp16, theirs: Bits, fmt: Format, part: Part) -> Hypotheses:
    """Scales that fit the first output of the part."""
    row, column = (each[0] for each in part)
    x, w, y = operands
    for exponent in _fitting(_times(sums[row, column], _EXPONENTS), theirs, fmt):
        words = f"the scale is wrong: it is the right Z times 2^{exponent}"
        yield words, _times(sums[np.ix_(*part)], exponent)
    lanes = np.zeros_like(_EXPONENTS)
    names = ("X or W", "X or W", "Y") if op not in _ADDING else ("X", "W", "Y")
    for place, name in enumerate(names):
        exponents = [_EXPONENTS if each == place else lanes for each in range(3)]
        chains = (
            _times(x[row][:, np.newaxis], exponents[0]),
            _times(w[:, column][:, np.newaxis], exponents[1]),
            _times(y[row, column], exponents[2]),
        )
        for exponent in _fitting(accumulators(op, *chains)[-1], theirs, fmt):
            found, lost = (
                _sums(op, _replaced(operands, place, each), part)
                for each in (_times(operands[place], exponent), np.zeros_like(operands[place]))
            )
            if not np.array_equal(
                narrow(found, fmt), narrow(lost, fmt)
            ):  # else the operand is not there at all
                yield f"the scale is wrong: it is the result with {name} times 2^{exponent}", found


def _nearly_scaled(right: Values, start: Values, theirs: Values) -> int:
    """The exponent by which products are scaled but for what narrow operands lost by it; 0 for none."""
    ours, found = right - start, theirs - start
    sizes = np.linalg.norm(ours), np.linalg.norm(found)
    if not (np.isfinite(sizes).all() and all(sizes)):
        return 0
    exponent = round(float(np.log2(sizes[1] / sizes[0])))
    nearly = np.linalg.norm(found - np.ldexp(ours, exponent)) < _NEARLY * sizes[1]
    return exponent if nearly else 0


def _replaced(operands: Operands, place: int, other: Fp16) -> Operands:
    x, w, y = (other if at == place else each for at, each in enumerate(operands))
    return x, w, y


def _fitting(lanes: Fp16, theirs: Bits, fmt: Format) -> list[int]:
    """Exponents with which the first output of the part is what it is."""
    found: list[int] = _EXPONENTS[narrow(lanes, fmt) == theirs[0, 0]].tolist()
    return found


def _rounded(op: Op, operands: Operands, theirs: Bits, fmt: Format, part: Part) -> Hypotheses:
    x, w, y = operands[0][part[0]], operands[1][:, part[1]], operands[2][np.ix_(*part)]
    if _near(op, (x, w, y), theirs, fmt):
        for words, sums in other_roundings(op, x, w, y):
            yield f"the rounding is wrong: it is the result {words}", sums


def _near(op: Op, operands: Operands, theirs: Bits, fmt: Format) -> bool:
    """True if results are as near the right ones as roundings alone can bring them (Higham, 2002, 3.1)."""
    with np.errstate(all="ignore"):
        x, w, y = (np.abs(PLAIN[each]) for each in operands)
        largest = (x.shape[1] + 1) * 2.0**-9 * (x @ w + y) + 2.0**-20
        values, right = to_values(theirs, fmt), PLAIN[gemm_op(op, *operands)]
        stored = 0.0 if fmt is Format.FP16 else np.abs(right) / 4
        return bool((np.abs(values - right) <= largest + stored).all())


def _turned(matrix: Any) -> Any:
    """A matrix that is taken, as it lies in memory, for its transposed; in its own shape and type."""
    return matrix.reshape(matrix.shape[::-1]).T


def _times(bits: Fp16, exponents: NDArray[np.integer] | int) -> Fp16:
    """FP16 bits times powers of two."""
    with np.errstate(over="ignore", invalid="ignore"):
        return from_float(np.ldexp(PLAIN[bits], exponents))


def _ranks(bits: Bits, fmt: Format) -> NDArray[np.int64]:
    """Integers in the order of the values, neighbours one apart; both zeros are 0."""
    sign = 1 << (8 * fmt.itemsize - 1)
    magnitudes = (bits & (sign - 1)).astype(np.int64)
    return np.where(bits & sign, -magnitudes, magnitudes)
