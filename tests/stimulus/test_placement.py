# SPDX-License-Identifier: Apache-2.0
"""Operands lie apart, aligned, inside their window, and now and then at its very ends."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb.stimulus.placement import BASES, MIN_WINDOW, Block, draw_window, lay_out, place

blocks = st.lists(
    st.builds(Block, size=st.integers(1, 9000), alignment=st.sampled_from([1, 2, 4, 32, 64])),
    min_size=0,
    max_size=9,
)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(BASES), blocks)
def test_blocks_are_apart_aligned_and_inside(seed: int, kind: str, wanted: list[Block]) -> None:
    rng = random.Random(seed)
    window = draw_window(rng, kind, wanted)
    addresses = place(rng, window, wanted)
    assert window.base % 4 == 0
    assert window.size & (window.size - 1) == 0
    assert window.size >= MIN_WINDOW
    assert window.size < max(2 * MIN_WINDOW, 4 * (sum(b.size + b.alignment for b in wanted) + 128))
    spans = sorted((a, a + b.size) for a, b in zip(addresses, wanted, strict=True))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(a % b.alignment == 0 for a, b in zip(addresses, wanted, strict=True))
    assert all(window.contains((a, b.size)) for a, b in zip(addresses, wanted, strict=True))


def test_bases() -> None:
    windows = {kind: [draw_window(random.Random(s), kind, [Block(100)]) for s in range(50)] for kind in BASES}
    assert {w.base for w in windows["zero"]} == {0}
    assert {w.end for w in windows["top"]} == {2**32}
    assert all(w.base < 2**31 < w.end for w in windows["middle"])
    assert all(0x1000_0000 <= w.base < 0x1100_0000 for w in windows["low"])
    assert len({w.base for w in windows["random"]}) == 50


def test_all_alignments_both_ends_and_close_neighbours_occur() -> None:
    residues, first, last, touching = set(), 0, 0, 0
    for seed in range(400):
        rng = random.Random(seed)
        wanted = [Block(50), Block(60), Block(70)]
        window = draw_window(rng, "top", wanted)
        addresses = place(rng, window, wanted)
        residues |= {address % 4 for address in addresses}
        spans = sorted((a, a + b.size) for a, b in zip(addresses, wanted, strict=True))
        first += spans[0][0] == window.base
        last += spans[-1][1] == 2**32
        touching += any(end == start for (_, end), (start, _) in pairwise(spans))
    assert residues == {0, 1, 2, 3}
    assert first > 10
    assert last > 10
    assert touching > 20


def test_directed_layout() -> None:
    window, addresses = lay_out((10, 0, 5000), (1, 2, 3), 0x2000)
    assert [address % 64 for address in addresses] == [1, 2, 3]
    assert addresses == sorted(addresses)
    assert window.base == 0x2000
    assert window.contains((addresses[2], 5000))


def test_a_directed_window_must_fit() -> None:
    with pytest.raises(ValueError, match="end of the address space"):
        lay_out((10,), (0,), 2**32 - 2048)
