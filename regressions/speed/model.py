# SPDX-License-Identifier: Apache-2.0
"""Speed of the reference model, against its form in numpy and plain float64 arithmetic in the same run."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from time import process_time

import numpy as np
from numpy.typing import NDArray

from models import chains, fp16
from models.gemm import gemm_op
from models.ops import Op

SIZES = (16, 32, 64, 128, 256)
DATA = ("normal", "subnormal", "overflow", "raw")
_ROUNDS = 7
_LEAST_SECONDS = 0.02

_Matrices = tuple[fp16.Fp16, fp16.Fp16, fp16.Fp16]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """Speed of one kind of data at one size: GEMM with M = N = K = size."""

    # normal (standard normal X, W, Y), subnormal (all operands subnormal), overflow (large operands, most
    # sums infinite) or raw (random bits).
    data: str
    size: int  # M, N and K
    fma_per_second: float  # fused multiply-adds per second
    numpy_per_second: float  # those of the model in numpy (`models.chains`), with normal data
    # To numpy's `a * b + c` in float64 on the same arrays: each column of X, each row of W, and Y.
    ratio: float
    # To numpy's `a * b + c` in float64 on three arrays of M x K, which saves it broadcasting.
    ratio_whole: float
    ratio_to_normal: float  # to the model's own speed with normal data


def measure(sizes: tuple[int, ...] = SIZES) -> list[dict[str, object]]:
    """Measures all kinds of data at all sizes; about 20 seconds.

    What is compared takes turns, and medians of processor time are taken: whatever else slows the machine
    slows all of it.

    Args:
        sizes: The sizes to measure.

    Returns:
        The fields of a `ModelRow` for each kind of data and size.
    """
    return [asdict(row) for size in sizes for row in _measure_size(size)]


def operands(data: str, size: int) -> _Matrices:
    """Returns FP16 bits of X, W and Y, each `size` x `size`.

    Raises:
        ValueError: `data` is not one of `DATA`.
    """
    rng = np.random.default_rng([DATA.index(data), size])
    x, w, y = (_matrix(data, size, rng) for _ in range(3))
    return x, w, y


def _matrix(data: str, size: int, rng: np.random.Generator) -> fp16.Fp16:
    if data == "normal":
        return rng.standard_normal((size, size)).astype(np.float16).view(np.uint16)
    raw = rng.integers(0, 0x10000, (size, size), np.uint16)
    if data == "subnormal":
        return raw & np.uint16(0x83FF)
    if data == "overflow":  # exponent fields 24 to 30: magnitudes from 512
        return raw & np.uint16(0x83FF) | rng.integers(24, 31, (size, size), np.uint16) << np.uint16(10)
    return raw


def _measure_size(size: int) -> list[ModelRow]:
    matrices = {data: operands(data, size) for data in DATA}
    x, w, y = (fp16.to_float(bits) for bits in matrices["normal"])
    whole = np.random.default_rng(size).standard_normal((2, size, size))
    work: dict[str, Callable[[], object]] = {
        "same arrays": lambda: _float64_steps(x, w, y),
        "whole arrays": lambda: _float64_whole(whole[0], whole[1], y),
    }
    work["numpy"] = partial(chains.matrix, Op.GEMM, *matrices["normal"])
    for data, bits in matrices.items():
        work[data] = partial(gemm_op, Op.GEMM, *bits)
    speed = {name: size**3 / seconds for name, seconds in _seconds(work).items()}
    return [
        ModelRow(
            data=data,
            size=size,
            fma_per_second=round(speed[data]),
            numpy_per_second=round(speed["numpy"]),
            ratio=round(speed[data] / speed["same arrays"], 3),
            ratio_whole=round(speed[data] / speed["whole arrays"], 3),
            ratio_to_normal=round(speed[data] / speed["normal"], 3),
        )
        for data in DATA
    ]


def _float64_steps(x: NDArray[np.float64], w: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """The matrix operation as numpy does it without FP16's roundings."""
    acc = y
    for n in range(x.shape[1]):
        acc = x[:, n, None] * w[n] + acc


def _float64_whole(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> None:
    for _ in range(a.shape[1]):
        a * b + c


def _seconds(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Returns the median seconds of processor time of each piece of work, all of which take turns."""
    calls = {name: _calls_needed(function) for name, function in work.items()}
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(_ROUNDS):
        for name, function in work.items():
            start = process_time()
            for _ in range(calls[name]):
                function()
            times[name].append((process_time() - start) / calls[name])
    return {name: median(values) for name, values in times.items()}


def _calls_needed(function: Callable[[], object]) -> int:
    """Returns how many calls take long enough to be timed; the first, unmeasured one warms the caches."""
    function()
    start = process_time()
    function()
    return max(1, round(_LEAST_SECONDS / (process_time() - start)))
