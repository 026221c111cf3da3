# SPDX-License-Identifier: Apache-2.0
"""Subgroup search: a short condition over attributes that holds for the jobs that fail, and for no others.

A beam search over conjunctions (Herrera et al., "An overview on subgroup discovery", Knowledge and
Information Systems 29, 2011): comparisons of one attribute with a constant are extended by a further one as
long as that tells failing from passing jobs better.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]

MINIMUM = 5
"""Failing jobs, and others, that speak for a condition; fewer are told apart by chance."""

_BEAM = 24
_LONGEST = 3
# What a further comparison has to gain, as a share of the jobs: less than that may be chance.
_PRICE = 0.02
_EXACT = 1.0 - 1e-9
# Defects that may share a bucket.
_DEFECTS = 3
# Remainders of a divisor: those that tell most.
_REMAINDERS = 6
# Thresholds of an attribute: all its values where they are few, else those where most begins to fail.
_THRESHOLDS = 40


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A condition and what it says of the jobs."""

    text: str  # the condition, as a rule of a descriptor has it under ``when`` (`tb.exchange.condition`)
    failing: tuple[int, int]  # failing jobs for which it holds, and how many failing jobs there are
    passing: tuple[int, int]  # passing jobs for which it holds, and how many passing jobs there are

    @property
    def exact(self) -> bool:
        """It holds for the failing jobs and for no other."""
        return self.failing[0] == self.failing[1] and self.passing[0] == 0

    def __str__(self) -> str:
        word = "fails iff" if self.exact else "fails mostly if"
        (hit, failing), (also, passing) = self.failing, self.passing
        return f"{word} {self.text}: {hit} of {failing}, and {also} of {passing} others"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A conjunction; its value is the sum of the weights of its jobs, 1 if it is exact.

    By default that is Youden's index: the share of failing jobs less that of passing ones.
    """

    parts: tuple[str, ...]
    mask: Mask
    value: float

    @property
    def order(self) -> tuple[float, int, int]:
        """Sorts the best first; what is exact is worth any length."""
        price = 0.0 if self.value > _EXACT else _PRICE * len(self.parts)
        return price - self.value, len(self.parts), len("".join(self.parts))


def find(columns: Mapping[str, Column], failing: Mask, divisors: Sequence[int] = (2, 4)) -> Subgroup | None:
    """Find the condition that separates failing from passing jobs best.

    Args:
        columns: Values of each attribute, one for each job: numbers, words or truth values.
        failing: The jobs that fail.
        divisors: Numbers that sizes and addresses may be multiples of, by shape and port of the array.

    Returns:
        The shortest of the best conditions; None where all jobs fail or none, or where no condition tells
        them apart better than chance.
    """
    if not failing.any() or failing.all():
        return None
    shortest: dict[bytes, tuple[str, Mask]] = {}
    for name, column in columns.items():
        for text, mask in _comparisons(name, column, failing, divisors):
            same = shortest.setdefault(mask.tobytes(), (text, mask))
            if len(text) < len(same[0]):
                shortest[mask.tobytes()] = text, mask
    texts, simple = [text for text, _ in shortest.values()], np.array([mask for _, mask in shortest.values()])
    best = _search(texts, simple, np.where(failing, 1 / failing.sum(), -1 / (~failing).sum()))
    if best is not None and best.value > _EXACT:
        return _subgroup([best], failing)
    several = _cover(texts, simple, failing)
    if several:
        return _subgroup(several, failing)
    return None if best is None or best.order[0] >= 0 else _subgroup([best], failing)


def _subgroup(parts: Sequence[_Candidate], failing: Mask) -> Subgroup:
    """The jobs for which one of some conjunctions holds."""
    mask = np.any([part.mask for part in parts], axis=0)
    return Subgroup(
        " or ".join(" and ".join(part.parts) for part in parts),
        (int((mask & failing).sum()), int(failing.sum())),
        (int((mask & ~failing).sum()), int((~failing).sum())),
    )


def _cover(texts: Sequence[str], simple: Mask, failing: Mask) -> list[_Candidate]:
    """Some conjunctions that hold together for the failing jobs and for no others; none where there are none.

    Two defects can have findings of one shape. Each conjunction holds for as many as possible of the failing
    jobs that those before it left, and for no passing one (sequential covering).
    """
    found: list[_Candidate] = []
    rest = failing.copy()
    while rest.any() and len(found) < _DEFECTS:
        weights = np.where(rest, 1 / rest.sum(), np.where(failing, 0.0, -1.0))
        best = _search(texts, simple, weights)
        if best is None or (best.mask & ~failing).any() or (best.mask & rest).sum() < MINIMUM:
            return []
        found.append(best)
        rest &= ~best.mask
    return [] if rest.any() else found


def _search(texts: Sequence[str], simple: Mask, weights: Weights) -> _Candidate | None:
    """The best conjunction by the weights of the jobs for which it holds."""
    found = beam = _best(map(_Candidate, ((text,) for text in texts), simple, (simple @ weights).tolist()))
    lengths, numbers = [len(text) for text in texts], simple.astype(np.float32)
    while beam and len(beam[0].parts) < _LONGEST and found[0].value <= _EXACT:
        # Products of many at once take a fraction of the time of one after the other.
        estimates = numbers @ np.array([each.mask * weights for each in beam], np.float32).T
        likely = [np.lexsort((lengths, -column))[:_BEAM] for column in estimates.T]
        beam = _best(
            extended
            for each, best in zip(beam, likely, strict=True)
            for extended in _extended(each, [texts[index] for index in best], simple[best], weights)
        )
        found = sorted([*found, *beam], key=lambda each: each.order)
    return found[0] if found else None


def _best(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """The best ones that hold for different jobs."""
    different = {each.mask.tobytes(): each for each in sorted(candidates, key=lambda each: each.order)[::-1]}
    return sorted(different.values(), key=lambda each: each.order)[:_BEAM]


def _extended(
    candidate: _Candidate, texts: Sequence[str], simple: Mask, weights: Weights
) -> Iterator[_Candidate]:
    """A candidate with each comparison that makes it better."""
    masks = simple & candidate.mask
    values = masks @ weights
    for index in np.flatnonzero(values > candidate.value + 1e-12).tolist():
        yield _Candidate((*candidate.parts, texts[index]), masks[index], float(values[index]))


def _comparisons(
    name: str, column: Column, failing: Mask, divisors: Sequence[int]
) -> Iterator[tuple[str, Mask]]:
    """Comparisons of an attribute that hold for some jobs and not for all."""
    found: Iterable[tuple[str, Mask]]
    if column.dtype == np.bool_:
        found = [(name, column), (f"not {name}", ~column)]
    elif column.dtype.kind in "US":
        found = (
            (f'{name} {sign} "{word}"', (column == word) == (sign == "=="))
            for word in np.unique(column)
            for sign in ("==", "!=")
        )
    else:
        found = _numeric(name, column, failing, divisors)
    for text, mask in found:
        if mask.any() and not mask.all():
            yield text, mask


def _numeric(name: str, column: Column, failing: Mask, divisors: Sequence[int]) -> Iterator[tuple[str, Mask]]:
    few = np.unique(column).size <= _THRESHOLDS
    for value in _thresholds(column, failing):
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        yield f"{name} <= {shown}", column <= value
        yield f"{name} > {shown}", column > value
        # A single one of many values says nothing if few jobs have it: an address is that of one job.
        if few or (column[failing] == value).sum() >= MINIMUM:
            yield f"{name} == {shown}", column == value
            yield f"{name} != {shown}", column != value
    if column.dtype.kind in "iu":
        for divisor in divisors:
            rest = column % divisor
            yield f"{name} % {divisor} == 0", rest == 0
            yield f"{name} % {divisor} != 0", rest != 0
            for remainder in _remainders(rest, failing) if divisor > 2 else ():
                yield f"{name} % {divisor} == {remainder}", rest == remainder


def _remainders(rest: Column, failing: Mask) -> list[int]:
    """Remainders other than 0 that more of the failing jobs have than of the passing ones, those first."""
    gains = np.bincount(rest[failing], minlength=rest.max() + 1) / failing.sum()
    gains -= np.bincount(rest[~failing], minlength=rest.max() + 1) / (~failing).sum()
    order: list[int] = (np.argsort(-gains[1:], kind="stable") + 1).tolist()
    return [each for each in order[:_REMAINDERS] if gains[each] > 0]


def _thresholds(column: Column, failing: Mask) -> list[int | float]:
    """Values at which an attribute may be cut: where, in its order, failing jobs border on passing ones."""
    values, place = np.unique(column, return_inverse=True)
    if len(values) > _THRESHOLDS:
        share = np.bincount(place, failing) / np.bincount(place)
        steps = np.abs(np.diff(share))
        values = values[np.sort(np.argsort(-steps, kind="stable")[:_THRESHOLDS])]
    found: list[int | float] = values.tolist()
    return found
