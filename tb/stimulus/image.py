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
from tb.exchange.traits import CONTRACT, Traits
from tb.stimulus.filling import fill
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
        if job.empty or fill(image, job, base):
            continue
        addresses = (job.x_addr, job.w_addr, job.y_place)
        for address, bits, fmt in zip(addresses, operands(job), job.formats, strict=True):
            if bits is not None and bits.size:
                store(image, address - base, bits, fmt, job.spread(fmt))
    return image


Watch = Callable[[int, Job, Fp16, Fp16, Fp16 | None, Fp16], None]
"""Shown each job with elements: its position, itself, and X, W, Y (if read) and Z as FP16 bits."""


def predict(
    image: Image,
    jobs: Iterable[Job],
    base: int,
    watch: Watch | None = None,
    traits: Traits = CONTRACT,
) -> Image:
    """Returns a new array: the memory, from `base` on, after `jobs`, each reading what those before it left.

    `image` is the memory before. `watch` is shown what was computed of each job, with Z before it is
    narrowed to its format; steps beyond N that traits make visible are part of its X and W.
    """
    after = image.copy()
    for position, job in enumerate(jobs):
        if not job.empty:
            computed = _run(after, job, base, traits)
            if watch is not None:
                watch(position, job, *computed)
    return after


def _run(image: Image, job: Job, base: int, traits: Traits) -> tuple[Fp16, Fp16, Fp16 | None, Fp16]:
    """Applies one job to `image` in place; returns X, W, Y and Z."""
    x, w = factors(image, job, base, traits)
    y = _read(image, job.y_place - base, job.shapes[2], job, job.z_fmt) if job.op.reads_y else None
    z = gemm_op(job.op, x, w, y, traits.minmax_nan)
    store(image, job.z_addr - base, narrow(z, job.z_fmt), job.z_fmt, job.spread(job.z_fmt))
    return x, w, y, z


def factors(image: Image, job: Job, base: int, traits: Traits = CONTRACT) -> tuple[Fp16, Fp16]:
    """Returns X and W of a job as FP16 bits, with the steps beyond N that show on a device with traits."""
    x = _read(image, job.x_addr - base, job.shapes[0], job, job.x_fmt)
    w = _read(image, job.w_addr - base, job.shapes[1], job, job.w_fmt)
    padding = traits.padding
    more = -job.n % padding.n
    if more:
        x = np.pad(x, ((0, 0), (0, more)), constant_values=padding.x)
        w = np.pad(w, ((0, more), (0, 0)), constant_values=padding.w)
    return x, w


def _read(image: Image, offset: int, shape: tuple[int, int], job: Job, fmt: Format) -> Fp16:
    """A matrix as FP16; without elements its address does not count, which may lie anywhere."""
    bits = load(image, offset if all(shape) else 0, *shape, fmt, job.spread(fmt))
    # FP16 is read as it is: widening would only copy it.
    return bits.astype(np.uint16, copy=False) if fmt is Format.FP16 else widen(bits, fmt)


def undefined(scenario: Scenario, traits: Traits = CONTRACT) -> NDArray[np.bool_] | None:
    """Returns which bytes of the final memory are left undefined, or None if all are defined.

    Z is undefined where it overlaps the same job's X or W (contract A6.9), or a Y that begins elsewhere, and
    where a job reads undefined bytes. A later job that overwrites such bytes with defined values ends that.
    On a device with traits, bytes that full tiles write behind Z, and those between elements of Z, are
    undefined too.

    Returns:
        Boolean array of `window.size`, true where any value is right.
    """
    mask: NDArray[np.bool_] | None = None
    for job in scenario.jobs:
        spans = list(zip((job.x_range, job.w_range, job.y_range), job.formats, strict=True))
        written = job.z_addr, traits.written(job)
        tainted = overlap(written, job.x_range) or overlap(written, job.w_range)
        tainted |= job.y_addr is not None and job.op.reads_y and overlap(written, job.y_range)
        loose = written[1] > job.z_range[1] or job.spread(job.z_fmt) > 1
        if mask is not None:
            read = spans if job.op.reads_y else spans[:2]
            tainted = tainted or any(mask[_slice(*each, job, scenario.window)].any() for each in read)
        elif tainted or loose:
            mask = np.zeros(scenario.window.size, dtype=np.bool_)
        if mask is not None and written[1]:
            start = job.z_addr - scenario.window.base
            mask[start : start + written[1]] = True
            mask[_slice(job.z_range, job.z_fmt, job, scenario.window)] = tainted
    return mask if mask is not None and mask.any() else None


def _slice(span: Range, fmt: Format, job: Job, window: Window) -> slice:
    """The bytes of an operand that count."""
    start = span[0] - window.base if span[1] else 0
    return slice(start, start + span[1], job.spread(fmt))
