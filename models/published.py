# SPDX-License-Identifier: Apache-2.0
"""Published cycle counts, and the most cycles that a job of the same size may take (contract A8.6)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.formats import Format, Formats
from models.ops import Op
from models.timing import Instance

FILE = Path(__file__).with_name("published.toml")


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """One job, alone and without stalls, whose cycles are published or limited by the contract."""

    instance: Instance  # the engine
    op: Op  # operation
    fmt: Format  # format of all operands
    m: int  # rows of X
    n: int  # columns of X
    k: int  # columns of W
    published: int | None  # the published cycles; None where there are none
    # Cycles from the trigger's grant to the event that the job may take here; None where the general bound
    # alone holds.
    at_most: int | None
    source: str  # publisher of the figures


@cache
def cases() -> tuple[PublishedCase, ...]:
    """All cases, in the order of the file."""
    tables = tomllib.loads(FILE.read_text())["table"]
    return tuple(
        PublishedCase(
            Instance(**table["instance"]),
            Op[table["op"]],
            Format[table["format"]],
            *(m, n, k),
            published or None,
            at_most or None,
            table["source"],
        )
        for table in tables
        for m, n, k, published, at_most in table["rows"]
    )


@dataclass(frozen=True, slots=True)
class Headline:
    """The figure that a publication puts first for an engine: its best utilization, and what that means."""

    instance: Instance  # the engine
    op: Op  # operation
    fmt: Format  # format of all operands
    m: int  # rows of X, in the case that stands for it here
    n: int  # columns of X
    k: int  # columns of W
    utilization: float  # share of peak, as published
    gflops: float | None  # published 10^9 operations a second; None where there is none
    mhz: float | None  # clock of that
    source: str  # publisher

    def speed(self, utilization: float) -> tuple[float, float | None]:
        """Return multiply-accumulates a cycle, and 10^9 operations a second at the published clock."""
        rate = utilization * self.instance.h * self.instance.l
        return rate, rate * 2 * self.mhz / 1000 if self.mhz else None


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A clock of a published chip, and its power where it can be derived from what was published."""

    mhz: float  # clock
    volts: float  # supply
    multiply_add: float | None  # milliwatts of the whole cluster in products in FP16
    others: float | None  # milliwatts in the other operations
    source: str  # publisher

    def milliseconds(self, cycles: int) -> float:
        """Return the time of some cycles."""
        return cycles / self.mhz / 1000

    def millijoules(self, op: Op, cycles: int) -> float | None:
        """Return the energy of some cycles of an operation; None without power."""
        power = self.multiply_add if op.is_fma else self.others
        return None if power is None else power * self.milliseconds(cycles) / 1000


@cache
def operating_points() -> tuple[OperatingPoint, ...]:
    """All operating points, the slowest first."""
    tables = tomllib.loads(FILE.read_text())["operating_point"]
    found = (
        OperatingPoint(
            table["mhz"],
            table["volts"],
            table.get("milliwatts", {}).get("multiply_add"),
            table.get("milliwatts", {}).get("others"),
            table["source"],
        )
        for table in tables
    )
    return tuple(sorted(found, key=lambda point: point.mhz))


def _size(size: list[int]) -> tuple[int, int, int]:
    m, n, k = size
    return m, n, k


@cache
def headlines() -> tuple[Headline, ...]:
    """All headlines, in the order of the file."""
    tables = tomllib.loads(FILE.read_text())["headline"]
    return tuple(
        Headline(
            Instance(**table["instance"]),
            Op[table["op"]],
            Format[table["format"]],
            *_size(table["size"]),
            table["utilization"],
            table.get("gflops"),
            table.get("mhz"),
            table["source"],
        )
        for table in tables
    )


def cases_of(instance: Instance) -> tuple[PublishedCase, ...]:
    """The cases of one instance."""
    return tuple(case for case in cases() if case.instance == instance)


@cache
def _by_job() -> dict[tuple[Instance, Op, Formats, int, int, int], PublishedCase]:
    return {(case.instance, case.op, case.fmt, case.m, case.n, case.k): case for case in cases()}


def at_most(instance: Instance, op: Op, fmt: Formats, m: int, n: int, k: int) -> int | None:
    """The most cycles of a job that has a row of its own in contract A8.6; None for all others."""
    case = _by_job().get((instance, op, fmt, m, n, k))
    return None if case is None else case.at_most


def published(instance: Instance, op: Op, fmt: Formats, m: int, n: int, k: int) -> int | None:
    """The published cycles of a job; None where there are none."""
    case = _by_job().get((instance, op, fmt, m, n, k))
    return None if case is None else case.published
