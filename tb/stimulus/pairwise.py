# SPDX-License-Identifier: Apache-2.0
"""Covering arrays: few rows in which the values of any two factors meet."""

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

Row = dict[str, Any]
_CANDIDATES = 24


def cover(
    factors: Mapping[str, Sequence[Any]], limit: int, valid: Callable[[Row], bool], rng: random.Random
) -> list[Row]:
    """Makes rows that together hold each value, and as many pairs of values of two factors as fit.

    Greedy, one row at a time: of some random candidates the one that shows most values and pairs for the
    first time. A value counts more than any number of pairs, so that the first rows hold every value.

    Args:
        factors: values of each factor, hashable.
        limit: most rows.
        valid: whether a row may be used.
        rng: source of the candidates; the same state gives the same rows.

    Returns:
        At most `limit` rows, fewer when nothing new is found.
    """
    names = list(factors)
    unseen: list[set[Any]] = [set(factors[name]) for name in names]
    seen_pairs: set[tuple[int, Any, int, Any]] = set()
    rows: list[Row] = []
    while len(rows) < limit:
        best: Row | None = None
        best_gain = 0
        for _ in range(_CANDIDATES):
            row = {name: _pick(factors[name], unseen[i], rng) for i, name in enumerate(names)}
            gain = _gain(row, names, unseen, seen_pairs) if valid(row) else 0
            if gain > best_gain:
                best, best_gain = row, gain
        if best is None:
            break
        rows.append(best)
        for i, name in enumerate(names):
            unseen[i].discard(best[name])
        seen_pairs.update(_pairs(best, names))
    return rows


def _pick(values: Sequence[Any], unseen: set[Any], rng: random.Random) -> Any:
    """A value, twice as likely one not yet seen while there are any."""
    if unseen and rng.randrange(3):
        return rng.choice([value for value in values if value in unseen])
    return rng.choice(values)


def _pairs(row: Row, names: Sequence[str]) -> set[tuple[int, Any, int, Any]]:
    return {(i, row[names[i]], j, row[names[j]]) for i, j in combinations(range(len(names)), 2)}


def _gain(
    row: Row, names: Sequence[str], unseen: Sequence[set[Any]], seen_pairs: set[tuple[int, Any, int, Any]]
) -> int:
    values = sum(row[name] in unseen[i] for i, name in enumerate(names))
    return 1000 * values + len(_pairs(row, names) - seen_pairs)
