# SPDX-License-Identifier: Apache-2.0
"""Settings: all that a scenario asks of the bench before its first cycle (`Setting` in bench.h)."""

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tb.dpi.layout import Rows, record

RANGE_COUNT = 64
RANGE_DTYPE = record("first u8", "length u8", "writable u4", "padding u4")
MOST_CYCLES = 1 << 20
"""Longest pattern."""
HEAD = Struct("<5Q10I")
_RANGES = Rows(RANGE_DTYPE)
ALWAYS = np.ones(1, np.uint8)
"""Grants without any stall."""
_NEVER = np.zeros(0, np.uint64)

Span = tuple[int, int, bool]
"""First byte, length, and whether it is for writes."""


class Limits(NamedTuple):
    """Limits of the watchdog; a budget of 0 leaves it off."""

    budget: int = 0  # cycles in which no request waits
    silence: int = 0  # cycles in a row in which the device does nothing
    standstill: int = 0  # the same, but for requests; those that wait do not count


class Hold(NamedTuple):
    """One of the accesses aimed at that waits for an exact time."""

    after: int = 0  # accesses aimed at before it
    cycles: int = 0  # wait; 0 for none


class Answers(NamedTuple):
    """Behaviour of the memory beside its patterns."""

    without_req: bool = False  # gnt may be high while req is low
    to_writes: int = 0  # r_valid of writes: never, always, random
    seed: int = 1  # of random answers, 32 bits and not 0


NO_LIMITS, NO_HOLD, PLAIN = Limits(), Hold(), Answers()


def packed_ranges(ranges: Sequence[Span]) -> bytes:
    """Return ranges as they lie in memory.

    Raises:
        ValueError: More ranges than the bench holds.
    """
    if len(ranges) > RANGE_COUNT:
        raise ValueError(f"{len(ranges)} ranges, the bench holds {RANGE_COUNT}: split the scenario")
    return _RANGES.pack([(*each, 0) for each in ranges])


def packed_setting(
    base: int,
    size: int,
    *,
    ranges: Sequence[Span] = (),
    targets: Sequence[Span] = (),
    grants: npt.NDArray[np.uint8] = ALWAYS,
    banks: npt.NDArray[np.uint64] = _NEVER,
    hold: Hold = NO_HOLD,
    answers: Answers = PLAIN,
    limits: Limits = NO_LIMITS,
) -> bytes:
    """Return a setting.

    Args:
        base: First byte of the memory; accesses elsewhere read NaNs and write nothing.
        size: Its bytes.
        ranges: Memory that the device may touch.
        targets: Where accesses start that wait in a cycle without a grant; none for all accesses.
        grants: 1 for a grant, an entry a cycle, played cyclically.
        banks: Busy banks, bit b for bank b, an entry a cycle, played cyclically; empty for none.
        hold: Access aimed at that waits by itself.
        answers: Rest of the memory's behaviour.
        limits: Of the watchdog.

    Raises:
        ValueError: A pattern of grants is empty or never grants, or the bench holds no pattern as long, or
            not as many ranges.
    """
    pattern = grants.tobytes()
    if not 0 < grants.size <= MOST_CYCLES or pattern.count(0) == grants.size:
        raise ValueError(f"grant pattern of {grants.size} entries: 1 to {MOST_CYCLES}, at least one grant")
    if banks.size > MOST_CYCLES:
        raise ValueError(f"pattern of banks with {banks.size} entries: at most {MOST_CYCLES}")
    counts = len(ranges), len(targets), banks.size, grants.size
    head = HEAD.pack(base, size, *limits, *answers, *hold, *counts, 0)
    return b"".join((head, packed_ranges(ranges), packed_ranges(targets), banks.tobytes(), pattern))
