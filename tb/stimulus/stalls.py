# SPDX-License-Identifier: Apache-2.0
"""When the memory grants: stall specifications and the grant patterns made from them.

The memory plays a pattern cyclically, one entry per clock cycle from the scenario's start, whether or not
there is a request. Its default length is prime, so that it drifts against the periods of tiles and port
schedules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb.schema import Field, Raw, Where, check
from tb.stimulus.rng import raw_words

AIMED = {"on_x": "X", "on_w": "W", "on_y": "Y", "on_z": "Z"}
"""Kinds whose stalls hit one operand: reads of X, W or Y, writes of Z."""

KINDS = ("none", "random", "burst", "blackout", *AIMED)
WRITE_R_VALID = ("never", "always", "random")
PATTERN_LENGTH = 4093
MAX_RATE = 0.95
MAX_BURST = 1024


@dataclass(frozen=True, slots=True)
class StallSpec:
    """How the memory behaves towards the device during a scenario.

    Attributes:
        kind: none: grants always. random: each cycle grants or not, independently. burst: spells without
            grants between spells with grants, both of random length. blackout: spells of exactly `burst`
            cycles without a grant, at random intervals. on_x, on_w, on_y, on_z: as random, but only reads of
            X, W, Y or writes of Z have to wait.
        rate: long-run share of cycles without a grant, 0..0.95 (0 for none); burst and blackout come as near
            as spells of at least one cycle with grants allow.
        burst: mean (burst) or exact (blackout) length of a spell without grants, in cycles, 1..1024.
        seed: of the pattern.
        gnt_without_req: the memory raises gnt also while req is low; otherwise gnt depends on req.
        write_r_valid: whether r_valid follows the grant of a write (contract A4.5 allows both, and a mix).
    """

    kind: str = "none"
    rate: float = 0.0
    burst: int = 1
    seed: int = 0
    gnt_without_req: bool = False
    write_r_valid: str = "never"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"stall kind {self.kind!r} is unknown; use one of {', '.join(KINDS)}")
        if self.write_r_valid not in WRITE_R_VALID:
            raise ValueError(
                f"write_r_valid {self.write_r_valid!r} is unknown; use one of {', '.join(WRITE_R_VALID)}"
            )
        if not 0.0 <= self.rate <= MAX_RATE:
            raise ValueError(f"stall rate {self.rate} is out of range 0..{MAX_RATE}")
        if not 1 <= self.burst <= MAX_BURST:
            raise ValueError(f"stall burst {self.burst} is out of range 1..{MAX_BURST}")

    def to_json(self) -> dict[str, Any]:
        """The specification as a dictionary of JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Raw, where: Where) -> StallSpec:
        """Reads what `to_json` wrote; `where` is the place of `data`, for the `SchemaError` it raises."""
        return cls(**check(data, _JSON_FIELDS, where))


NO_STALL = StallSpec()

_JSON_FIELDS: Mapping[str, Field] = {
    "kind": Field("kind of stalls", str, choices=KINDS, default="none"),
    "rate": Field("share of cycles without grant", float, lo=0.0, hi=MAX_RATE, default=0.0),
    "burst": Field("length of a spell without grants", int, lo=1, hi=MAX_BURST, default=1),
    "seed": Field("seed of the pattern", int, default=0),
    "gnt_without_req": Field("grants without request", bool, default=False),
    "write_r_valid": Field("r_valid after writes", str, choices=WRITE_R_VALID, default="never"),
}


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
    if spec.kind == "none" or spec.rate == 0.0:
        return np.ones(length, dtype=np.uint8)
    if spec.kind == "random" or spec.kind in AIMED:
        words = raw_words(length, spec.seed, "stall", spec.kind)
        pattern = (words >= round(spec.rate * 65536)).astype(np.uint8)
    else:
        pattern = _spells(spec, length)
    if not pattern.any():
        pattern[spec.seed % length] = 1
    return pattern


def _spells(spec: StallSpec, length: int) -> NDArray[np.uint8]:
    """Alternates spells with and without grants; lengths are uniform integers around their means."""
    # Below some rate the whole pattern is one spell of grants.
    grant_mean = max(1, round(min(float(length), spec.burst * (1.0 - spec.rate) / spec.rate)))
    pairs = length // (grant_mean + spec.burst) + 2
    words = raw_words(2 * pairs + 1, spec.seed, "stall", spec.kind).astype(np.int64)
    lengths = np.empty((pairs, 2), dtype=np.int64)
    lengths[:, 0] = 1 + words[0:-1:2] % (2 * grant_mean - 1)
    lengths[:, 1] = 1 + words[1:-1:2] % (2 * spec.burst - 1) if spec.kind == "burst" else spec.burst
    spells = np.repeat(np.tile(np.array([1, 0], dtype=np.uint8), pairs), lengths.ravel())
    # Start anywhere in the first pair: otherwise every such pattern would open with a grant. Spells that come
    # out short as a whole are played again.
    start = int(words[-1]) % int(lengths[0].sum())
    return np.resize(np.roll(spells, -start), length)
