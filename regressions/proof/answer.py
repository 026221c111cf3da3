# SPDX-License-Identifier: Apache-2.0
"""Answers about properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Answer(StrEnum):
    """Answer about a property."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class PropertyResult:
    """A property and its answer.

    Attributes:
        label: of the assertion, with the instances around it
        answer: the answer
        engine: what gave it; empty without one
        seconds: time that it took
        trace: for each cycle the values of the inputs, by signal; empty unless it is refuted
    """

    label: str
    answer: Answer
    engine: str
    seconds: float
    trace: Sequence[Mapping[str, int]] = field(default=(), repr=False)
