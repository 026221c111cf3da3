# SPDX-License-Identifier: Apache-2.0
"""FP16 operands for the model's tests: special values, strata of random FMA operands, classes of matrices."""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint16]
Triple = tuple[Bits, Bits, Bits]

_MAGNITUDES = (
    # zero; smallest, second and largest subnormals; smallest normals
    *(0x0000, 0x0001, 0x0002, 0x0200, 0x03FE, 0x03FF, 0x0400, 0x0401),
    # around 2**-12 and 2**-11, whose squares and products with one are half an ulp of something
    *(0x0C00, 0x0C01, 0x1000, 0x1001, 0x13FF),
    # one and its neighbours, one and a half, two, 2048 and its neighbours (where an ulp is one and two)
    *(0x3800, 0x3BFF, 0x3C00, 0x3C01, 0x3E00, 0x4000, 0x67FF, 0x6800, 0x6801),
    # 256 = sqrt(65536), 32768 and the largest values
    *(0x5BFF, 0x5C00, 0x7800, 0x7BFE, 0x7BFF),
    # infinity; NaNs: signalling with the smallest and largest payload, canonical, quiet with payload
    *(0x7C00, 0x7C01, 0x7DFF, 0x7E00, 0x7FFF),
)
MATRIX_CLASSES = ("normal", "subnormal", "large", "growing", "special", "signed_zero", "zero_infinity", "raw")
SPECIAL: Bits = np.array([sign | size for sign in (0, 0x8000) for size in _MAGNITUDES], np.uint16)


def special_tuples(count: int) -> list[Bits]:
    """Returns all tuples of `count` special values, one array for each position."""
    return list(np.array(list(product(SPECIAL.tolist(), repeat=count)), np.uint16).T.copy())


def fma_strata(size: int, seed: int = 1) -> dict[str, Triple]:
    """Returns `size` operands a, b, c of each stratum, for the rounding cases of `a * b + c`."""
    rng = np.random.default_rng(seed)
    return {name: make(rng, size) for name, make in _STRATA.items()}


def matrix(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Bits:
    """Returns random bits of one of `MATRIX_CLASSES`."""
    match kind:
        case "normal":
            return rng.standard_normal(shape).astype(np.float16).view(np.uint16)
        case "subnormal":
            return _raw(rng, shape) & np.uint16(0x83FF)
        case "large":  # sums and products overflow now and then
            return _raw(rng, shape) & np.uint16(0x83FF) | rng.integers(20, 31, shape, np.uint16) << 10
        case "growing":  # some columns and rows overflow, others do not
            return (
                (rng.standard_normal(shape) * 2.0 ** rng.integers(-3, 14, shape))
                .astype(np.float16)
                .view(np.uint16)
            )
        case "special":
            return rng.choice(SPECIAL, shape)
        case "signed_zero":
            return rng.choice(np.array([0, 0x8000, 0x8000, 0x8000, 1, 0x8001], np.uint16), shape)
        case "zero_infinity":
            return rng.choice(np.array([0, 0x8000, 0x7C00, 0xFC00, 0x3C00], np.uint16), shape)
        case "raw":
            return _raw(rng, shape)
    raise ValueError(f"no operand class {kind!r}")


def _raw(rng: np.random.Generator, size: int | tuple[int, ...]) -> Bits:
    return rng.integers(0, 0x10000, size, np.uint16)


def _fields(rng: np.random.Generator, exponent: NDArray[np.int64], fraction: NDArray[np.int64]) -> Bits:
    """Returns numbers of random sign with an exponent field, limited to finite ones, and a fraction."""
    sign = rng.integers(0, 2, exponent.shape) << 15
    return (sign | np.clip(exponent, 0, 30) << 10 | fraction & 0x3FF).astype(np.uint16)


def _near_power(rng: np.random.Generator, exponent: NDArray[np.int64]) -> Bits:
    """Returns powers of two, and numbers a few ulps above one or below the next."""
    return _fields(rng, exponent, rng.choice([0, 0, 0, 0, 1, 2, 0x3FE, 0x3FF], exponent.shape))


def _fraction(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    return rng.integers(0, 0x400, size)


def _raw_triples(rng: np.random.Generator, size: int) -> Triple:
    return _raw(rng, size), _raw(rng, size), _raw(rng, size)


def _exponent_differences(rng: np.random.Generator, size: int) -> Triple:
    """Product and addend at every distance from each other."""
    a, b, c = (rng.integers(0, 31, size) for _ in range(3))
    return (
        _fields(rng, a, _fraction(rng, size)),
        _fields(rng, b, _fraction(rng, size)),
        _fields(rng, c, _fraction(rng, size)),
    )


def _ties(rng: np.random.Generator, size: int) -> Triple:
    """An addend and a product of about half its ulp: exact ties, and a hair above or below."""
    c = rng.integers(1, 31, size)
    b = rng.integers(1, 31, size)
    a = c - 11 - b + 15 + rng.integers(-1, 2, size)
    return _near_power(rng, a), _near_power(rng, b), _fields(rng, c, _fraction(rng, size))


def _product_ties(rng: np.random.Generator, size: int) -> Triple:
    """Products of twelve bits, themselves ties, and addends that at most break the tie."""
    a, b = (rng.integers(32, 64, size) | 1 for _ in range(2))
    a_exponent = rng.integers(1, 31, size)
    b_exponent = 30 - a_exponent + rng.integers(-14, 15, size)
    return (
        _fields(rng, a_exponent, a << 5),
        _fields(rng, b_exponent, b << 5),
        _fields(rng, rng.integers(0, 8, size), rng.choice([0, 0, 1, 0x3FF], size)),
    )


def _cancellation(rng: np.random.Generator, size: int) -> Triple:
    """An addend within some ulps of minus the product."""
    a = _fields(rng, rng.integers(4, 28, size), _fraction(rng, size))
    b = _fields(rng, rng.integers(4, 28, size), _fraction(rng, size))
    value = a.view(np.float16).astype(np.float64) * b.view(np.float16).astype(np.float64)
    with np.errstate(over="ignore"):
        c = (-value).astype(np.float16).view(np.uint16)
    return a, b, (c + rng.integers(-2, 3, size)).astype(np.uint16)


def _subnormal_results(rng: np.random.Generator, size: int) -> Triple:
    """Results around and below the smallest normal number, down to half the smallest subnormal."""
    a = rng.integers(0, 18, size)
    b = np.clip(rng.integers(-11, 4, size) + 15 - a, 0, 30)
    c = rng.integers(0, 0x0800, size) | rng.integers(0, 2, size) << 15
    c = np.where(rng.random(size) < 0.2, c & 0x8000, c)
    return (
        _fields(rng, a, _fraction(rng, size) & rng.choice([0x3FF, 0x300, 0], size)),
        _fields(rng, b, _fraction(rng, size) & rng.choice([0x3FF, 0x300, 0], size)),
        c.astype(np.uint16),
    )


def _overflow_boundary(rng: np.random.Generator, size: int) -> Triple:
    """Results around 65504 .. 65536, from a large addend or from a large product."""
    a = rng.integers(10, 31, size)
    small = np.clip(15 + 19 - a + rng.integers(-1, 3, size), 0, 30)
    large = np.clip(15 + 31 - a - rng.integers(0, 2, size), 0, 30)
    from_addend = rng.random(size) < 0.5
    b = np.where(from_addend, small, large)
    c_exponent = np.where(from_addend, 30, rng.integers(18, 31, size))
    c = _near_power(rng, c_exponent)
    return _near_power(rng, a), _near_power(rng, b), c


def _zeros(rng: np.random.Generator, size: int) -> Triple:
    """Zeros of both signs among tiny and ordinary operands."""
    pool = np.array(
        [0, 0x8000, 0, 0x8000, 1, 0x8001, 0x0400, 0x8400, 0x3C00, 0xBC00, 0x7BFF, 0x7C00], np.uint16
    )
    return rng.choice(pool, size), rng.choice(pool, size), rng.choice(pool, size)


_STRATA: dict[str, Callable[[np.random.Generator, int], Triple]] = {
    "raw": _raw_triples,
    "exponent_differences": _exponent_differences,
    "ties": _ties,
    "product_ties": _product_ties,
    "cancellation": _cancellation,
    "subnormal_results": _subnormal_results,
    "overflow_boundary": _overflow_boundary,
    "zeros": _zeros,
}
