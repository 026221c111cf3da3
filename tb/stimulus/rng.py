# SPDX-License-Identifier: Apache-2.0
"""Random streams derived from a seed and stable names; there is no global generator.

Only integers decide what is drawn, from generators fixed by definition (the Mersenne Twister of
`random.Random`, SplitMix64 for arrays), so a seed gives the same jobs with any version of numpy and on any
machine.
"""

import hashlib
import random

import numpy as np
from numpy.typing import NDArray

from models.kernel import kernel


def derive(seed: int, *names: str | int) -> int:
    """Returns the 64-bit seed of the stream `names` under `seed`; only equal arguments give equal seeds."""
    text = "\0".join([f"i{seed}", *(f"i{n}" if isinstance(n, int) else f"s{len(n)}:{n}" for n in names)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def stream(seed: int, *names: str | int) -> random.Random:
    """Returns a generator that depends on `seed` and `names` alone."""
    return random.Random(derive(seed, *names))


def np_stream(seed: int, *names: str | int) -> np.random.Generator:
    """Returns a numpy generator that depends on `seed` and `names` alone.

    For uses whose draws need not survive a change of numpy; stimulus uses `raw_words`.
    """
    return np.random.Generator(np.random.PCG64(derive(seed, *names)))


def raw_words(count: int, seed: int, *names: str | int) -> NDArray[np.uint16]:
    """Returns `count` uniform 16-bit words that depend on `seed` and `names` alone.

    SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), whose states are a plain sequence: it needs no set-up and
    runs vectorised, ten times cheaper for a job's few hundred words than seeding a generator object.
    """
    compiled = kernel()
    if compiled is not None:
        return compiled.words(derive(seed, *names), count)
    states = _counters(-(-count // 4)) + np.uint64(derive(seed, *names))
    states = (states ^ (states >> _SHIFTS[0])) * _FACTORS[0]
    states = (states ^ (states >> _SHIFTS[1])) * _FACTORS[1]
    states ^= states >> _SHIFTS[2]
    return states.astype("<u8", copy=False).view("<u2")[:count].astype(np.uint16, copy=False)


_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_CACHED = np.arange(1, 4097, dtype=np.uint64) * _GAMMA


def _counters(count: int) -> NDArray[np.uint64]:
    """The first multiples of SplitMix64's increment."""
    return _CACHED[:count] if count <= len(_CACHED) else np.arange(1, count + 1, dtype=np.uint64) * _GAMMA
