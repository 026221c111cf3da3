# SPDX-License-Identifier: Apache-2.0
"""Figures that commands measure of netlists, as files and reports have them."""

from msgspec import Struct


class ComparedUnit(Struct, frozen=True):
    """A unit's netlist beside its source.

    Attributes:
        unit: module with parameters
        answer: `proven` if all outputs are the same at all times, `refuted`, or `undecided`
        registers: registers of both together, in bits
        seconds: time that it took
    """

    unit: str
    answer: str
    registers: int
    seconds: float
