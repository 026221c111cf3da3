# SPDX-License-Identifier: Apache-2.0
"""Columns of the tables: a struct for the rows of each, whose fields are the columns (docs/query.md)."""

from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Any, get_args, get_type_hints

from msgspec import Struct


class RunColumns(Struct, frozen=True):
    """A run. Times are in seconds, coverage in percent."""

    run: str  # name of its folder, which all other tables have too
    began: datetime | None
    tier: str
    seed: int
    git: str
    dut: str  # its main device
    shard: str
    portion: str
    complete: bool
    interrupted: bool
    passed: bool
    tests: int
    tests_passed: int
    jobs: int
    failures: int  # rows of `findings`
    cycles: int
    seconds: float
    build_seconds: float
    functional: float | None
    line: float | None
    branch: float | None
    toggle: float | None
    unreadable: int  # lines of its results that are none
    path: str


class TestColumns(Struct, frozen=True):
    """A test of a run on a device, with one seed."""

    __test__ = False  # not a pytest class

    run: str
    device: str
    test: str
    seed: int
    status: str
    segments: int
    jobs_planned: int
    jobs: int
    cycles: int
    seconds: float  # wall time of its simulations
    processor: float  # their processor time
    bins: int  # functional bins that it hit
    alone: int  # those of them that no other test of the run hit
    detail: str


class JobColumns(Struct, frozen=True):
    """A job; what its figures mean is in `tb.exchange.results.JobResult`."""

    run: str
    device: str
    kind: str  # build kind
    test: str
    seed: int
    scenario: int
    job: int
    op: str
    format: str
    m: int
    n: int
    k: int
    stall: str
    core: int
    queued: bool
    cycles: int | None
    bound: int | None
    stalled: int
    utilization: float
    beats_read: int
    beats_written: int
    causes: dict[str, int]
    status: str
    detail: str
    simulation: str  # its folder, from that of the run


class FindingColumns(Struct, frozen=True):
    """A finding of a scenario, or a segment that failed without any."""

    run: str
    device: str
    kind: str
    test: str
    seed: int
    scenario: int | None
    job: int | None
    status: str
    checker: str
    detail: str
    bucket: str
    record: str  # path of its failure record, from the folder of the run


class BinColumns(Struct, frozen=True):
    """A functional bin that a test hit on a device."""

    run: str
    device: str
    test: str
    seed: int
    item: str  # covergroup and points
    bin: int  # its number in the item
    hits: int


Row = RunColumns | TestColumns | JobColumns | FindingColumns | BinColumns
"""A row of some table."""

TABLES: Mapping[str, type[Struct]] = {
    "runs": RunColumns,
    "tests": TestColumns,
    "jobs": JobColumns,
    "findings": FindingColumns,
    "bins": BinColumns,
}
"""Structs of the rows by table."""

_TYPES: Mapping[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    datetime: "TIMESTAMP",
    dict[str, int]: "MAP(VARCHAR, BIGINT)",
}


def types(table: str) -> dict[str, str]:
    """SQL types of a table's columns."""
    hints = get_type_hints(TABLES[table])
    return {name: _TYPES[_some(hints[name])] for name in TABLES[table].__struct_fields__}


def _some(hint: Any) -> Any:
    """The type of a column that may also be None."""
    return get_args(hint)[0] if isinstance(hint, UnionType) else hint
