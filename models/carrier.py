# SPDX-License-Identifier: Apache-2.0
"""FP16 values carried as float64, and the one rounding that brings a float64 result back to FP16.

Why float64 is enough: a product p of two FP16 numbers has at most 22 significant bits, so it is exact. Where
a sum p + c with an FP16 number c is not, its bits span over 53 places: either |p| > 2**18 (c is a multiple
of 2**-24), and the result is infinite whatever c is, or |p| < |c| / 2**31, and the result is c, for no tie is
that near. So the sum in float64, rounded once to FP16, is the fused multiply-add.

Why values are scaled: the carrier of a value v is `v * 2**966`. The rounding adds and subtracts a constant
whose last bit is worth one FP16 ulp; with this scale the addition overflows to infinity exactly where FP16
does (from 65520), so overflow needs no comparison. A product of a scaled and a plain operand stays finite.

All of it runs at the same speed for any data: no subnormal float64 ever appears.
"""

import numpy as np
from numpy.typing import NDArray

Carrier = NDArray[np.float64]
"""FP16 values times 2**966."""

SIGN = 0x8000
INFINITY = 0x7C00
CANONICAL_NAN = 0x7E00

SCALE = 2.0**966
_MIN_NORMAL = 2.0**-14 * SCALE
_MAX_POWER = 2.0**15 * SCALE
# Times 2**e this reaches from the top of the binade of 2**(e+42), whose ulp is the 2**(e-10) of FP16, down by
# the top of the value's binade; it is even, so ties keep their parity.
_MAGIC = 2.0**43 - 2
# As arrays: a ufunc then need not convert them, which counts for small matrices.
_MAGIC_ARRAY = np.array(_MAGIC)
_EXPONENT_FIELD = np.array(0x7FF0_0000_0000_0000, np.int64)
_SIGN_BIT = np.array(-(2**63), np.int64)
_FRACTION_SHIFT = 42  # float64's 52 fraction bits less FP16's ten
_MIN_NORMAL_EXPONENT = -14 + 966 + 1023


class Accumulator:
    """Carriers that are added to and rounded in place, with the buffers that takes.

    Attributes:
        value: The carriers, one-dimensional.
    """

    def __init__(self, value: Carrier) -> None:
        """Starts from carriers of any shape, which are copied."""
        self.value = value.flatten()
        self._bits = self.value.view(np.int64)
        self._magic = np.empty_like(self.value)
        self._magic_bits = self._magic.view(np.int64)
        self._sign = np.empty_like(self._bits)
        # Whole arrays, since numpy has no vector code for the maximum of an array and a scalar.
        self._least = np.full_like(self.value, _MIN_NORMAL)
        self._most = np.full_like(self.value, _MAX_POWER)

    def add(self, addend: Carrier, *, overflow: bool = True, zero_sign: bool = True) -> None:
        """Adds, and rounds the sums once.

        Args:
            addend: Scaled numbers with at most 22 significant bits, one for each carrier.
            overflow: False promises that all sums are below 65504 in magnitude, which saves time.
            zero_sign: False allows a zero to come out as +0 when it should be -0, which saves time.
        """
        np.add(self.value, addend, out=self.value)
        self.round(overflow=overflow, zero_sign=zero_sign)

    def round(self, *, overflow: bool = True, zero_sign: bool = True) -> None:
        """Rounds to nearest even, with FP16's subnormals and overflow to infinity; see `add`."""
        value, bits, magic = self.value, self._bits, self._magic
        # Two to the value's exponent, but never less than the smallest normal: subnormals share its ulp.
        np.bitwise_and(bits, _EXPONENT_FIELD, out=self._magic_bits)
        np.maximum(magic, self._least, out=magic)
        if overflow:
            np.minimum(magic, self._most, out=magic)
        np.multiply(magic, _MAGIC_ARRAY, out=magic)
        if overflow or zero_sign:
            np.bitwise_and(bits, _SIGN_BIT, out=self._sign)
        if overflow:  # negative values overflow towards a negative constant
            np.bitwise_or(self._magic_bits, self._sign, out=self._magic_bits)
        np.add(value, magic, out=value)
        np.subtract(value, magic, out=value)
        if zero_sign:
            np.bitwise_or(bits, self._sign, out=bits)


def to_bits(carrier: Carrier) -> NDArray[np.uint16]:
    """Returns the FP16 bits of carriers that were rounded, of any shape; NaNs become canonical."""
    magnitude = np.abs(carrier)
    subnormal = magnitude < _MIN_NORMAL
    # Adding the smallest normal aligns a subnormal's fraction; the exponent that comes with it goes again
    # below.
    aligned = np.where(subnormal, magnitude + _MIN_NORMAL, magnitude)
    code = (aligned.view(np.int64) >> _FRACTION_SHIFT) - ((_MIN_NORMAL_EXPONENT - 1) << 10)
    code -= subnormal.astype(np.int64) << 10
    code = np.minimum(code, INFINITY)
    code |= np.signbit(carrier).astype(np.int64) << 15
    code[np.isnan(carrier)] = CANONICAL_NAN
    result: NDArray[np.uint16] = code.astype(np.uint16)
    return result


def round_to_bits(value: Carrier) -> NDArray[np.uint16]:
    """Rounds scaled float64 values of any shape to FP16 bits."""
    rounded = Accumulator(value)
    rounded.round()
    return to_bits(rounded.value).reshape(value.shape)


def _values() -> NDArray[np.float64]:
    bits = np.arange(0x10000, dtype=np.uint16)
    bits[(bits & 0x7FFF) > INFINITY] = CANONICAL_NAN  # a signalling NaN would raise floating-point warnings
    return bits.view(np.float16).astype(np.float64)


PLAIN: NDArray[np.float64] = _values()
"""The value of each of the 65536 FP16 bit patterns."""

SCALED: Carrier = PLAIN * SCALE
"""The carrier of each of the 65536 FP16 bit patterns."""
