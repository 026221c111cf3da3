# SPDX-License-Identifier: Apache-2.0
"""Covering arrays: few rows in which the values of any two factors meet."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
_CANDIDATES = 24


def cover(
    factors: Mapping[str, Sequence[Any]], limit: int, valid: Callable[[Row], bool], rng: random.Random
) -> list[Row]:
    """Makes rows that together hold each value, and as many pairs of values of two factors as fit.

    Greedy, one row at a time: of some random candidates the one that shows most values and pairs for the
    first time. A value counts more than any number of pairs, so that the first rows hold every value. There
    are at most `limit` valid rows, fewer when nothing new is found; the same state of `rng` gives the same.
    """
    numbers = {pair: n for n, pair in enumerate({(name, v): None for name in factors for v in factors[name]})}
    # Of each factor the values not yet seen, in order; of each value, by number, a bit for all it has met.
    unseen: dict[str, list[Any]] = {name: list(values) for name, values in factors.items()}
    met = [1 << number for number in range(len(numbers))]
    rows: list[Row] = []
    while len(rows) < limit:
        best: Row | None = None
        best_gain = 0
        for _ in range(_CANDIDATES):
            row = {name: _pick(values, unseen[name], rng) for name, values in factors.items()}
            gain = _gain(row, unseen, met, numbers) if valid(row) else 0
            if gain > best_gain:
                best, best_gain = row, gain
        if best is None:
            break
        rows.append(best)
        held = [numbers[pair] for pair in best.items()]
        together = sum(1 << number for number in held)
        for number in held:
            met[number] |= together
        unseen = {name: [v for v in values if v != best[name]] for name, values in unseen.items()}
    return rows


def _pick(values: Sequence[Any], unseen: Sequence[Any], rng: random.Random) -> Any:
    """A value, twice as likely one not yet seen while there are any."""
    return rng.choice(unseen if unseen and rng.randrange(3) else values)


def _gain(
    row: Row, unseen: Mapping[str, Sequence[Any]], met: Sequence[int], numbers: Mapping[tuple[str, Any], int]
) -> int:
    values = sum(value in unseen[name] for name, value in row.items())
    held = [numbers[pair] for pair in row.items()]
    together = sum(1 << number for number in held)
    return 1000 * values + sum((together & ~met[number]).bit_count() for number in held) // 2
