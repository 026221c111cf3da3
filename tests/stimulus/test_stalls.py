# SPDX-License-Identifier: Apache-2.0
"""Grant patterns keep their rate and spell lengths, and always grant at some time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb.exchange.scenario import BANKS, HELD, STALL_KINDS, StallSpec
from tb.stimulus.stalls import PATTERN_LENGTH, bank_pattern, grant_pattern

RATES = (0.05, 0.3, 0.7, 0.9)


def spells(pattern: np.ndarray, value: int) -> np.ndarray:
    """Lengths of the whole spells of `value`, those cut by the ends left out."""
    edges = np.flatnonzero(np.diff(pattern)) + 1
    pieces = np.split(pattern, edges)[1:-1]
    return np.array([len(piece) for piece in pieces if piece[0] == value])


def test_no_stalls_grant_always() -> None:
    assert grant_pattern(StallSpec()).all()
    assert grant_pattern(StallSpec("random", 0.0)).all()


def test_default_length_is_prime() -> None:
    assert len(grant_pattern(StallSpec())) == PATTERN_LENGTH
    assert all(PATTERN_LENGTH % divisor for divisor in range(2, 64))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("kind", "burst"), [("random", 1), ("on_x", 1), ("burst", 12), ("blackout", 100)])
def test_long_run_rate(kind: str, burst: int, rate: float) -> None:
    patterns = [grant_pattern(StallSpec(kind, rate, burst, seed)) for seed in range(40)]
    stalled = 1.0 - np.mean([pattern.mean() for pattern in patterns])
    assert abs(stalled - rate) < 0.05


def test_spells() -> None:
    black = np.concatenate([spells(grant_pattern(StallSpec("blackout", 0.3, 77, s)), 0) for s in range(20)])
    assert set(black) == {77}
    burst = np.concatenate([spells(grant_pattern(StallSpec("burst", 0.4, 16, s)), 0) for s in range(20)])
    assert burst.min() == 1
    assert burst.max() == 31
    assert abs(burst.mean() - 16) < 1.5
    random = np.concatenate([spells(grant_pattern(StallSpec("random", 0.5, 1, s)), 0) for s in range(20)])
    assert abs(random.mean() - 2) < 0.2


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(STALL_KINDS),
    st.floats(0, 0.95),
    st.integers(1, 1024),
    st.integers(0, 2**40),
    st.integers(1, 300),
)
def test_every_pattern_grants_and_repeats(kind: str, rate: float, burst: int, seed: int, length: int) -> None:
    spec = StallSpec(kind, rate, burst, seed)
    pattern = grant_pattern(spec, length)
    assert pattern.shape == (length,)
    assert pattern.dtype == np.uint8
    assert set(np.unique(pattern)) <= {0, 1}
    assert pattern.any()
    assert np.array_equal(pattern, grant_pattern(spec, length))


def test_seeds_and_kinds_give_different_patterns() -> None:
    kinds = [kind for kind in STALL_KINDS if kind not in ("none", BANKS, *HELD)]
    specs = [StallSpec(kind, 0.5, 8, seed) for kind in kinds for seed in range(4)]
    assert len({grant_pattern(spec).tobytes() for spec in specs}) == len(specs)


def test_a_pattern_does_not_always_open_with_a_grant() -> None:
    opening = [grant_pattern(StallSpec("blackout", 0.7, 200, seed))[0] for seed in range(60)]
    assert 0 < sum(opening) < 40


@pytest.mark.parametrize(("lanes", "share"), [(1, 0.75), (9, 0.75**9)])
def test_an_access_waits_for_all_banks_that_it_touches(lanes: int, share: float) -> None:
    patterns = [bank_pattern(StallSpec(BANKS, 0.25, seed=seed)) for seed in range(20)]
    for first in (0, 20, 50):
        touched = np.uint64(((1 << lanes) - 1) << first)
        granted = np.mean([(pattern & touched == 0).mean() for pattern in patterns])
        assert granted == pytest.approx(share, rel=0.03)


@pytest.mark.parametrize("rate", [0.02, 0.95])
def test_all_banks_are_free_at_some_time(rate: float) -> None:
    spec = StallSpec(BANKS, rate, seed=3)
    pattern = bank_pattern(spec, 101)
    assert pattern.shape == (101,)
    assert (pattern == 0).any()
    assert np.array_equal(pattern, bank_pattern(spec, 101))


def test_other_stalls_leave_the_banks_alone() -> None:
    assert not bank_pattern(StallSpec("random", 0.5)).size
    assert not bank_pattern(StallSpec(BANKS, 0.0)).size


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "rnd"}, "unknown kind of stalls 'rnd'; did you mean 'random'"),
        ({"kind": "random", "rate": 1.0}, r"stall rate 1.0 is out of range 0..0.95"),
        ({"kind": "random", "rate": float("nan")}, "out of range"),
        ({"kind": "burst", "rate": 0.1, "burst": 0}, "stall burst 0 is out of range"),
        ({"kind": "blackout", "rate": 0.1, "burst": 1025}, "stall burst 1025 is out of range 1..1024"),
        ({"kind": "hold_x", "burst": 131074}, "stall burst 131074 is out of range 1..131073"),
        ({"write_r_valid": "maybe"}, "unknown answer 'maybe'"),
    ],
)
def test_bad_specifications(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        StallSpec(**arguments)  # type: ignore[arg-type]


def test_only_held_accesses_are_held() -> None:
    assert StallSpec("hold_z", burst=131073).held == 131073
    assert StallSpec("blackout", rate=0.1, burst=7).held == 0
    assert grant_pattern(StallSpec("hold_z", burst=9)).all()


def test_a_pattern_has_a_length() -> None:
    with pytest.raises(ValueError, match="length 0 is too small"):
        grant_pattern(StallSpec(), 0)
