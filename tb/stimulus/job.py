# SPDX-License-Identifier: Apache-2.0
"""Jobs, memory windows and scenarios: what is to be done, never how. All JSON round trips are exact."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.formats import Format
from models.ops import Op
from tb.schema import Field, Raw, Where, check, choice
from tb.stimulus.stalls import NO_STALL, StallSpec

ADDRESS_SPACE = 2**32
MAX_SIZE = 65535
MAX_CORES = 8
OPERAND_CLASSES = (
    "normal",
    "wide",
    "subnormal",
    "special",
    "signed_zero",
    "ties",
    "cancellation",
    "raw",
)

Range = tuple[int, int]
"""First byte address and number of bytes."""
Data = tuple[bytes | None, bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Job:
    """One trigger of the accelerator (section 5).

    Attributes:
        op: the operation.
        m: rows of X, Y and Z; like `n` and `k` 0..65535.
        n: columns of X, rows of W.
        k: columns of W, Y and Z.
        x_addr: byte address of X; like `w_addr` and `z_addr` any 32-bit value.
        w_addr: byte address of W.
        z_addr: byte address of Y and Z.
        fmt: element format of all matrices.
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
    fmt: Format = Format.FP16
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

    def _check_data(self, data: Data) -> None:
        for name, (rows, cols), content in zip("XWY", self.shapes, data, strict=True):
            if content is not None and len(content) != rows * cols * self.fmt.itemsize:
                raise ValueError(
                    f"job data of {name} has {len(content)} bytes, but {rows} x {cols} elements of "
                    f"{self.fmt.name} take {rows * cols * self.fmt.itemsize}"
                )

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """(rows, columns) of X, W and Y; Z has the shape of Y."""
        return (self.m, self.n), (self.n, self.k), (self.m, self.k)

    @property
    def empty(self) -> bool:
        """M or K is 0: the job takes its turn but touches no memory (section 6)."""
        return self.m == 0 or self.k == 0

    @property
    def macs(self) -> int:
        """Number of steps: M * N * K."""
        return self.m * self.n * self.k

    @property
    def x_range(self) -> Range:
        """The bytes of X the job needs; none when the job is empty or N is 0."""
        return self.x_addr, 0 if self.empty else self.m * self.n * self.fmt.itemsize

    @property
    def w_range(self) -> Range:
        """The bytes of W the job needs; none when the job is empty or N is 0."""
        return self.w_addr, 0 if self.empty else self.n * self.k * self.fmt.itemsize

    @property
    def z_range(self) -> Range:
        """The bytes of Y and Z; none when the job is empty."""
        return self.z_addr, self.m * self.k * self.fmt.itemsize

    def to_json(self) -> dict[str, Any]:
        """The job as a dictionary of JSON values; explicit data as base64."""
        data = None
        if self.data is not None:
            data = [None if d is None else base64.b64encode(d).decode() for d in self.data]
        return {
            "op": self.op.name,
            "format": self.fmt.name,
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
        table = check(data, _JOB_FIELDS, where)
        table["fmt"] = table.pop("format")
        try:
            return cls(**table)
        except ValueError as error:
            raise where.error(str(error)) from None


@dataclass(frozen=True, slots=True)
class Window:
    """The memory of a scenario: `size` bytes from address `base`; it ends at 2**32 at the latest."""

    base: int
    size: int

    def __post_init__(self) -> None:
        if self.base < 0 or self.base % 4 or self.size <= 0 or self.size % 4:
            raise ValueError(
                f"window base {self.base:#x} and size {self.size:#x} must be multiples of 4, the size not 0"
            )
        if self.base + self.size > ADDRESS_SPACE:
            raise ValueError(f"window {self.base:#x} + {self.size:#x} passes the end of the address space")

    @property
    def end(self) -> int:
        """The address after the last byte, up to 2**32."""
        return self.base + self.size

    def contains(self, span: Range) -> bool:
        """Whether all bytes of `span` (address, length) lie in the window; true for no bytes."""
        return span[1] == 0 or (self.base <= span[0] and span[0] + span[1] <= self.end)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One to a few jobs that share a window and a stall pattern; job i+1 is programmed while job i runs.

    Attributes:
        index: place in its stream.
        jobs: in the order of their triggers.
        window: the memory; it holds all operands.
        stall: behaviour of the memory.
        poison_seed: chooses the content of all bytes outside the operands.

    Raises:
        ValueError: no job, or an operand outside the window.
    """

    index: int
    jobs: tuple[Job, ...]
    window: Window
    stall: StallSpec = NO_STALL
    poison_seed: int = 0

    def __post_init__(self) -> None:
        if not self.jobs:
            raise ValueError("a scenario needs at least one job")
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
            "window": {"base": self.window.base, "size": self.window.size},
            "stall": self.stall.to_json(),
            "poison_seed": self.poison_seed,
        }

    @classmethod
    def from_json(cls, data: Raw, where: Where) -> Scenario:
        """Reads what `to_json` wrote; raises `SchemaError` naming `where` if it is no scenario."""
        table = check(data, _SCENARIO_FIELDS, where)
        try:
            return cls(
                index=table["index"],
                jobs=tuple(table["jobs"]),
                window=Window(**table["window"]),
                stall=table["stall"],
                poison_seed=table["poison_seed"],
            )
        except ValueError as error:
            raise where.error(str(error)) from None


def _op(value: str, where: Where) -> Op:
    return Op[choice(value, Op.__members__, "operation", where)]


def _format(value: str, where: Where) -> Format:
    return Format[choice(value, Format.__members__, "format", where)]


def _blob(value: str | None, where: Where) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise where.error("expected base64 text or null")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise where.error(f"malformed base64: {error}") from None


def _data(value: object, where: Where) -> Data | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        raise where.error("expected null or a list of three: the bytes of X, W and Y")
    x, w, y = (_blob(item, where.item(i)) for i, item in enumerate(value))
    return x, w, y


_CLASS = Field("operand class", str, choices=OPERAND_CLASSES)
_JOB_FIELDS: Mapping[str, Field] = {
    "op": Field("operation", str, required=True, parse=_op),
    "format": Field("element format", str, default=Format.FP16, parse=_format),
    **{key: Field(f"size {key.upper()}", int, required=True, lo=0, hi=MAX_SIZE) for key in "mnk"},
    **{
        key: Field("byte address", int, required=True, lo=0, hi=ADDRESS_SPACE - 1)
        for key in ("x_addr", "w_addr", "z_addr")
    },
    "core": Field("core", int, default=0, lo=0, hi=MAX_CORES - 1),
    "classes": Field(
        "operand classes of X, W and Y",
        list,
        default=("normal", "normal", "normal"),
        lo=3,
        hi=3,
        items=_CLASS,
        parse=lambda value, _: tuple(value),
    ),
    "data_seed": Field("seed of generated data", int, default=0),
    "data": Field("explicit data", object, default=None, parse=_data),
}
_WINDOW_FIELDS: Mapping[str, Field] = {
    "base": Field("first address", int, required=True),
    "size": Field("number of bytes", int, required=True),
}
_SCENARIO_FIELDS: Mapping[str, Field] = {
    "index": Field("index in its stream", int, required=True),
    "jobs": Field("jobs", list, required=True, lo=1, items=Field("a job", dict, parse=Job.from_json)),
    "window": Field("memory window", dict, required=True, fields=_WINDOW_FIELDS),
    "stall": Field("stalls", dict, default=NO_STALL, parse=StallSpec.from_json),
    "poison_seed": Field("seed of the poison", int, default=0),
}
