# SPDX-License-Identifier: Apache-2.0
"""Operand data of a job: from its explicit bytes, or from its operand classes and seed."""

import numpy as np

from models.formats import Bits, narrow, widen
from models.fp16 import mul
from tb.exchange.job import Job
from tb.stimulus.operand_classes import ADDS, SIGN, Y, draw
from tb.stimulus.rng import raw_words

_FLAVOUR_WORDS = 4


def operands(job: Job) -> tuple[Bits, Bits, Bits | None]:
    """Returns the bits of X, W and Y.

    Returns:
        X of shape (M, N), W (N, K), Y (M, K), uint16 or uint8 as each format says. Y is None if the operation
        reads none and no explicit data is given: no bytes are to be written for it.
    """
    sizes = [rows * cols for rows, cols in job.shapes]
    # Two words for each element, and some that choose the flavour of each operand.
    words = raw_words(2 * sum(sizes) + 3 * _FLAVOUR_WORDS, job.data_seed, "operands")
    matrices: list[Bits | None] = []
    start = 0
    for index, size in enumerate(sizes):
        flavour, start = words[start : start + _FLAVOUR_WORDS], start + _FLAVOUR_WORDS
        first, start = words[start : start + size], start + size
        second, start = words[start : start + size], start + size
        explicit = None if job.data is None else job.data[index]
        if explicit is not None:
            matrices.append(_explicit(job, index, explicit))
        elif index == Y and not job.op.reads_y:
            matrices.append(None)
        else:
            matrices.append(draw(job, index, flavour, first, second))
    x, w, y = matrices
    assert x is not None
    assert w is not None
    cancels = job.classes[Y] == "cancellation" and (job.data is None or job.data[Y] is None)
    if cancels and y is not None and job.n and job.op not in ADDS:
        y = _cancel_first_step(job, x, w, y)
    return x, w, y


def _explicit(job: Job, index: int, content: bytes) -> Bits:
    fmt = job.formats[index]
    stored = np.frombuffer(content, dtype=fmt.dtype.newbyteorder("<")).reshape(job.shapes[index])
    if fmt.itemsize == 1:
        return stored.astype(np.uint8)
    return stored.astype(np.uint16)


def _cancel_first_step(job: Job, x: Bits, w: Bits, y: Bits) -> Bits:
    """Y such that the first step cancels: minus the rounded product of x[:, 0] and w[0].

    The sum then is the product's rounding error, which only a fused operation keeps, and that of Y's format.
    Every eighth element stays as it was.
    """
    product = mul(widen(x[:, :1], job.x_fmt), widen(w[:1], job.w_fmt))
    result = narrow(product ^ SIGN, job.z_fmt).reshape(-1)
    result[::8] = y.reshape(-1)[::8]
    return result.reshape(y.shape)
