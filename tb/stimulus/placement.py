# SPDX-License-Identifier: Apache-2.0
"""Where operands lie: windows, their base addresses, and blocks of memory in them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tb.exchange.names import ADDRESS_SPACE
from tb.exchange.scenario import Window

BASES = ("low", "zero", "middle", "top", "random")
MIN_WINDOW = 4096
DEFAULT_BASE = 0x1000_0000
# Directed operands keep this distance, more than any over-read, so that a dump is easy to look through.
_DIRECTED_GAP = 64
_SLACK = 128


@dataclass(frozen=True, slots=True)
class Block:
    """Memory to be placed: a number of bytes, and the power of two that its address is a multiple of."""

    size: int
    alignment: int = 1


def window_size(needed: int) -> int:
    """The smallest power of two, at least 4 KiB, that leaves some slack beside `needed` bytes."""
    return max(MIN_WINDOW, 1 << (needed + _SLACK - 1).bit_length())


def room_of(blocks: Sequence[Block]) -> int:
    """Returns the bytes that blocks may take with what their alignment costs."""
    return sum(block.size + block.alignment - 1 for block in blocks)


def draw_window(rng: random.Random, kind: str, blocks: Sequence[Block]) -> Window:
    """Draws the base address of a window big enough for `blocks`.

    Args:
        rng: source of the draw.
        kind: low: near 0x1000_0000; zero: 0; middle: across 0x8000_0000, where a signed address turns
            negative; top: up to the last byte of the address space; random: any multiple of 4.
        blocks: what it has to hold.
    """
    size = window_size(room_of(blocks))
    if kind == "low":
        base = DEFAULT_BASE + rng.randrange(256) * 0x1_0000
    elif kind == "zero":
        base = 0
    elif kind == "middle":
        base = ADDRESS_SPACE // 2 - 4 * rng.randrange(1, size // 4)
    elif kind == "top":
        base = ADDRESS_SPACE - size
    else:
        base = 4 * rng.randrange((ADDRESS_SPACE - size) // 4 + 1)
    return Window(min(base, ADDRESS_SPACE - size), size)


def place(rng: random.Random, window: Window, blocks: Sequence[Block]) -> list[int]:
    """Draws addresses of blocks that do not overlap, in random order with random gaps.

    Half of the time the blocks stand close together, so that an access beyond one meets the next; the first
    one may start with the window, the last one may end with it.

    Returns:
        The address of each block, in the order given.
    """
    if not blocks:
        return []
    budget = window.size - room_of(blocks)
    order = rng.sample(range(len(blocks)), len(blocks))
    if rng.getrandbits(1):
        start = rng.randrange(budget // 2 + 1)
        gaps = [min(start + step * rng.randrange(5), budget) for step in range(len(blocks))]
        gaps.sort()
    else:
        gaps = sorted(rng.randrange(budget + 1) for _ in blocks)
    edge = rng.randrange(8)
    if edge == 0:
        gaps[0] = 0
    addresses = [0] * len(blocks)
    taken = 0
    for index, gap in zip(order, gaps, strict=True):
        block = blocks[index]
        address = _align(window.base + taken + gap, block.alignment)
        if edge == 1 and index == order[-1]:
            address = (window.end - block.size) // block.alignment * block.alignment
        addresses[index] = address
        # With room for the alignment in any case, no block can meet the window's end.
        taken += block.size + block.alignment - 1
    return addresses


def lay_out(sizes: Sequence[int], misalign: Sequence[int], base: int) -> tuple[Window, list[int]]:
    """Places operands (sizes in bytes) of a directed job one after the other, from a multiple of 4 on.

    Each is `misalign` bytes behind a multiple of 64.
    """
    addresses: list[int] = []
    cursor = base
    for size, extra in zip(sizes, misalign, strict=True):
        addresses.append(_align(cursor, _DIRECTED_GAP) + extra)
        cursor = addresses[-1] + size + _DIRECTED_GAP
    return Window(base, window_size(cursor - base)), addresses


def _align(address: int, alignment: int) -> int:
    return -(-address // alignment) * alignment
