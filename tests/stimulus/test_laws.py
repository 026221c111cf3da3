# SPDX-License-Identifier: Apache-2.0
"""Each law holds for the reference model, and a single wrong bit of any of its jobs breaks it."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from models.formats import Bits, Format, per_operand
from models.layout import load
from models.ops import Op
from tb.stimulus.image import initial_image, predict
from tb.stimulus.job import GemmJob
from tb.stimulus.laws import JOBS, LAWS, LawCase, laws_of
from tests.proofs import proving

Device = Callable[[GemmJob], Bits]
FORMATS = (*Format, *product(Format, Format, Format))


def model(job: GemmJob) -> Bits:
    """Z as the reference model has it."""
    scenario = job.scenario()
    (ran,) = scenario.jobs
    memory = predict(initial_image(scenario), scenario.jobs, scenario.window.base)
    offset = ran.z_addr - scenario.window.base
    return load(memory, offset, ran.m, ran.k, per_operand(ran.fmt)[2])


class Broken:
    """The model, with the lowest bit of one element wrong in one of its jobs."""

    def __init__(self, when: int) -> None:
        self.when = when
        self.ran = 0

    def __call__(self, job: GemmJob) -> Bits:
        """Z of the next job."""
        z = model(job)
        if self.ran == self.when and z.size:
            z.flat[z.size // 2] ^= 1
        self.ran += 1
        return z


class Counted:
    """The model, counting its jobs."""

    def __init__(self) -> None:
        self.ran = 0

    def __call__(self, job: GemmJob) -> Bits:
        """Z of the next job."""
        self.ran += 1
        return model(job)


def holds(name: str, case: LawCase, device: Device) -> bool:
    """Tries a law on a device."""
    law = LAWS[name](case)
    job = next(law)
    try:
        while True:
            job = law.send(device(job))
    except StopIteration as end:
        return bool(end.value)


def cases(name: str) -> list[LawCase]:
    """A case for each operation that obeys the law, of random formats and sizes, 0 included."""
    random = np.random.default_rng(7)
    return [
        LawCase(op, FORMATS[random.integers(len(FORMATS))], *map(int, random.integers(0, 20, 3)), random)
        for _ in range(8)
        for op in Op
        if name in laws_of(op, tuple(Op))
    ]


@pytest.mark.parametrize("name", LAWS)
def test_the_model_obeys(name: str) -> None:
    for case in cases(name):
        device = Counted()
        assert holds(name, case, device)
        assert device.ran == JOBS[name]


LAST = dict.fromkeys(LAWS, 1) | {"law_order": 3}
"""The last job of each law; of the splits, where the last part may be empty, the one before it."""


@pytest.mark.parametrize("name", proving({name: name for name in LAWS}))
def test_a_wrong_bit_breaks_it(name: str) -> None:
    random = np.random.default_rng(3)
    broken = [
        not holds(name, LawCase(op, Format.FP16, 9, 5, 7, random), Broken(LAST[name]))
        for _ in range(8)
        for op in Op
        if name in laws_of(op, tuple(Op))
    ]
    # A part without elements cannot be wrong, and a minimum or maximum hides some of what went before it.
    assert any(broken) if name.startswith("law_split") else all(broken)


@pytest.mark.parametrize("op", Op)
def test_a_device_that_rounds_less_often_breaks_the_split_of_n(op: Op) -> None:
    def wide(job: GemmJob) -> Bits:
        x, w, y = (part.view(np.float16).astype(np.float64) for part in job.bits() if part is not None)
        return (x @ w + y).astype(np.float16).view(np.uint16)

    if op.is_fma:
        random = np.random.default_rng(5)
        cases = [LawCase(op, Format.FP16, 12, 24, 16, random) for _ in range(4)]
        with np.errstate(all="ignore"):
            assert not all(holds("law_split_n", case, wide) for case in cases)


def test_idempotence_holds_for_results_beyond_the_largest_of_bfloat16() -> None:
    """65504 is stored as 65536 and read as infinity: the law must not be tried in bfloat16."""

    class Large(np.random.Generator):
        def integers(self, low: int, high: int, size: tuple[int, int], dtype: type, endpoint: bool) -> Bits:
            del low, high, endpoint
            return np.full(size, 0x7BFF if size == (2, 3) else 0, dtype)  # W alone is not 0

    fmt, random = (Format.E5M2, Format.FP16, Format.BF16), Large(np.random.PCG64(1))
    assert holds("law_idempotence", LawCase(Op.ADDMAX, fmt, 3, 2, 3, random), model)


def test_laws_need_the_operations_of_the_device() -> None:
    assert "law_split_n" not in laws_of(Op.MATMUL, (Op.MATMUL,))
    assert "law_idempotence" not in laws_of(Op.GEMM, tuple(Op))
    assert laws_of(Op.ADDMAX, (Op.ADDMAX,)) == list(LAWS)
