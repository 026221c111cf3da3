# SPDX-License-Identifier: Apache-2.0
"""A device whose rounding, scale or transposition is wrong is told so by the memory's checker."""

from collections.abc import Callable

import numpy as np
import pytest

from models.formats import Format, narrow, widen
from models.fp16 import PLAIN, Fp16
from models.gemm import gemm_op
from models.layout import load, store
from models.ops import Op
from models.roundings import other_roundings
from models.values import to_bits
from tb.descriptor import load as descriptor
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.exchange.status import Status
from tb.scoreboard.memory import compare
from tb.stimulus.image import initial_image, predict

BASE, SIZE = 0x1000, 0x2000
FORMATS = (Format.FP16, Format.FP16, Format.FP16)
MIXED = (Format.E4M3, Format.E5M2, Format.FP16)

Device = Callable[[Fp16, Fp16, Fp16], Fp16]


def _rounding(words: str) -> Device:
    return lambda x, w, y: dict(other_roundings(Op.GEMM, x, w, y))[words]


def _scale(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, x, to_bits(np.ldexp(PLAIN[w], 2), Format.FP16), y)


def _transposition(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, x, w.reshape(w.shape[::-1]).T, y)


def _a_step_less(x: Fp16, w: Fp16, y: Fp16) -> Fp16:
    return gemm_op(Op.GEMM, x[:, :-1], w[:-1], y)


def told(device: Device, fmt: tuple[Format, Format, Format]) -> str:
    """Return what is found of a device that computes a job in its own way."""
    m, n, k = 16, 24, 20
    job = Job(Op.GEMM, m, n, k, BASE, BASE + 0x800, BASE + 0x1000, fmt=fmt)
    scenario = Scenario(0, (job,), Window(BASE, SIZE))
    image = initial_image(scenario)
    places = (job.x_addr, (m, n)), (job.w_addr, (n, k)), (job.z_addr, (m, k))
    x, w, y = (
        widen(load(image, address - BASE, *shape, own), own)
        for (address, shape), own in zip(places, fmt, strict=True)
    )
    actual = predict(image, (job,), BASE)
    expected = actual.copy()
    store(actual, job.z_addr - BASE, narrow(device(x, w, y), fmt[2]), fmt[2])
    (finding,) = compare(scenario, expected, actual, descriptor("redmule"))
    assert (finding.status, finding.checker) == (Status.MISMATCH, "memory")
    return finding.detail


@pytest.mark.parametrize("fmt", [FORMATS, MIXED])
@pytest.mark.parametrize(
    ("device", "words"),
    [
        (
            _rounding("with sums rounded toward zero"),
            "the rounding is wrong: it is the result with sums rounded",
        ),
        (_scale, "the scale is wrong: it is the result with X or W times 2^2"),
        (_transposition, "the transposition is wrong: it is the result with W transposed"),
    ],
)
def test_a_wrong_device_is_told_what_is_wrong(
    device: Device, words: str, fmt: tuple[Format, Format, Format]
) -> None:
    detail = told(device, fmt)
    assert detail.startswith("Z[0,")
    assert f"; {words}" in detail


def test_another_fault_has_its_own_words() -> None:
    detail = told(_a_step_less, FORMATS)
    assert "is wrong:" not in detail
    assert "it is the result without step 23" in detail
