# SPDX-License-Identifier: Apache-2.0
"""Grant patterns: when the memory grants, made from the stalls of a scenario.

The memory plays a pattern cyclically, one entry per clock cycle from the scenario's start, whether or not
there is a request. Its default length is prime, so that it drifts against the periods of tiles and port
schedules.
"""

import numpy as np
from numpy.typing import NDArray

from tb.exchange.scenario import AIMED, BANKS, HELD, StallSpec
from tb.stimulus.rng import raw_words

PATTERN_LENGTH = 4093
BANK_COUNT = 64


def grant_pattern(spec: StallSpec, length: int = PATTERN_LENGTH) -> NDArray[np.uint8]:
    """Returns the grants of `length` cycles, 1 = grant, the same for equal arguments.

    Args:
        spec: the stalls.
        length: of the pattern, in cycles, at least 1; a prime avoids locking to the device's periods.

    Returns:
        uint8 array of shape (length,) with at least one grant; for an aimed kind, a 0 withholds it from
        accesses of its operand alone.
    """
    if length < 1:
        raise ValueError(f"pattern length {length} is too small; use at least 1")
    if spec.kind in ("none", BANKS, *HELD) or spec.rate == 0.0:
        return np.ones(length, dtype=np.uint8)
    if spec.kind == "random" or spec.kind in AIMED:
        words = raw_words(length, spec.seed, "stall", spec.kind)
        pattern = (words >= round(spec.rate * 65536)).astype(np.uint8)
    else:
        pattern = _spells(spec, length)
    if not pattern.any():
        pattern[spec.seed % length] = 1
    return pattern


def bank_pattern(spec: StallSpec, length: int = PATTERN_LENGTH) -> NDArray[np.uint64]:
    """The busy banks of `length` cycles, bit b for bank b; all are free at least once.

    Empty for stalls of other kinds.
    """
    if spec.kind != BANKS or spec.rate == 0.0:
        return np.zeros(0, dtype=np.uint64)
    words = raw_words(length * BANK_COUNT, spec.seed, "stall", spec.kind)
    busy = np.packbits(words < round(spec.rate * 65536), bitorder="little").view("<u8").astype(np.uint64)
    if busy.all():
        busy[spec.seed % length] = 0
    return busy


def _spells(spec: StallSpec, length: int) -> NDArray[np.uint8]:
    """Alternates spells with and without grants; lengths are uniform integers around their means."""
    # Below some rate the whole pattern is one spell of grants.
    grant_mean = max(1, round(min(float(length), spec.burst * (1.0 - spec.rate) / spec.rate)))
    pairs = length // (grant_mean + spec.burst) + 2
    words = raw_words(2 * pairs + 1, spec.seed, "stall", spec.kind).astype(np.int64)
    lengths = np.empty((pairs, 2), dtype=np.int64)
    lengths[:, 0] = 1 + words[0:-1:2] % (2 * grant_mean - 1)
    lengths[:, 1] = 1 + words[1:-1:2] % (2 * spec.burst - 1) if spec.kind == "burst" else spec.burst
    kinds = np.ones(2 * pairs, dtype=np.uint8)
    kinds[1::2] = 0
    spells = np.repeat(kinds, lengths.ravel())
    # Start anywhere in the first pair: otherwise every such pattern would open with a grant. Spells that come
    # out short as a whole are played again.
    start = int(words[-1]) % int(lengths[0].sum())
    rolled = np.concatenate((spells[start:], spells[:start]))
    return rolled[:length] if rolled.size >= length else np.resize(rolled, length)
