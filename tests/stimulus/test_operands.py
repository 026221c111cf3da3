# SPDX-License-Identifier: Apache-2.0
"""Operand classes keep their promise: the bits are pinned, and ties, cancellation and specials do occur."""

import hashlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from models import fp16
from models.formats import Format, Formats, narrow, widen
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.stimulus.operands import operands


def job(name: str, op: Op = Op.GEMM, seed: int = 1, **changes: Any) -> Job:
    values: dict[str, Any] = {"m": 16, "n": 16, "k": 16, "x_addr": 0, "w_addr": 0, "z_addr": 0}
    return Job(op=op, classes=(name,) * 3, data_seed=seed, **(values | changes))


def numbers(bits: np.ndarray) -> np.ndarray:
    return bits.view(np.float16).astype(np.float64)


@pytest.mark.parametrize("fmt", Format)
@pytest.mark.parametrize("name", OPERAND_CLASSES)
@pytest.mark.parametrize("op", Op)
def test_shapes_and_types(op: Op, name: str, fmt: Format) -> None:
    for m, n, k in ((3, 4, 5), (1, 1, 1), (2, 0, 3), (0, 2, 2), (2, 2, 0), (5, 1, 2)):
        x, w, y = operands(job(name, op, fmt=fmt, m=m, n=n, k=k))
        assert (x.shape, w.shape) == ((m, n), (n, k))
        assert x.dtype == w.dtype == fmt.dtype
        if op.reads_y:
            assert y.shape == (m, k)
            assert y.dtype == fmt.dtype
        else:
            assert y is None


MIXES = [(Format.E4M3, Format.FP16, Format.FP16), (Format.E5M2, Format.E4M3, Format.BF16)]


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ([Format.FP16], "a2f59f5cf8928d90"),
        ([Format.E5M2, Format.E4M3, Format.BF16], "fa545e28a390627f"),
        (MIXES, "fd0b5fea1a695624"),
    ],
    ids=["FP16", "others", "mixed"],
)
def test_bits_are_pinned(formats: list[Formats], expected: str) -> None:
    # A change here changes the data of every job of every seed.
    digest = hashlib.sha256()
    for op in Op:
        for name in OPERAND_CLASSES:
            for fmt in formats:
                for bits in operands(job(name, op, fmt=fmt)):
                    digest.update(
                        b"" if bits is None else bits.astype(bits.dtype.newbyteorder("<")).tobytes()
                    )
    assert digest.hexdigest()[:16] == expected


@pytest.mark.parametrize("name", OPERAND_CLASSES)
def test_data_depends_on_the_seed(name: str) -> None:
    drawn = {operands(job(name, seed=seed))[0].tobytes() for seed in range(20)}
    assert len(drawn) == 20


def test_normal_is_modest() -> None:
    x = numbers(np.concatenate([operands(job("normal", seed=s))[0] for s in range(20)]))
    assert np.abs(x).max() < 4
    assert abs(x.mean()) < 0.1
    assert 0.85 < x.std() < 1.15
    assert len(np.unique(x)) > 0.7 * x.size / 2


def test_wide_spans_exponents_and_stays_finite() -> None:
    spans = []
    for seed in range(40):
        x, w, _ = (numbers(bits) for bits in operands(job("wide", seed=seed)) if bits is not None)
        assert np.isfinite(x).all()
        assert np.isfinite(w).all()
        exponents = np.frexp(x)[1]
        spans.append(exponents.max() - exponents.min() + 1)
    assert min(spans) <= 8
    assert max(spans) >= 20


def test_subnormals_are_half() -> None:
    x = np.concatenate([operands(job("subnormal", seed=s))[0] for s in range(10)])
    share = ((x & 0x7C00) == 0).mean()
    assert 0.45 < share < 0.55
    assert (numbers(x) > 1).any()


def test_signed_zeros() -> None:
    x = operands(job("signed_zero"))[0]
    assert (x == 0).sum() > 30
    assert (x == 0x8000).sum() > 30
    assert (x == 0x3C00).any()
    assert (x == 0x8001).any()


def test_special_has_every_kind_of_value_thin_and_dense() -> None:
    drawn = [operands(job("special", seed=s))[0] for s in range(200)]
    seen = set(np.concatenate(drawn).ravel().tolist())
    finite = {0, 0x8000, 1, 0x8001, 0x03FF, 0x0400, 0x7BFF, 0xFBFF}
    assert finite | {0x7C00, 0xFC00, 0x7E00, 0xFE00, 0x7E01, 0x7C01, 0xFFFF} <= seen
    nan_free = [bits for bits in drawn if not fp16.is_nan(bits).any()]
    assert 40 < len(nan_free) < 160
    ordinary = [((bits & 0x7C00) % 0x7C00 != 0).mean() for bits in drawn]
    assert min(ordinary) < 0.6
    assert max(ordinary) > 0.9


def test_raw_covers_all_bits() -> None:
    x = np.concatenate([operands(job("raw", seed=s))[0] for s in range(40)]).ravel()
    shares = [((x >> bit) & 1).mean() for bit in range(16)]
    assert all(0.45 < share < 0.55 for share in shares)


def exact_ties(value: np.ndarray) -> np.ndarray:
    """Where an exact float64 value lies half-way between two neighbours in FP16."""
    ulp = np.exp2(np.maximum(np.frexp(np.where(value == 0, 1.0, value))[1] - 1, -14) - 10)
    return np.abs(value / ulp - np.floor(value / ulp)) == 0.5


def tie_share(op: Op, seed: int, formats: tuple[Format, ...] = (Format.FP16,) * 3, n: int = 4) -> float:
    """Share of steps whose exact result is a tie; small sizes, so that float64 holds every step exactly."""
    stored = operands(job("ties", op, seed, fmt=formats, n=n))
    x, w, acc = (widen(bits, fmt) for bits, fmt in zip(stored, formats, strict=True))
    ties = []
    for step in range(n):
        a, b = x[:, step : step + 1], w[step : step + 1]
        if op is Op.GEMM:
            ties.append(exact_ties(numbers(a) * numbers(b) + numbers(acc)))
            acc = fp16.fma(a, b, acc)
        elif op is Op.ADDMAX:
            ties.append(exact_ties(numbers(a) + numbers(b)))
        else:
            ties.append(exact_ties(numbers(a) * numbers(b)))
    return float(np.mean(ties))


@pytest.mark.parametrize(("op", "least"), [(Op.GEMM, 0.08), (Op.ADDMAX, 0.1), (Op.MULMAX, 0.2)])
def test_ties_occur(op: Op, least: float) -> None:
    assert np.mean([tie_share(op, seed) for seed in range(20)]) > least


@pytest.mark.parametrize("op", [Op.GEMM, Op.ADDMAX])
def test_terms_cancel(op: Op) -> None:
    x, w, y = operands(job("cancellation", op))
    if op is Op.ADDMAX:
        left = [numbers(x[:, n : n + 1]) + numbers(w[n : n + 1]) for n in range(16)]
        size = [np.abs(numbers(x[:, n : n + 1])) for n in range(16)]
    else:
        acc, left, size = y, [], []
        for n in range(16):
            before = np.abs(numbers(acc))
            acc = fp16.fma(x[:, n : n + 1], w[n : n + 1], acc)
            left.append(numbers(acc))
            size.append(before)
    lost = [np.mean(np.abs(rest) <= before / 64) for rest, before in zip(left, size, strict=True)]
    assert np.mean(lost) > 0.3
    assert lost[0] > 0.6


def test_y_cancels_the_first_product_whatever_x_and_w_are() -> None:
    only_y = Job(Op.GEMM, 8, 1, 8, 0, 0, 0, classes=("normal", "wide", "cancellation"), data_seed=3)
    x, w, y = operands(only_y)
    assert (fp16.mul(x, w) == (y ^ 0x8000)).mean() > 0.8


def test_explicit_data_is_taken_as_it_is() -> None:
    data = (bytes(range(24)), None, bytes(range(12)))
    x, w, y = operands(Job(Op.MATMUL, 2, 6, 3, 0, 0, 0, data=data, data_seed=4))
    assert x[0, 1] == 0x0302
    assert y[1, 2] == 0x0B0A
    assert np.array_equal(w, operands(Job(Op.MATMUL, 2, 6, 3, 0, 0, 0, data_seed=4))[1])
    x[0, 0] = 1  # a copy that its user may change


@pytest.mark.parametrize("fmt", [Format.E5M2, Format.E4M3, Format.BF16])
def test_other_formats_have_specials_of_their_own(fmt: Format) -> None:
    drawn = np.concatenate([operands(job("special", seed=s, fmt=fmt))[0] for s in range(100)])
    wide = widen(drawn, fmt)
    assert fp16.is_nan(wide).any()
    assert (wide == 0x7C00).any()
    assert (wide == 0x8000).any()
    if fmt is not Format.BF16:
        assert len(set(drawn[fp16.is_nan(wide)].tolist())) >= 4


NARROW = [Format.E5M2, Format.E4M3, Format.BF16]


def drawn(name: str, fmt: Formats, op: Op = Op.GEMM, count: int = 30, **changes: Any) -> list[np.ndarray]:
    """X of some jobs, as stored."""
    return [operands(job(name, op, seed, fmt=fmt, **changes))[0] for seed in range(count)]


@pytest.mark.parametrize("fmt", [Format.E5M2, Format.E4M3])
def test_subnormals_are_those_of_the_format(fmt: Format) -> None:
    codes = np.concatenate(drawn("subnormal", fmt)).ravel()
    least_normal = {Format.E5M2: 4, Format.E4M3: 8}[fmt]
    assert 0.45 < ((codes & 0x7F) < least_normal).mean() < 0.55
    assert set(range(1, least_normal)) <= set((codes & 0x7F).tolist())
    assert (numbers(widen(codes, fmt)) > 1).any()


def test_bfloat16_gets_the_subnormals_of_fp16_and_its_own() -> None:
    codes = np.concatenate(drawn("subnormal", Format.BF16)).ravel()
    wide = widen(codes, Format.BF16) & 0x7FFF
    assert 0.3 < ((wide > 0) & (wide < 0x400)).mean() < 0.7
    assert ((codes & 0x7F80 == 0) & (codes & 0x7F != 0)).any()
    # Some are rounded on the way into FP16.
    exact = (codes.astype(np.uint32) << 16).view(np.float32)
    assert (exact != numbers(wide | (codes & 0x8000))).mean() > 0.2


@pytest.mark.parametrize("fmt", NARROW)
def test_wide_values_span_the_format_and_are_finite(fmt: Format) -> None:
    codes = drawn("wide", fmt)
    for each in codes:
        assert np.isfinite(numbers(widen(each, fmt))).all()
    exponents = np.frexp(numbers(widen(np.concatenate(codes), fmt)))[1]
    assert exponents.max() - exponents.min() >= {Format.E4M3: 15}.get(fmt, 25)


@pytest.mark.parametrize("fmt", NARROW)
def test_zeros_have_both_signs_and_products_that_round_to_them(fmt: Format) -> None:
    wide = widen(np.concatenate(drawn("signed_zero", fmt)).ravel(), fmt)
    assert {0, 0x8000, 0x3C00, 0xBC00} <= set(wide.tolist())
    tiny = wide[(wide & 0x7FFF != 0) & (wide & 0x7FFF < 0x2000)]
    assert tiny.size
    if fmt is not Format.E4M3:  # whose least number, squared, is a subnormal of FP16
        assert (fp16.mul(tiny, tiny) & 0x7FFF == 0).all()


@pytest.mark.parametrize("op", [Op.GEMM, Op.ADDMAX])
@pytest.mark.parametrize("x_fmt", Format)
@pytest.mark.parametrize("w_fmt", Format)
def test_ties_occur_in_every_mix(op: Op, x_fmt: Format, w_fmt: Format) -> None:
    shares = [tie_share(op, seed, (x_fmt, w_fmt, Format.FP16), n=16) for seed in range(12)]
    assert np.mean(shares) > (0.02 if op is Op.GEMM else 0.1)


@pytest.mark.parametrize("fmt", NARROW)
def test_results_are_ties_of_the_format_they_are_narrowed_to(fmt: Format) -> None:
    ties = total = 0
    for seed in range(20):
        x, w, y = operands(job("ties", Op.GEMM, seed, fmt=fmt, n=2))
        acc = widen(y, fmt)
        for n in range(2):
            acc = fp16.fma(widen(x[:, n : n + 1], fmt), widen(w[n : n + 1], fmt), acc)
        z = narrow(acc, fmt)
        # A tie: its neighbours on either side, one FP16 step away, round to different numbers.
        ties += int((narrow(acc - np.uint16(1), fmt) != narrow(acc + np.uint16(1), fmt)).sum())
        total += z.size
    assert ties / total > 0.03


@pytest.mark.parametrize("op", [Op.GEMM, Op.ADDMAX])
@pytest.mark.parametrize(
    "formats", [*MIXES, (Format.E5M2, Format.E4M3, Format.FP16), *[(f,) * 3 for f in NARROW]]
)
def test_terms_cancel_in_every_format(op: Op, formats: tuple[Format, Format, Format]) -> None:
    x, w, y = operands(job("cancellation", op, fmt=formats))
    a, b, acc = (widen(bits, fmt) for bits, fmt in zip((x, w, y), formats, strict=True))
    if op is Op.ADDMAX:
        sums = np.abs(numbers(a[:, :]).T[:, :, None] + numbers(b)[:, None, :])
        assert (sums == 0).mean() > 0.3
        return
    least = [np.abs(numbers(acc))]
    for n in range(16):
        acc = fp16.fma(a[:, n : n + 1], b[n : n + 1], acc)
        least.append(np.abs(numbers(acc)))
    assert np.mean([after < before / 4 for before, after in pairwise(least)]) > 0.2


def test_each_operand_is_of_its_own_format() -> None:
    formats = (Format.E4M3, Format.BF16, Format.E5M2)
    x, w, y = operands(job("special", fmt=formats, seed=5))
    assert [bits.dtype for bits in (x, w, y)] == [fmt.dtype for fmt in formats]
