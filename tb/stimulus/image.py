# SPDX-License-Identifier: Apache-2.0
"""The memory before and after a scenario, as byte arrays of its window."""

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.formats import Format, narrow, widen
from models.gemm import gemm_op
from models.layout import load, store
from tb.exchange.job import Job, Range, overlap
from tb.exchange.scenario import Scenario, Window
from tb.stimulus.operands import operands
from tb.stimulus.rng import raw_words

Image = NDArray[np.uint8]
Fp16 = NDArray[np.uint16]

# As the high byte of an FP16 number, any of these makes a NaN, an infinity or a huge value; as FP8 and as the
# high byte of a bfloat16 number too. Poison made of such bytes alone is poison at every alignment.
_NAN = (0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF)
_HUGE_POSITIVE = (0x7B,)
_HUGE_NEGATIVE = (0xFB,)
_INFINITE = (0x7C, 0xFC)
# NaN loses against a number in min and max, so some classes hold no NaN: they show in every operation.
_POISON_CLASSES = (
    _NAN + _INFINITE + _HUGE_POSITIVE + _HUGE_NEGATIVE,
    _HUGE_POSITIVE,
    _HUGE_NEGATIVE,
    _HUGE_POSITIVE + _HUGE_NEGATIVE,
)
_MASTER_SIZE = 1 << 18
_MASTER_OFFSETS = 1 << 12


@lru_cache(maxsize=len(_POISON_CLASSES))
def _master(poison_class: int) -> Image:
    """The bytes from which all poison of a class is cut."""
    words = raw_words((_MASTER_SIZE + _MASTER_OFFSETS) // 2, poison_class, "poison").view(np.uint8)
    table = np.array(_POISON_CLASSES[poison_class], dtype=np.uint8)
    master = table[words % len(table)]
    # True infinities have a zero low byte, which would be harmless at the other alignment: keep them rare,
    # and put them at even and at odd addresses.
    for start, sign in ((0, 0x7C), (67, 0xFC), (32, 0xFC), (99, 0x7C)):
        master[start::128] = 0x00
        master[start + 1 :: 128] = sign
    return master


def poison(window: Window, seed: int) -> Image:
    """Returns the content of a memory that holds no operand yet: NaNs, infinities and huge values.

    Args:
        window: the memory; only its size matters.
        seed: its value modulo 4 chooses the mix (everything; huge positive; huge negative; huge of both
            signs, each with a few infinities), the rest the place in it.

    Returns:
        A new uint8 array of `window.size` bytes.
    """
    master = _master(seed % len(_POISON_CLASSES))
    offset = (seed // len(_POISON_CLASSES)) % _MASTER_OFFSETS
    if window.size <= _MASTER_SIZE:
        return master[offset : offset + window.size].copy()
    return np.resize(master[offset:], window.size)


def initial_image(scenario: Scenario) -> Image:
    """Returns the memory before the scenario's first trigger, as a new uint8 array of `window.size` bytes.

    Operands are written over the poison in the order of the jobs, X then W then Y; where they overlap, the
    later wins.
    """
    image = poison(scenario.window, scenario.poison_seed)
    base = scenario.window.base
    for job in scenario.jobs:
        if job.empty:
            continue
        addresses = (job.x_addr, job.w_addr, job.z_addr)
        for address, bits, fmt in zip(addresses, operands(job), job.formats, strict=True):
            if bits is not None and bits.size:
                store(image, address - base, bits, fmt)
    return image


Watch = Callable[[int, Job, Fp16, Fp16, Fp16 | None, Fp16], None]
"""Shown each job with elements: its position, itself, and X, W, Y (if read) and Z as FP16 bits."""


def predict(image: Image, jobs: Iterable[Job], base: int, watch: Watch | None = None) -> Image:
    """Returns a new array: the memory, from `base` on, after `jobs`, each reading what those before it left.

    `image` is the memory before. `watch` is shown what was computed of each job, with Z before it is
    narrowed to its format.
    """
    after = image.copy()
    for position, job in enumerate(jobs):
        if not job.empty:
            computed = _run(after, job, base)
            if watch is not None:
                watch(position, job, *computed)
    return after


def _run(image: Image, job: Job, base: int) -> tuple[Fp16, Fp16, Fp16 | None, Fp16]:
    """Applies one job to `image` in place; returns X, W, Y and Z."""
    z_offset = job.z_addr - base
    x = _read(image, job.x_addr - base, job.m, job.n, job.x_fmt)
    w = _read(image, job.w_addr - base, job.n, job.k, job.w_fmt)
    y = _read(image, z_offset, job.m, job.k, job.z_fmt) if job.op.reads_y else None
    z = gemm_op(job.op, x, w, y)
    store(image, z_offset, narrow(z, job.z_fmt), job.z_fmt)
    return x, w, y, z


def _read(image: Image, offset: int, rows: int, cols: int, fmt: Format) -> NDArray[np.uint16]:
    """A matrix as FP16; without elements its address does not count, which may lie anywhere."""
    bits = load(image, offset if rows and cols else 0, rows, cols, fmt)
    # FP16 is read as it is: widening would only copy it.
    return bits.astype(np.uint16, copy=False) if fmt is Format.FP16 else widen(bits, fmt)


def undefined(scenario: Scenario) -> NDArray[np.bool_] | None:
    """Returns which bytes of the final memory the contract leaves undefined, or None if it defines all.

    Z is undefined where it overlaps the same job's X or W (contract A6.9), and where a job reads undefined
    bytes. A later job that overwrites such bytes with defined values ends that.

    Returns:
        Boolean array of `window.size`, true where any value is right.
    """
    mask: NDArray[np.bool_] | None = None
    for job in scenario.jobs:
        spans = [job.x_range, job.w_range] + ([job.z_range] if job.op.reads_y else [])
        tainted = overlap(job.z_range, job.x_range) or overlap(job.z_range, job.w_range)
        if mask is not None:
            tainted = tainted or any(mask[_slice(span, scenario.window)].any() for span in spans)
        elif tainted:
            mask = np.zeros(scenario.window.size, dtype=np.bool_)
        if mask is not None and job.z_range[1]:
            mask[_slice(job.z_range, scenario.window)] = tainted
    return mask if mask is not None and mask.any() else None


def _slice(span: Range, window: Window) -> slice:
    start = span[0] - window.base if span[1] else 0
    return slice(start, start + span[1])
