# SPDX-License-Identifier: Apache-2.0
"""Jobs, memory windows and scenarios: what is to be done, never how. All JSON round trips are exact."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from models.formats import Bits, Format, Formats, per_operand
from models.ops import Op
from tb.schema import Field, Raw, Where, check
from tb.stimulus.abort import Abort
from tb.stimulus.arrays import stored_bytes, to_bits
from tb.stimulus.job_fields import (
    ADDRESS_SPACE,
    JOB_FIELDS,
    MAX_CORES,
    MAX_SIZE,
    OPERAND_CLASSES,
    Data,
    format_name,
    plain_formats,
)
from tb.stimulus.placement import DEFAULT_BASE, lay_out
from tb.stimulus.stalls import NO_STALL, StallSpec
from tb.stimulus.window import Range, Window

__all__ = ["Data", "GemmJob", "Job", "Range", "Scenario", "Window"]


@dataclass(frozen=True, slots=True)
class Job:
    """One trigger of the accelerator (contract A5.2).

    Attributes:
        op: the operation.
        m: rows of X, Y and Z; like `n` and `k` 0..65535.
        n: columns of X, rows of W.
        k: columns of W, Y and Z.
        x_addr: byte address of X; like `w_addr` and `z_addr` any 32-bit value.
        w_addr: byte address of W.
        z_addr: byte address of Y and Z.
        fmt: element format of all matrices, or those of X, of W, and of Y and Z; kept as one where all are
            equal. `formats` has one for each operand.
        core: who programs the job and is told of its end, 0..7.
        classes: operand classes of X, W and Y, from which data is generated.
        data_seed: seed of the generated data.
        data: explicit bytes of X, W and Y as they lie in memory; None for a generated operand.

    Raises:
        ValueError: a value is out of range, or explicit data has the wrong length.
    """

    op: Op
    m: int
    n: int
    k: int
    x_addr: int
    w_addr: int
    z_addr: int
    fmt: Formats = Format.FP16
    core: int = 0
    classes: tuple[str, str, str] = ("normal", "normal", "normal")
    data_seed: int = 0
    data: Data | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.m <= MAX_SIZE and 0 <= self.n <= MAX_SIZE and 0 <= self.k <= MAX_SIZE):
            raise ValueError(f"job size M={self.m} N={self.n} K={self.k} is out of range 0..{MAX_SIZE}")
        for name in ("x_addr", "w_addr", "z_addr"):
            if not 0 <= getattr(self, name) < ADDRESS_SPACE:
                raise ValueError(f"job {name}={getattr(self, name):#x} is not a 32-bit address")
        if not 0 <= self.core < MAX_CORES:
            raise ValueError(f"job core {self.core} is out of range 0..{MAX_CORES - 1}")
        for name, known in zip("XWY", self.classes, strict=True):
            if known not in OPERAND_CLASSES:
                raise ValueError(f"operand class {known!r} of {name} is unknown; use {OPERAND_CLASSES}")
        if self.data is not None:
            self._check_data(self.data)
        # Equal jobs compare equal, however their format was written.
        if isinstance(self.fmt, tuple):
            object.__setattr__(self, "fmt", plain_formats(self.fmt))

    def _check_data(self, data: Data) -> None:
        for name, (rows, cols), fmt, content in zip("XWY", self.shapes, self.formats, data, strict=True):
            if content is not None and len(content) != rows * cols * fmt.itemsize:
                raise ValueError(
                    f"job data of {name} has {len(content)} bytes, but {rows} x {cols} elements of "
                    f"{fmt.name} take {rows * cols * fmt.itemsize}"
                )

    @property
    def formats(self) -> tuple[Format, Format, Format]:
        """Formats of X, of W, and of Y and Z."""
        return per_operand(self.fmt)

    @property
    def x_fmt(self) -> Format:
        """Format of X."""
        return self.formats[0]

    @property
    def w_fmt(self) -> Format:
        """Format of W."""
        return self.formats[1]

    @property
    def z_fmt(self) -> Format:
        """Format of Y and Z."""
        return self.formats[2]

    @property
    def mixed(self) -> bool:
        """Not all operands have the same format."""
        return isinstance(self.fmt, tuple)

    @property
    def format_name(self) -> str:
        """The format for people and reports: ``FP16``, or of X, W and Y/Z ``E4M3/FP16/FP16``."""
        return format_name(self.fmt)

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """(rows, columns) of X, W and Y; Z has the shape of Y."""
        return (self.m, self.n), (self.n, self.k), (self.m, self.k)

    @property
    def empty(self) -> bool:
        """M or K is 0: the job takes its turn but touches no memory (contract A6.7)."""
        return self.m == 0 or self.k == 0

    @property
    def macs(self) -> int:
        """Number of steps: M * N * K."""
        return self.m * self.n * self.k

    @property
    def x_range(self) -> Range:
        """The bytes of X the job needs; none when the job is empty or N is 0."""
        return self.x_addr, 0 if self.empty else self.m * self.n * self.x_fmt.itemsize

    @property
    def w_range(self) -> Range:
        """The bytes of W the job needs; none when the job is empty or N is 0."""
        return self.w_addr, 0 if self.empty else self.n * self.k * self.w_fmt.itemsize

    @property
    def z_range(self) -> Range:
        """The bytes of Y and Z; none when the job is empty."""
        return self.z_addr, self.m * self.k * self.z_fmt.itemsize

    def to_json(self) -> dict[str, Any]:
        """The job as a dictionary of JSON values; explicit data as base64."""
        data = None
        if self.data is not None:
            data = [None if d is None else base64.b64encode(d).decode() for d in self.data]
        return {
            "op": self.op.name,
            "format": self.format_name,
            "m": self.m,
            "n": self.n,
            "k": self.k,
            "x_addr": self.x_addr,
            "w_addr": self.w_addr,
            "z_addr": self.z_addr,
            "core": self.core,
            "classes": list(self.classes),
            "data_seed": self.data_seed,
            "data": data,
        }

    @classmethod
    def from_json(cls, data: Raw, where: Where) -> Job:
        """Reads what `to_json` wrote.

        Args:
            data: the parsed JSON.
            where: its place, for messages.

        Raises:
            SchemaError: it is no job.
        """
        table = check(data, JOB_FIELDS, where)
        table["fmt"] = table.pop("format")
        try:
            return cls(**table)
        except ValueError as error:
            raise where.error(str(error)) from None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One to a few jobs that share a window and a stall pattern; job i+1 is programmed while job i runs.

    Attributes:
        index: place in its stream.
        jobs: in the order of their triggers.
        window: the memory; it holds all operands.
        stall: behaviour of the memory.
        poison_seed: chooses the content of all bytes outside the operands.
        abort: how the first of two jobs, which share no memory, is cut short; None lets it end.

    Raises:
        ValueError: no job, an operand outside the window, or an abort without exactly two jobs.
    """

    index: int
    jobs: tuple[Job, ...]
    window: Window
    stall: StallSpec = NO_STALL
    poison_seed: int = 0
    abort: Abort | None = None

    def __post_init__(self) -> None:
        if not self.jobs:
            raise ValueError("a scenario needs at least one job")
        if self.abort is not None and len(self.jobs) != 2:
            raise ValueError(f"an abort needs two jobs, the one it cuts and the next, not {len(self.jobs)}")
        for position, job in enumerate(self.jobs):
            for name, span in zip("XWZ", (job.x_range, job.w_range, job.z_range), strict=True):
                if not self.window.contains(span):
                    raise ValueError(
                        f"{name} of job {position} ({span[1]} bytes at {span[0]:#x}) lies outside the window "
                        f"{self.window.base:#x}..{self.window.end - 1:#x}"
                    )

    def to_json(self) -> dict[str, Any]:
        """The scenario as a dictionary of JSON values."""
        return {
            "index": self.index,
            "jobs": [job.to_json() for job in self.jobs],
            "window": self.window.to_json(),
            "stall": self.stall.to_json(),
            "poison_seed": self.poison_seed,
            **({} if self.abort is None else {"abort": self.abort.to_json()}),
        }

    @classmethod
    def from_json(cls, data: Raw, where: Where) -> Scenario:
        """Reads what `to_json` wrote; raises `SchemaError` naming `where` if it is no scenario."""
        table = check(data, _SCENARIO_FIELDS, where)
        try:
            return cls(
                index=table["index"],
                jobs=tuple(table["jobs"]),
                window=table["window"],
                stall=table["stall"],
                poison_seed=table["poison_seed"],
                abort=table["abort"],
            )
        except ValueError as error:
            raise where.error(str(error)) from None


_SCENARIO_FIELDS: Mapping[str, Field] = {
    "index": Field("index in its stream", int, required=True),
    "jobs": Field("jobs", list, required=True, lo=1, items=Field("a job", dict, parse=Job.from_json)),
    "window": Field("memory window", dict, required=True, parse=Window.from_json),
    "stall": Field("stalls", dict, default=NO_STALL, parse=StallSpec.from_json),
    "poison_seed": Field("seed of the poison", int, default=0),
    "abort": Field("how the first job is cut short", object, default=None, parse=Abort.from_json),
}


@dataclass(frozen=True, eq=False)
class GemmJob:
    """A directed job from arrays: shapes give M, N and K, contents the bytes in memory.

    Arrays are matrices (or nested lists) of floats, rounded to nearest even into FP16 and then narrowed as
    the device does, or of their format's bits: uint16, or uint8 for FP8.

    Attributes:
        x: M x N.
        w: N x K.
        y: M x K; needed by every operation but MATMUL, which leaves it unread in place of Z.
        op: the operation.
        fmt: element format, or those of X, of W, and of Y and Z.
        stall: behaviour of the memory.
        core: who programs the job.
        misalign: bytes added to the 4-byte aligned addresses of X, W and Z.
        base: address of the window.

    Raises:
        ValueError: shapes that do not fit each other, contents that are no such matrix, or a missing Y.
    """

    x: ArrayLike
    w: ArrayLike
    y: ArrayLike | None = None
    op: Op = Op.GEMM
    fmt: Formats = Format.FP16
    stall: StallSpec = NO_STALL
    core: int = 0
    misalign: tuple[int, int, int] = (0, 0, 0)
    base: int = DEFAULT_BASE

    def __post_init__(self) -> None:
        if self.y is None and self.op.reads_y:
            raise ValueError(f"{self.op.name} reads Y: pass y=, or op=Op.MATMUL for a product without it")
        self.scenario()  # whatever does not fit fails where the job is written, not where it is run

    def bits(self) -> tuple[Bits, Bits, Bits | None]:
        """X, W and Y as bits of their formats."""
        x_fmt, w_fmt, z_fmt = per_operand(self.fmt)
        x = to_bits(self.x, "x", x_fmt)
        w = to_bits(self.w, "w", w_fmt)
        y = None if self.y is None else to_bits(self.y, "y", z_fmt)
        if x.shape[1] != w.shape[0]:
            raise ValueError(f"x has {x.shape[1]} columns but w has {w.shape[0]} rows; both are N")
        if y is not None and y.shape != (x.shape[0], w.shape[1]):
            raise ValueError(
                f"y is {y.shape[0]} x {y.shape[1]}, but x and w make Z {x.shape[0]} x {w.shape[1]}"
            )
        return x, w, y

    def scenario(self, index: int = 0) -> Scenario:
        """Lays X, W and Z out in a window and returns the scenario of this one job, with explicit data."""
        x, w, y = self.bits()
        z_bytes = x.shape[0] * w.shape[1] * per_operand(self.fmt)[2].itemsize
        window, (x_addr, w_addr, z_addr) = lay_out((x.nbytes, w.nbytes, z_bytes), self.misalign, self.base)
        contents = (stored_bytes(x), stored_bytes(w), None if y is None else stored_bytes(y))
        job = Job(
            op=self.op,
            m=x.shape[0],
            n=x.shape[1],
            k=w.shape[1],
            x_addr=x_addr,
            w_addr=w_addr,
            z_addr=z_addr,
            fmt=self.fmt,
            core=self.core,
            data=contents,
        )
        return Scenario(index, (job,), window, self.stall, index)
