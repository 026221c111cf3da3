# SPDX-License-Identifier: Apache-2.0
"""Random streams: fixed by definition, independent by name."""

import random

import numpy as np
import pytest

from tb.stimulus import rng
from tb.stimulus.rng import derive, np_stream, raw_words, stream

MASK = 2**64 - 1


def split_mix(seed: int, count: int) -> list[int]:
    """SplitMix64 as published, one number at a time."""
    result = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        result.append(z ^ (z >> 31))
    return result


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 401, 4 * 4096 + 5])
def test_raw_words_are_split_mix(count: int, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rng.kernel() is not None
    if not compiled:
        monkeypatch.setattr(rng, "kernel", lambda: None)
    expected = np.array(split_mix(derive(7, "x"), -(-count // 4)), dtype="<u8").view("<u2")[:count]
    words = raw_words(count, 7, "x")
    assert words.dtype == np.uint16
    assert np.array_equal(words, expected)


def test_draws_are_pinned() -> None:
    # A change here changes every job of every seed.
    assert derive(1, "smoke", "scenario", 0) == 4175194556425105832
    assert stream(1, "a").getrandbits(32) == random.Random(derive(1, "a")).getrandbits(32)


def test_streams_differ_by_seed_name_type_and_grouping() -> None:
    keys = [
        (1, "ab"),
        (2, "ab"),
        (1, "a", "b"),
        (1, "b", "a"),
        (1, "ab", ""),
        (1, 1),
        (1, "1"),
        (1,),
        (11,),
        (1, "i1"),
    ]
    assert len({derive(*key) for key in keys}) == len(keys)


def test_streams_leave_the_global_generator_alone() -> None:
    state = random.getstate()
    stream(1, "a").random()
    np_stream(1, "a").random()
    raw_words(10, 1)
    assert random.getstate() == state


def test_np_stream_depends_on_its_arguments_alone() -> None:
    assert np_stream(1, "a").integers(2**32) == np_stream(1, "a").integers(2**32)
    assert np_stream(1, "a").integers(2**32) != np_stream(1, "b").integers(2**32)
