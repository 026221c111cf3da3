# SPDX-License-Identifier: Apache-2.0
"""The cycle bound against a sum over single tiles in fractions."""

import ast
import math
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from models.formats import Format
from models.ops import Op
from models.timing import Instance, Padding, bound, padding, tile_classes, tile_cycles, utilization

_BITS = {Format.E5M2: 8, Format.FP16: 16, Format.E4M3: 8, Format.BF16: 16}
_INSTANCES = [
    Instance(4, 12, 3, 256),
    Instance(4, 8, 3, 256),
    Instance(8, 12, 3, 512),
    Instance(8, 12, 3, 256),
    Instance(8, 8, 1, 256),
    Instance(4, 4, 1, 128),
    Instance(4, 5, 2, 256),
]


def _tile_by_tile(
    unit: Instance, op: Op, m: int, n: int, k: int, formats: tuple[Format, Format, Format]
) -> int:
    """Returns the contract's sum over all tiles, one after another, in fractions."""

    def beats(elements: int, fmt: Format) -> int:
        return math.ceil(Fraction(elements * _BITS[fmt], unit.dw))

    total = 0
    for top in range(0, m, unit.l):
        for left in range(0, k, unit.h * (unit.p + 1)):
            rows, cols = min(unit.l, m - top), min(unit.h * (unit.p + 1), k - left)
            port = rows * beats(n, formats[0]) + n * beats(cols, formats[1])
            port += rows * beats(cols, formats[2]) * (1 if op is Op.MATMUL else 2)
            total += max((unit.p + 1) * unit.h * math.ceil(Fraction(n, unit.h)), port)
    return total


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_INSTANCES),
    st.sampled_from(Op),
    st.tuples(*[st.integers(0, 150)] * 3),
    st.tuples(*[st.sampled_from(Format)] * 3),
    st.integers(0, 1000),
)
def test_closed_form_is_the_sum_over_tiles(
    unit: Instance, op: Op, size: tuple[int, int, int], formats: tuple[Format, Format, Format], stalls: int
) -> None:
    tiles = _tile_by_tile(unit, op, *size, formats)
    assert tile_cycles(unit, op, *size, formats) == tiles
    limit = Fraction(102, 100) * tiles + 3 * unit.l + unit.h * (unit.p + 1) + 25 + Fraction(5, 4) * stalls
    assert bound(unit, op, *size, formats, stalls) == math.floor(limit)
    m, _, k = size
    assert sum(tile.rows * tile.cols * tile.count for tile in tile_classes(unit, m, k)) == m * k


_PAPER = Instance(4, 12, 3, 256)


def _padded_steps(instance: Instance, m: int, n: int, k: int) -> Padding:
    """Padded steps, one by one: by the first of K, N and M that has no such index."""
    counts = dict.fromkeys("mnk", 0)
    rows, cols = (
        -(-size // tile) * tile for size, tile in ((m, instance.tile_rows), (k, instance.tile_cols))
    )
    for row in range(rows):
        for col in range(cols):
            for step in range(-(-n // instance.h) * instance.h):
                outside = "k" if col >= k else "n" if step >= n else "m" if row >= m else None
                if outside:
                    counts[outside] += 1
    return Padding(**counts)


@settings(max_examples=100, deadline=None)
@given(
    st.builds(Instance, st.integers(1, 4), st.integers(1, 5), st.integers(0, 3), st.just(256)),
    st.integers(0, 12),
    st.integers(0, 9),
    st.integers(0, 20),
)
def test_padding_is_the_sum_over_steps(instance: Instance, m: int, n: int, k: int) -> None:
    assert padding(instance, m, n, k) == _padded_steps(instance, m, n, k)


def test_padding_and_steps_fill_the_tiles() -> None:
    assert padding(_PAPER, 96, 96, 96) == (0, 0, 0)
    assert padding(_PAPER, 13, 5, 17) == (5 * 11 * 17, 3 * 24 * 17, 8 * 24 * 15)
    assert sum(padding(_PAPER, 13, 5, 17)) + 13 * 5 * 17 == 24 * 8 * 32


def test_known_bounds() -> None:
    """Worked by hand: 64 tile cycles and 18432, with 3L + H(P+1) + 25 = 77; a stalled one; an empty one."""
    assert bound(_PAPER, Op.GEMM, 12, 16, 16, Format.FP16) == 142  # 65.28 + 77
    assert bound(_PAPER, Op.GEMM, 96, 96, 96, Format.FP16) == 18877  # 18800.64 + 77
    assert bound(_PAPER, Op.GEMM, 12, 16, 16, Format.FP16, stalls=3) == 146  # 65.28 + 3.75 + 77
    assert bound(_PAPER, Op.GEMM, 0, 16, 16, Format.FP16) == 77
    assert tile_cycles(_PAPER, Op.GEMM, 12, 0, 16, Format.FP16) == 24  # only Y and Z
    assert tile_cycles(_PAPER, Op.MATMUL, 12, 0, 16, Format.FP16) == 12


def test_the_largest_jobs_take_no_time() -> None:
    assert bound(Instance(4, 4, 1, 128), Op.GEMM, 65535, 65535, 65535, Format.BF16) > 10**12


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="N = -1"):
        bound(_PAPER, Op.GEMM, 1, -1, 1, Format.FP16)
    with pytest.raises(ValueError, match="-5 cycles"):
        bound(_PAPER, Op.GEMM, 1, 1, 1, Format.FP16, stalls=-5)
    with pytest.raises(ValueError, match="positive number of cycles"):
        utilization(_PAPER, 1, 1, 1, 0)
    with pytest.raises(ValueError, match="h >= 1"):
        Instance(0, 12, 3, 256)
    with pytest.raises(ValueError, match="multiple of 32"):
        Instance(4, 12, 3, 100)


def test_models_import_numpy_alone() -> None:
    """The reference model must be usable anywhere, and must not see the bench it judges."""
    allowed = {"numpy", "models", *sys.stdlib_module_names}
    for path in sorted(Path(models.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name
