# SPDX-License-Identifier: Apache-2.0
"""Jobs that measure the speed of an instance: the rows of the speed table, and sweeps for pictures."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.formats import Format
from models.ops import Op
from models.published import cases, cases_of
from tb.descriptor import available, load
from tb.exchange.device import Descriptor

FULL = 96
"""The dimensions that a sweep holds: the paper's headline, whole tiles on its instances."""
CUBES = (8, 16, 24, 32, 48, 64, 96, 128)
STALL_RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_STALLED = 64
_PERIODS = (1, 2, 3, 4)
_BEYOND = (6, 8)


@dataclass(frozen=True, slots=True)
class MeasuredJob:
    """One job, alone."""

    series: str  # `table`, or the sweep over `M`, `N`, `K`, `size`, `operation` or `stall`
    op: Op  # operation
    fmt: Format  # format of all operands
    m: int  # rows of X
    n: int  # columns of X
    k: int  # columns of W
    stall_rate: float = 0.0  # share of cycles in which the memory grants nothing, at random


def measured_devices() -> list[str]:
    """Names of the devices whose instance has published cycles in the speed table, in the table's order."""
    order = list(dict.fromkeys(case.instance for case in cases() if case.published))
    found = {device.instance: device.name for device in map(load, reversed(available()))}
    return [found[instance] for instance in order if instance in found]


def measured_jobs(device: Descriptor) -> list[MeasuredJob]:
    """Jobs of a device: those of table and sweeps that it can run."""
    jobs = [*_table(device), *_sweeps(device)]
    return [job for job in jobs if job.op in device.operations and job.fmt in device.formats]


def _table(device: Descriptor) -> Iterator[MeasuredJob]:
    for case in cases_of(device.instance):
        yield MeasuredJob("table", case.op, case.fmt, case.m, case.n, case.k)


def _sweeps(device: Descriptor) -> Iterator[MeasuredJob]:
    at = device.instance
    main = Format.FP16 if Format.FP16 in device.formats else device.formats[0]
    for m in _around(at.tile_rows):
        yield MeasuredJob("M", Op.GEMM, main, m, FULL, FULL)
    for n in _around(at.h):
        yield MeasuredJob("N", Op.GEMM, main, FULL, n, FULL)
    for k in _around(at.tile_cols):
        yield MeasuredJob("K", Op.GEMM, main, FULL, FULL, k)
    for fmt in device.formats:
        for size in CUBES:
            yield MeasuredJob("size", Op.GEMM, fmt, size, size, size)
    for op in device.operations:
        yield MeasuredJob("operation", op, main, FULL, FULL, FULL)
    for fmt in dict.fromkeys((main, *device.formats[:1])):
        for rate in STALL_RATES:
            yield MeasuredJob("stall", Op.GEMM, fmt, _STALLED, _STALLED, _STALLED, rate)


def _around(period: int) -> list[int]:
    """Sizes that show what the leftover of a period costs: each period's end, both neighbours, its middle."""
    sizes = {1, 2, 3, FULL}
    for count in _PERIODS:
        end = count * period
        sizes |= {end - period // 2, end - 1, end, end + 1}
    sizes |= {count * period for count in _BEYOND}
    return sorted(size for size in sizes if size > 0)
