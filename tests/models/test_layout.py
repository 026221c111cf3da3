# SPDX-License-Identifier: Apache-2.0
"""Matrices in memory, against plain bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import layout
from models.formats import Format


@settings(deadline=None)
@given(st.sampled_from(Format), st.integers(0, 5), st.integers(0, 5), st.integers(0, 9), st.randoms())
def test_load_and_store_are_little_endian_rows(fmt: Format, rows: int, cols: int, offset: int, rng) -> None:  # noqa: ANN001
    size = layout.nbytes(rows, cols, fmt)
    assert size == rows * cols * (1 if fmt in (Format.E5M2, Format.E4M3) else 2)
    image = bytes(rng.randrange(256) for _ in range(offset + size + 3))
    mem = np.frombuffer(image, np.uint8).copy()
    bits = layout.load(mem, offset, rows, cols, fmt)
    assert bits.shape == (rows, cols)
    assert bits.dtype == fmt.dtype
    step = fmt.itemsize
    for row in range(rows):
        for col in range(cols):
            at = offset + (row * cols + col) * step
            assert bits[row, col] == int.from_bytes(image[at : at + step], "little")
    target = np.zeros_like(mem)
    layout.store(target, offset, bits, fmt)
    assert target.tobytes() == bytes(offset) + image[offset : offset + size] + bytes(3)


def test_load_copies() -> None:
    mem = np.zeros(8, np.uint8)
    layout.load(mem, 0, 2, 2, Format.FP16)[0, 0] = 1
    assert not mem.any()


def test_store_takes_transposed_views() -> None:
    mem = np.zeros(8, np.uint8)
    layout.store(mem, 0, np.array([[1, 2], [3, 4]], np.uint16).T, Format.FP16)
    assert mem.tolist() == [1, 0, 3, 0, 2, 0, 4, 0]


@pytest.mark.parametrize("offset", [-1, 1, 9])
def test_a_matrix_outside_of_the_memory_is_refused(offset: int) -> None:
    mem = np.zeros(8, np.uint8)
    with pytest.raises(ValueError, match="outside of the memory's 8 bytes"):
        layout.load(mem, offset, 2, 2, Format.FP16)
    with pytest.raises(ValueError, match="outside of the memory's 8 bytes"):
        layout.store(mem, offset, np.zeros((2, 2), np.uint16), Format.FP16)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        layout.nbytes(-1, 2, Format.FP16)
    with pytest.raises(TypeError, match="one-dimensional array of uint8"):
        layout.load(np.zeros(8, np.uint16), 0, 1, 1, Format.FP16)
    with pytest.raises(TypeError, match="E5M2 elements are stored from uint8"):
        layout.store(np.zeros(8, np.uint8), 0, np.zeros(2, np.uint16), Format.E5M2)
