# SPDX-License-Identifier: Apache-2.0
"""The bank of hard numbers has what it is for, counted by the exact oracle."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace

from models import oracle
from models.formats import Format, narrow, widen
from models.gemm import gemm_op
from models.ops import Op
from tb.exchange.entry import TestEntry
from tb.exchange.traits import Result, Size, Traits
from tb.stimulus.hard_jobs import HardNumbers, bank
from tb.stimulus.hard_numbers import SIGN
from tests.stimulus.devices import device

OPERATIONS, FORMATS = tuple(Op), tuple(Format)
LEAST_SUM = 24  # binary digits from a unit of products to the least subnormal number


def value(code: int) -> int:
    size = oracle.magnitude(code & 0x7FFF, oracle.FP16)
    return -size if code & SIGN else size


@cache
def sums() -> list[tuple[int, int]]:
    """Product and addend of the steps of GEMM in FP16, both finite and not zero, in units of 2**-48."""
    found = []
    for op, fmt, x, w, y in bank(OPERATIONS, FORMATS):
        if op is Op.GEMM and fmt is Format.FP16 and x.size:
            assert y is not None
            cells = ((x[row, 0], w[0, col], y[row, col]) for row, col in np.ndindex(y.shape))
            found += [tuple(map(int, cell)) for cell in cells]
    finite = [each for each in found if all(0 < code & 0x7FFF < oracle.INF for code in each)]
    assert len(finite) > 11_000
    return [(value(x) * value(w), value(y) << LEAST_SUM) for x, w, y in finite]


def rest(total: int) -> tuple[int, int]:
    """Return the part of a sum behind its last place, and half of that place."""
    last = max(abs(total).bit_length() - 11, LEAST_SUM)
    return abs(total) % (1 << last), 1 << (last - 1)


def alignment(product: int, addend: int) -> int:
    """By how many binades the addend is above the product."""
    return abs(addend).bit_length() - abs(product).bit_length()


def test_addends_of_both_signs_lie_at_every_distance_from_the_product() -> None:
    met = Counter((alignment(p, a), (p < 0) != (a < 0)) for p, a in sums())
    assert min(met[distance, subtracted] for distance in range(-27, 18) for subtracted in (0, 1)) >= 2


def test_sums_tie_and_just_miss_one_at_every_alignment_at_which_they_can() -> None:
    ties: Counter[int] = Counter()
    odd: Counter[tuple[bool, bool]] = Counter()
    beside: Counter[int] = Counter()
    for product, addend in sums():
        left, half = rest(product + addend)
        unit = min(abs(product) & -abs(product), abs(addend) & -abs(addend))
        if left == half:
            ties[alignment(product, addend)] += 1
            odd[bool(abs(product + addend) & 2 * half), (product < 0) != (addend < 0)] += 1
        elif abs(left - half) <= max(unit, half >> 9):
            beside[alignment(product, addend)] += 1
    assert {at for at in range(-13, 12) if not ties[at]} == set()
    assert {at for at in range(-27, 12) if not beside[at]} == set()
    assert min(odd[parity, subtracted] for parity in (False, True) for subtracted in (False, True)) >= 100


def test_products_are_taken_from_powers_of_two_on_both_sides_of_a_quarter_place() -> None:
    """Below a power of two numbers lie twice as close: a product of a quarter of its place is a tie."""
    met: Counter[int] = Counter()
    for product, addend in sums():
        quarter = abs(addend) >> 12
        if (
            abs(addend) & (abs(addend) - 1) == 0
            and (product < 0) != (addend < 0)
            and quarter << 1 > 1 << LEAST_SUM
        ):
            met[(2 * abs(product) > quarter) + (abs(product) >= quarter) + (abs(product) >= 2 * quarter)] += 1
    assert all(met[size] >= 100 for size in range(4))


def test_every_depth_of_cancellation_is_there() -> None:
    depths: Counter[int] = Counter()
    for product, addend in sums():
        if (product < 0) != (addend < 0):
            longest = max(abs(product), abs(addend)).bit_length()
            depths[longest - abs(product + addend).bit_length() if product + addend else -1] += 1
    assert depths[-1] >= 100, "to zero"
    assert {depth for depth in range(21) if depths[depth] < 4} == set()


@pytest.mark.parametrize("border", [1 << 23, 1 << 24, 1 << 34, (1 << 34) - (1 << 23), 4095 << 52, 2047 << 53])
def test_sums_end_on_each_border_and_on_either_side(border: int) -> None:
    totals = Counter(
        (abs(p + a) > border) - (abs(p + a) < border)
        for p, a in sums()
        if abs(abs(p + a) - border) <= border >> 8
    )
    assert min(totals[side] for side in (-1, 0, 1)) >= 1


@pytest.mark.parametrize("op", [op for op in OPERATIONS if op.reads_y])
def test_signed_zeros_and_each_kind_of_nan_meet_in_every_operation(op: Op) -> None:
    pairs = set()
    for its, fmt, x, w, y in bank(OPERATIONS, FORMATS):
        if its is op and fmt is Format.FP16 and x.size:
            assert y is not None
            pairs |= {(int(a), int(b)) for a, b in zip((x + 0 * w).ravel(), y.ravel(), strict=True)}
            pairs |= {(int(a), int(b)) for a, b in zip((0 * x + w).ravel(), y.ravel(), strict=True)}
    for first in (0x0000, 0x8000, 0x7C01, 0xFE00):
        for second in (0x0000, 0x8000, 0x7C01, 0xFDFF, 0x7C00, 0xFC00):
            assert (first, second) in pairs, f"{first:04x} {second:04x}"


@pytest.mark.parametrize("fmt", [Format.E5M2, Format.E4M3, Format.BF16])
def test_results_lie_on_and_beside_the_borders_of_each_format(fmt: Format) -> None:
    """FP16 results that are ties of the conversion, subnormal ones too, and the numbers next to them."""
    codes = np.arange(0x7C00, dtype=np.uint16)
    layout = {Format.E5M2: oracle.E5M2, Format.E4M3: oracle.E4M3, Format.BF16: oracle.BF16}[fmt]
    results = set()
    for op, formats, x, w, y in bank(OPERATIONS, FORMATS):
        if op is Op.GEMM and formats == (Format.FP16, Format.FP16, fmt):
            assert y is not None
            results |= set(gemm_op(op, x, w, widen(y, fmt)).ravel().tolist())
    changes = np.flatnonzero(np.diff(narrow(codes, fmt).astype(np.int64)))
    wanted = set()
    for code in changes:
        for tie in (int(code), int(code) + 1):
            # A tie is as far from the codes on either side of it.
            size = oracle.magnitude(tie, oracle.FP16)
            near = [
                oracle.convert(oracle.convert(tie + step, oracle.FP16, layout), layout, oracle.FP16)
                for step in (-1, 1)
            ]
            low, high = (oracle.magnitude(each, oracle.FP16) for each in near)
            if near[0] != near[1] and 2 * size == low + high and near[1] < oracle.INF:
                wanted.add(tie)
    met = {tie for tie in wanted if {tie - 1, tie, tie + 1} <= results and {SIGN | tie} <= results}
    if fmt is Format.BF16:
        assert len(met) >= 250
        assert {tie for tie in met if tie < 0x400}, "subnormal ones"
    else:
        assert met == wanted
        assert len(met) > 115


def test_the_bank_is_a_recipe_and_begins_again() -> None:
    first = HardNumbers("t", 1, {}, device(operations=OPERATIONS, formats=FORMATS, mixed_formats=True))
    other = HardNumbers("u", 2, {}, device(operations=OPERATIONS, formats=FORMATS, mixed_formats=True))
    jobs = [first.scenario(index).jobs for index in range(71)]
    assert jobs == [other.scenario(index).jobs for index in range(71)]
    assert first.scenario(71).jobs == jobs[0]
    assert first.scenario(71).index == 71
    assert len(set(jobs)) == 71


def test_a_device_gets_what_it_can_do() -> None:
    plain = HardNumbers("t", 1, {}, device(operations=(Op.MATMUL, Op.GEMM), formats=(Format.FP16,)))
    jobs = [plain.scenario(index).jobs[0] for index in range(9)]
    assert {(job.op, job.fmt) for job in jobs} == {(Op.MATMUL, Format.FP16), (Op.GEMM, Format.FP16)}
    uniform = HardNumbers("t", 1, {}, device(operations=OPERATIONS, formats=FORMATS))
    assert not any(isinstance(uniform.scenario(i).jobs[0].fmt, tuple) for i in range(71))
    # Rows of Z in whole tiles, and FP8 elements apart: there is room for what is written behind Z.
    traits = Traits(z=Result(written_rows=12), fp8_bytes=2)
    apart = HardNumbers("t", 1, {}, replace(device(formats=FORMATS), traits=traits))
    for index in range(68):
        scenario = apart.scenario(index)
        job = scenario.jobs[0]
        assert job.z_addr + traits.written(job) <= scenario.window.end
    assert {apart.scenario(index).jobs[0].z_fmt for index in range(68)} == set(FORMATS)
    assert not apart.left_out
    entry = TestEntry("t", "s", count=71)
    assert HardNumbers.not_applicable(entry, replace(device(), traits=Traits(m=Size(least=100))))
    assert not HardNumbers.not_applicable(entry, device())
