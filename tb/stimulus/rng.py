# SPDX-License-Identifier: Apache-2.0
"""Random streams derived from a seed and stable names; there is no global generator.

Only integers of `random.Random` decide what is drawn (its Mersenne Twister is fixed by the language), so a
seed gives the same jobs with any version of numpy and on any machine.
"""

from __future__ import annotations

import hashlib
import random

import numpy as np
from numpy.typing import NDArray


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
    """Returns `count` uniform 16-bit words (read-only) that depend on `seed` and `names` alone.

    Several times cheaper than making a numpy generator: a job needs only a few hundred words.
    """
    return np.frombuffer(stream(seed, *names).randbytes(2 * count), dtype="<u2")
