# SPDX-License-Identifier: Apache-2.0
"""Cuts an operation into jobs whose operands fit a memory together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from models.formats import Format, Formats, per_operand
from models.timing import Instance, tile_cycles

if TYPE_CHECKING:
    from models.ops import Op


class Portion(NamedTuple):
    """Rows, steps and columns of one job, as slices of M, N and K."""

    m: slice
    n: slice
    k: slice


@dataclass(frozen=True, slots=True)
class BlockSizes:
    """Largest block of an operation: `m` x `n` of X, `n` x `k` of W, `m` x `k` of Y and Z."""

    m: int
    n: int
    k: int

    def nbytes(self, fmt: Formats) -> int:
        """Returns the bytes that X, W and Z of the block take."""
        x, w, z = (each.itemsize for each in per_operand(fmt))
        return self.m * self.n * x + self.n * self.k * w + self.m * self.k * z

    def cover(self, m: int, n: int, k: int) -> Iterator[Portion]:
        """Yields the blocks of an operation; those of one output follow each other, in the order of steps."""
        for row, col in product(_starts(m, self.m), _starts(k, self.k)):
            for step in _starts(n, self.n) or (0,):
                yield Portion(
                    slice(row, min(row + self.m, m)),
                    slice(step, min(step + self.n, n)),
                    slice(col, min(col + self.k, k)),
                )


@lru_cache(maxsize=1024)
def block_sizes(
    instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, memory: int | None
) -> BlockSizes:
    """Returns the block with which an operation takes the fewest cycles by the contract's sum over tiles.

    Blocks are whole tiles, and cut N only where Z is FP16: in any other format a sum that pauses in memory
    would be rounded once more.

    Args:
        instance: The engine.
        op: The operation.
        m: Rows of X and Z.
        n: Columns of X, rows of W.
        k: Columns of W and Z.
        fmt: The formats.
        memory: Bytes for X, W and Z of one job together; None for any number.

    Raises:
        ValueError: Not even the smallest block fits.
    """
    whole = BlockSizes(max(m, 1), max(n, 1), max(k, 1))
    if memory is None or whole.nbytes(fmt) <= memory:
        return whole
    steps = _candidates(n, instance.h) if per_operand(fmt)[2] is Format.FP16 else [max(n, 1)]
    shapes = product(_candidates(m, instance.tile_rows), steps, _candidates(k, instance.tile_cols))
    fitting = [sizes for shape in shapes if (sizes := BlockSizes(*shape)).nbytes(fmt) <= memory]
    if not fitting:
        least = BlockSizes(min(m, instance.tile_rows), steps[-1], min(k, instance.tile_cols)).nbytes(fmt)
        raise ValueError(
            f"{op.name} of {m} x {n} x {k} does not fit {memory} bytes: "
            f"its smallest job, one tile, takes {least}"
        )
    return min(fitting, key=lambda sizes: (_cost(instance, op, m, n, k, fmt, sizes), -sizes.nbytes(fmt)))


def _cost(instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, sizes: BlockSizes) -> int:
    """Cycles of all jobs: those of their tiles, and what each takes besides (contract A8.3)."""
    cycles = 0
    for (rows, a), (inner, b), (cols, c) in product(
        _pieces(m, sizes.m), _pieces(n, sizes.n), _pieces(k, sizes.k)
    ):
        tiles = tile_cycles(instance, op, rows, inner, cols, fmt)
        cycles += a * b * c * (tiles + 3 * instance.l + instance.tile_cols + 25)
    return cycles


def _candidates(length: int, unit: int) -> list[int]:
    """Lengths of even pieces in whole units, the longest first."""
    units = max(-(-length // unit), 1)
    return [
        min(length, unit * each) for each in sorted({-(-units // parts) for parts in range(1, units + 1)})
    ][::-1]


def _starts(length: int, piece: int) -> range:
    return range(0, length, piece)


def _pieces(length: int, piece: int) -> list[tuple[int, int]]:
    full, rest = divmod(length, piece)
    return [each for each in ((piece, full), (rest, 1)) if all(each)]
