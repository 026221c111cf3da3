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
