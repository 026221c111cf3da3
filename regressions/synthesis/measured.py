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


class ActivityFigures(Struct, frozen=True):
    """Changes of a device's cells in a job, while busy_o is high.

    Attributes:
        job: words on the job: operation, format, data, rows of compute elements with work
        op: operation
        format: format of the elements
        data: kind of data
        rows: rows of X
        cycles: cycles in which busy_o was high
        steps: useful steps, M x N x K
        weighted: area of the changing cells, each change counted, in gate equivalents per useful step
        modules: parts of that by module, without what is inside
        rows_of_array: parts of that by row of the array
        clocked: flip-flops' share of cycles in which they change
    """

    job: str
    op: str
    format: str
    data: str
    rows: int
    cycles: int
    steps: int
    weighted: float
    modules: dict[str, float]
    rows_of_array: list[float]
    clocked: float
