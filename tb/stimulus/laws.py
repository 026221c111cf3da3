# SPDX-License-Identifier: Apache-2.0
"""Laws that all results of the engine obey, so that no reference model is needed to check them.

They follow from the definition of the operations (contract A1.2): an element of Z is a chain of N steps
over one row of X and one column of W, rounded after each.
"""

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.formats import Bits, Format, Formats, per_operand
from models.ops import Op
from tb.stimulus.job import GemmJob

Law = Generator[GemmJob, Bits, bool]
"""Yields jobs, is sent the bits of each one's Z (uint8 or uint16, M x K), and returns whether it holds."""

_GRID = 8  # values of the scaling law are multiples of 1/8
_STEPS = 32  # of the scaling law at most: its sums stay far from overflow
_SHIFTS = range(-3, 4)


@dataclass(frozen=True, eq=False)
class LawCase:
    """Operands that a law is tried on."""

    op: Op
    fmt: Formats  # formats of the operands
    m: int  # rows of X and Z
    n: int  # steps
    k: int  # columns of W and Z
    random: np.random.Generator  # source of operands and of the places where matrices are split
    operations: tuple[Op, ...] = tuple(Op)  # that the device has

    def raw(self, rows: int, cols: int, operand: int) -> Bits:
        """Any bits: numbers of all sizes, infinities, NaNs; `operand` is 0 for X, 1 for W, 2 for Y and Z."""
        dtype = per_operand(self.fmt)[operand].dtype
        return self.random.integers(0, np.iinfo(dtype).max, (rows, cols), dtype, endpoint=True)

    def job(self) -> GemmJob:
        """A job with operands of any bits."""
        x, w, y = (
            self.raw(*shape, operand)
            for operand, shape in enumerate(((self.m, self.n), (self.n, self.k), (self.m, self.k)))
        )
        return GemmJob(x, w, y, op=self.op, fmt=self.fmt)

    def split(self, size: int) -> int:
        """Where to cut a dimension; one part may be empty."""
        return int(self.random.integers(0, size, endpoint=True))


def rows(case: LawCase) -> Law:
    """Rows of X and Y in another order give the same rows of Z in that order."""
    job = case.job()
    order = case.random.permutation(case.m)
    x, _, y = job.bits()
    assert y is not None
    plain = yield job
    moved = yield replace(job, x=x[order], y=y[order])
    return bool(np.array_equal(plain[order], moved))


def split_m(case: LawCase) -> Law:
    """Some rows of X and the rest, as two jobs, give the rows of Z."""
    job, cut = case.job(), case.split(case.m)
    x, _, y = job.bits()
    assert y is not None
    whole = yield job
    upper = yield replace(job, x=x[:cut], y=y[:cut])
    lower = yield replace(job, x=x[cut:], y=y[cut:])
    return bool(np.array_equal(whole, np.vstack((upper, lower))))


def split_k(case: LawCase) -> Law:
    """Some columns of W and the rest, as two jobs, give the columns of Z."""
    job, cut = case.job(), case.split(case.k)
    _, w, y = job.bits()
    assert y is not None
    whole = yield job
    left = yield replace(job, w=w[:, :cut], y=y[:, :cut])
    right = yield replace(job, w=w[:, cut:], y=y[:, cut:])
    return bool(np.array_equal(whole, np.hstack((left, right))))


def split_n(case: LawCase) -> Law:
    """The first steps, and the rest with that Z as Y, give Z; only if Z keeps all bits of a step's result."""
    case = _with_fp16_results(case)
    job, cut = case.job(), case.split(case.n)
    x, w, _ = job.bits()
    whole = yield job
    first = yield replace(job, x=x[:, :cut], w=w[:cut])
    then = Op.GEMM if job.op is Op.MATMUL else job.op
    rest = yield replace(job, x=x[:, cut:], w=w[cut:], y=first, op=then)
    return bool(np.array_equal(whole, rest))


def scaling(case: LawCase) -> Law:
    """Operands times powers of two give Z times a power of two, far from overflow and from subnormals."""
    case = replace(case, fmt=Format.FP16, n=min(case.n, _STEPS))
    shift_x = int(case.random.choice(_SHIFTS))
    # A sum of operands scales only if both do alike.
    product = case.op.is_fma or case.op in (Op.MULMAX, Op.MULMIN)
    shift_w = int(case.random.choice(_SHIFTS)) if product else shift_x
    shift_z = shift_x + shift_w if product else shift_x
    x, w, y = (
        case.random.integers(-2 * _GRID, 2 * _GRID, shape, endpoint=True) / _GRID
        for shape in ((case.m, case.n), (case.n, case.k), (case.m, case.k))
    )
    job = GemmJob(x, w, y, op=case.op)
    plain = yield job
    scaled = yield replace(job, x=np.ldexp(x, shift_x), w=np.ldexp(w, shift_w), y=np.ldexp(y, shift_z))
    expected = np.ldexp(plain.view(np.float16).astype(np.float64), shift_z).astype(np.float16)
    return bool(np.array_equal(expected.view(np.uint16), scaled))


def idempotence(case: LawCase) -> Law:
    """A minimum or maximum over the same values once more changes nothing.

    Not in bfloat16: the largest numbers of FP16 round to 65536 there, which is an infinity when it is read.
    """
    if per_operand(case.fmt)[2] is Format.BF16:
        case = _with_fp16_results(case)
    job = case.job()
    once = yield job
    twice = yield replace(job, y=once)
    return bool(np.array_equal(once, twice))


def order(case: LawCase) -> Law:
    """A job gives the same Z before and after another one, and so does the other."""
    first = case.job()
    second = replace(
        case, op=Op(int(case.random.choice(case.operations))), m=case.n + 1, n=case.k, k=case.m + 1
    ).job()
    before = [(yield first), (yield second)]
    after = [(yield second), (yield first)]
    return all(np.array_equal(a, b) for a, b in zip(before, reversed(after), strict=True))


def _with_fp16_results(case: LawCase) -> LawCase:
    """The case with Y and Z in FP16; on a device with one format for all, with everything in FP16."""
    x_fmt, w_fmt, _ = per_operand(case.fmt)
    return replace(case, fmt=(x_fmt, w_fmt, Format.FP16) if isinstance(case.fmt, tuple) else Format.FP16)


LAWS: Mapping[str, Callable[[LawCase], Law]] = {
    "law_rows": rows,
    "law_split_m": split_m,
    "law_split_k": split_k,
    "law_split_n": split_n,
    "law_scaling": scaling,
    "law_idempotence": idempotence,
    "law_order": order,
}
"""All laws, by the names under which a test reports them."""


JOBS: Mapping[str, int] = dict.fromkeys(LAWS, 2) | {
    "law_split_m": 3,
    "law_split_k": 3,
    "law_split_n": 3,
    "law_order": 4,
}
"""Jobs that each law compares."""


def laws_of(op: Op, operations: Collection[Op]) -> list[str]:
    """Names of the laws that an operation obeys and that a device with these operations can be tried on."""
    without = {"law_idempotence"} if op.is_fma else set()
    if op is Op.MATMUL and Op.GEMM not in operations:
        without.add("law_split_n")
    return [name for name in LAWS if name not in without]
