# SPDX-License-Identifier: Apache-2.0
"""Operands in C++ are those that their definition in numpy writes, and numpy serves where there is no C++."""

import random

import numpy as np
import pytest

from models.formats import Format
from models.ops import Op
from tb.exchange.job import Job
from tb.exchange.names import OPERAND_CLASSES
from tb.exchange.scenario import Scenario, Window
from tb.stimulus import filling, image
from tb.stimulus.image import initial_image

WINDOW = Window(0x1000, 4096)
FORMATS = tuple(Format)


def drawn(rng: random.Random, op: Op, name: str, fmt: Format) -> Job:
    """A job, half of whose operands are of a class and a format."""
    classes = tuple(rng.choice((name, name, *OPERAND_CLASSES)) for _ in range(3))
    formats = tuple(rng.choice((fmt, fmt, rng.choice(FORMATS))) for _ in range(3))
    sizes = rng.choice((1, 2, 5, 17)), rng.choice((0, 1, 2, 7, 16)), rng.choice((1, 4, 15))
    # They overlap now and then: the later one wins.
    addresses = (WINDOW.base + rng.randrange(1500) for _ in range(3))
    seed, apart = rng.getrandbits(48), rng.choice((1, 2))
    return Job(op, *sizes, *addresses, formats, 0, classes, seed, fp8_bytes=apart)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("name", OPERAND_CLASSES)
@pytest.mark.parametrize("op", Op)
def test_memories_are_those_of_the_definition(
    op: Op, name: str, fmt: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(f"{op} {name} {fmt}")
    scenarios = [
        Scenario(index, (drawn(rng, op, name, fmt), drawn(rng, op, name, fmt)), WINDOW) for index in range(12)
    ]
    for scenario in scenarios:
        assert filling.fill(initial_image(scenario), scenario.jobs[0], WINDOW.base)
    compiled = [initial_image(scenario) for scenario in scenarios]
    monkeypatch.setattr(image, "fill", lambda *_: False)
    for scenario, content in zip(scenarios, compiled, strict=True):
        assert np.array_equal(initial_image(scenario), content), scenario.jobs


def test_explicit_data_is_left_to_numpy() -> None:
    job = Job(Op.GEMM, 1, 1, 1, 0, 2, 4, data=(b"\1\2", None, None))
    memory = np.zeros(6, np.uint8)
    assert not filling.fill(memory, job, 0)
    assert not memory.any()


def test_numpy_serves_without_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(0, (drawn(random.Random(1), Op.GEMM, "normal", Format.FP16),), WINDOW)
    expected = initial_image(scenario)
    monkeypatch.setattr(filling, "kernel", lambda: None)
    filling._compiled.cache_clear()
    try:
        assert not filling.fill(expected.copy(), scenario.jobs[0], WINDOW.base)
        assert np.array_equal(initial_image(scenario), expected)
    finally:
        filling._compiled.cache_clear()


def test_tables_of_another_size_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = filling._tables()
    filling._compiled.cache_clear()
    monkeypatch.setattr(filling, "_tables", lambda: tables[1:])
    with pytest.raises(RuntimeError, match="does not match"):
        filling._compiled()
