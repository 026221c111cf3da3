# SPDX-License-Identifier: Apache-2.0
"""Instances of the engine and their cycle bound (contract A3 and A8).

Outputs are computed in tiles of `tile_rows` x `tile_cols`; those at the bottom and right edge may be smaller.
A tile costs what is slower, its arithmetic or its traffic on the port. A matrix has at most four kinds of
tiles (full or left over in each direction), so a sum over tiles has at most four terms. Arithmetic is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from models.ops import Op

if TYPE_CHECKING:
    from models.formats import Formats


@dataclass(frozen=True, slots=True)
class Instance:
    """Parameters of an engine (contract A3.1).

    Attributes:
        h: Compute elements in a row, cascaded.
        l: Rows of compute elements.
        p: Pipeline registers of a compute element.
        dw: Payload bits of the memory port.
        paired: Rows work in pairs on the same data, as in fault-tolerant mode (contract A9.2).
    """

    h: int
    l: int  # noqa: E741 - the contract's name of the parameter
    p: int
    dw: int
    paired: bool = False

    def __post_init__(self) -> None:
        if self.h < 1 or self.l < 1 or self.p < 0:
            raise ValueError(
                f"an instance needs h >= 1, l >= 1 and p >= 0, not ({self.h}, {self.l}, {self.p})"
            )
        if self.dw < 32 or self.dw % 32:
            raise ValueError(f"the port's payload has a multiple of 32 bits, not dw = {self.dw}")

    @property
    def title(self) -> str:
        """The parameters as reports name them, such as ``4x12x3 DW256``."""
        return f"{self.h}x{self.l}x{self.p} DW{self.dw}"

    @property
    def tile_rows(self) -> int:
        """Rows of a full tile of outputs."""
        return self.l // 2 if self.paired else self.l

    @property
    def tile_cols(self) -> int:
        """Columns of a full tile of outputs: the partial sums that circulate in a row."""
        return self.h * (self.p + 1)

    def in_mode(self, *, paired: bool) -> Instance:
        """Returns the engine as it is for a job in one of the two modes."""
        return _paired(self) if paired else self


@cache
def _paired(instance: Instance) -> Instance:
    return replace(instance, paired=True)


class TileClass(NamedTuple):
    """All tiles of one size: `count` tiles of `rows` x `cols` outputs."""

    rows: int
    cols: int
    count: int  # type: ignore[assignment] # that of tuples is not used


def tile_classes(instance: Instance, m: int, k: int) -> Iterator[TileClass]:
    """Yields the sizes of the tiles that cover an `m` x `k` result, each with its count."""
    for rows, row_count in _pieces(m, instance.tile_rows):
        for cols, col_count in _pieces(k, instance.tile_cols):
            yield TileClass(rows, cols, row_count * col_count)


def compute_cycles(instance: Instance, n: int) -> int:
    """Returns the cycles the array needs for a tile of inner dimension `n`; padding to H included."""
    return (instance.p + 1) * instance.h * _ceil_div(n, instance.h)


@lru_cache(maxsize=1024)
def tile_cycles(instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats) -> int:
    """Returns the contract's `tiles`: the sum over all tiles of the slower of arithmetic and port, in cycles.

    Raises:
        ValueError: a dimension is negative.
    """
    if min(m, n, k) < 0:
        raise ValueError(f"dimensions cannot be negative: M = {m}, N = {n}, K = {k}")
    from models.formats import per_operand  # brings numpy, which the shape of an array does not need

    x_bits, w_bits, z_bits = (8 * each.itemsize for each in per_operand(fmt))
    compute, x_row = compute_cycles(instance, n), _ceil_div(n * x_bits, instance.dw)
    cycles = 0
    for tile in tile_classes(instance, m, k):
        # Accesses: loads of X, W and Y and stores of Z.
        z_row = _ceil_div(tile.cols * z_bits, instance.dw) * (2 if op.reads_y else 1)
        beats = tile.rows * (x_row + z_row) + n * _ceil_div(tile.cols * w_bits, instance.dw)
        cycles += tile.count * max(compute, beats)
    return cycles


def bound(instance: Instance, op: Op, m: int, n: int, k: int, fmt: Formats, stalls: int = 0) -> int:
    """Returns the most cycles a job may take (contract A8.3, A8.4).

    They are `1.02 * tiles + 3L + H(P+1) + 25 + 1.25 * stalls`.
    Cycles count from the grant of the trigger to the event. The contract's bound is a rational number and
    cycles are whole, so it is rounded down: a job breaks the contract if and only if it takes more cycles.

    Args:
        instance: The engine.
        op: The operation; MATMUL does not read Y.
        m: Rows of X and Z.
        n: Columns of X, rows of W.
        k: Columns of W and Z.
        fmt: The format, or those of X, W and Z.
        stalls: Cycles with a request and no grant.

    Raises:
        ValueError: a dimension or `stalls` is negative.
    """
    if stalls < 0:
        raise ValueError(f"a job cannot wait for {stalls} cycles")
    hundredths = 102 * tile_cycles(instance, op, m, n, k, fmt) + 125 * stalls
    return hundredths // 100 + 3 * instance.l + instance.tile_cols + 25


def least_cycles(instance: Instance, m: int, n: int, k: int, z_bytes: int) -> int:
    """Returns the fewest cycles that a job can take from its trigger to its event, however it is done.

    A compute element does a step a cycle (contract A3.1), and the port writes DW + 32 bits (contract A4.1).

    Args:
        instance: The engine.
        m: Rows of X and Z.
        n: Columns of X, rows of W.
        k: Columns of W and Z.
        z_bytes: Bytes of an element of Z.
    """
    steps = _ceil_div(m * n * k, instance.h * instance.l)
    return max(steps, _ceil_div(8 * m * k * z_bytes, instance.dw + 32))


class Padding(NamedTuple):
    """Steps of the array that no output needs, by the dimension whose leftover causes them."""

    m: int
    n: int
    k: int


def padding(instance: Instance, m: int, n: int, k: int) -> Padding:
    """Returns the padded steps of a job on tiles of L x D outputs, D = H(P+1).

    A tile of `rows` x `cols` runs `c = ceil(N/H)` chunks of D columns, in each of which H compute elements
    of L rows do a step each: `c*H*L*D` steps. Of these, columns outside the matrix take `c*H*L*(D - cols)`;
    of the others, steps beyond N take `(c*H - N)*L*cols`; of the rest, rows outside take
    `N*(L - rows)*cols`; what is left is `N*rows*cols`, the useful steps. Summed over the
    `ceil(M/L) * ceil(K/D)` tiles, of which a row of tiles has K columns in all and a column of tiles M rows::

        K:  c*H*L * ceil(M/L) * (ceil(K/D)*D - K)
        N:  (c*H - N)*L * ceil(M/L) * K
        M:  N * (ceil(M/L)*L - M) * K

    Where rows work in pairs, tiles have L/2 rows, `ceil(M/L)` is `ceil(M/(L/2))`, and the second row of
    each pair is one outside.

    Raises:
        ValueError: a dimension is negative.
    """
    if min(m, n, k) < 0:
        raise ValueError(f"dimensions cannot be negative: M = {m}, N = {n}, K = {k}")
    steps = _ceil_div(n, instance.h) * instance.h
    rows = _ceil_div(m, instance.tile_rows) * instance.l
    cols = _ceil_div(k, instance.tile_cols) * instance.tile_cols
    return Padding(m=n * (rows - m) * k, n=(steps - n) * rows * k, k=steps * rows * (cols - k))


def utilization(instance: Instance, m: int, n: int, k: int, cycles: int) -> float:
    """Returns the share of the array's steps that were useful, `M*N*K / (cycles*H*L)`.

    Raises:
        ValueError: `cycles` is not positive.
    """
    if cycles <= 0:
        raise ValueError(f"a utilization needs a positive number of cycles, not {cycles}")
    return m * n * k / (cycles * instance.h * instance.l)


def _pieces(length: int, tile: int) -> Iterator[tuple[int, int]]:
    """Yields (size, count) of the full tiles along one dimension and of the one left over."""
    full, rest = divmod(length, tile)
    if full:
        yield tile, full
    if rest:
        yield rest, 1


def _ceil_div(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
