# SPDX-License-Identifier: Apache-2.0
"""Jobs: one trigger of the accelerator each."""

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct, field, structs, to_builtins

from models.formats import Format, Formats, per_operand
from models.ops import Op
from tb.exchange.names import (
    ADDRESS_SPACE,
    MAX_CORES,
    MAX_SIZE,
    OPERAND_CLASSES,
    format_name,
    parse_formats,
    parse_op,
    plain_formats,
)
from tb.schema import Where

if TYPE_CHECKING:
    OpField = Op
    FormatsField = Formats
else:
    # Files name operations and formats; a job holds the members.
    OpField = Op | str
    FormatsField = Format | str | tuple[Format, Format, Format]

Data = tuple[bytes | None, bytes | None, bytes | None]
"""Explicit bytes of X, W and Y."""

Range = tuple[int, int]
"""First byte address and number of bytes."""


def overlap(a: Range, b: Range) -> bool:
    """Returns whether two ranges have a byte in common."""
    return a[1] > 0 and b[1] > 0 and a[0] < b[0] + b[1] and b[0] < a[0] + a[1]


Size = Annotated[int, Meta(ge=0, le=MAX_SIZE)]
Address = Annotated[int, Meta(ge=0, lt=ADDRESS_SPACE)]


class Job(Struct, frozen=True, forbid_unknown_fields=True, gc=False, cache_hash=True):
    """One trigger of the accelerator (contract A5.2).

    Raises:
        ValueError: A value is out of range, or explicit data has the wrong length.
    """

    op: OpField
    m: Size  # rows of X, Y and Z; like `n` and `k` 0..65535
    n: Size  # columns of X, rows of W
    k: Size  # columns of W, Y and Z
    x_addr: Address  # byte address of X; like `w_addr` and `z_addr` any 32-bit value
    w_addr: Address  # byte address of W
    z_addr: Address  # byte address of Y and Z
    # Element format of all matrices, or those of X, of W, and of Y and Z; kept as one where all are equal.
    # `formats` has one for each operand.
    fmt: FormatsField = field(name="format", default=Format.FP16)
    core: int = 0  # core that programs the job and is told of its end, 0..7
    # Operand classes of X, W and Y, from which data is generated.
    classes: tuple[str, str, str] = ("normal", "normal", "normal")
    data_seed: int = 0  # seed of the generated data
    # Explicit bytes of X, W and Y as they lie in memory; None for a generated operand.
    data: Data | None = None
    # Bytes from one FP8 element to the next; explicit data is dense all the same.
    fp8_bytes: Annotated[int, Meta(ge=1, le=2)] = 1
    # Byte address of Y on a device that has a pointer for it; None where Y is at Z (contract A1.1).
    y_addr: Address | None = None
    # Rows work in pairs whose results are compared (contract A9.1).
    fault_tolerant: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.op, str):
            structs.force_setattr(self, "op", parse_op(self.op, Where("op")))
        if isinstance(self.fmt, str):
            structs.force_setattr(self, "fmt", parse_formats(self.fmt, Where("format")))
        elif isinstance(self.fmt, tuple):
            # Equal jobs compare equal, however their format was written.
            structs.force_setattr(self, "fmt", plain_formats(self.fmt))
        if not (0 <= self.m <= MAX_SIZE and 0 <= self.n <= MAX_SIZE and 0 <= self.k <= MAX_SIZE):
            raise ValueError(f"job size M={self.m} N={self.n} K={self.k} is out of range 0..{MAX_SIZE}")
        if self.y_addr == self.z_addr:
            structs.force_setattr(self, "y_addr", None)
        for name in ("x_addr", "w_addr", "z_addr", "y_addr"):
            if not 0 <= (getattr(self, name) or 0) < ADDRESS_SPACE:
                raise ValueError(f"job {name}={getattr(self, name):#x} is not a 32-bit address")
        if not 0 <= self.core < MAX_CORES:
            raise ValueError(f"job core {self.core} is out of range 0..{MAX_CORES - 1}")
        for name, known in zip("XWY", self.classes, strict=True):
            if known not in OPERAND_CLASSES:
                raise ValueError(f"operand class {known!r} of {name} is unknown; use {OPERAND_CLASSES}")
        if self.data is not None:
            self._check_data(self.data)

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

    def element_bytes(self, fmt: Format) -> int:
        """Return the bytes from one element of a format to the next."""
        return fmt.itemsize * self.spread(fmt)

    def spread(self, fmt: Format) -> int:
        """Return how many times its size an element of a format takes."""
        return self.fp8_bytes if fmt.itemsize == 1 else 1

    @property
    def mixed(self) -> bool:
        """Not all operands have the same format."""
        return isinstance(self.fmt, tuple)

    @property
    def format_name(self) -> str:
        """Name of the format for people and reports: ``FP16``, or of X, W and Y/Z ``E4M3/FP16/FP16``."""
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
        """Bytes of X that the job needs; none when the job is empty or N is 0."""
        return self.x_addr, 0 if self.empty else self.m * self.n * self.element_bytes(self.x_fmt)

    @property
    def w_range(self) -> Range:
        """Bytes of W that the job needs; none when the job is empty or N is 0."""
        return self.w_addr, 0 if self.empty else self.n * self.k * self.element_bytes(self.w_fmt)

    @property
    def z_range(self) -> Range:
        """Bytes of Z; none when the job is empty."""
        return self.z_addr, self.m * self.k * self.element_bytes(self.z_fmt)

    @property
    def y_place(self) -> int:
        """Byte address of Y."""
        return self.z_addr if self.y_addr is None else self.y_addr

    @property
    def y_range(self) -> Range:
        """Bytes of Y; none when the job is empty."""
        return self.y_place, self.z_range[1]

    def touches(self, operand: str) -> bool:
        """Returns whether the job reads X, W or Y, or writes Z."""
        if operand in "XW":
            return not self.empty and self.n > 0
        return not self.empty and (operand == "Z" or self.op.reads_y)

    def to_json(self) -> dict[str, Any]:
        """Returns the job as JSON values: names of operation and format, explicit data as base64."""
        values: dict[str, Any] = to_builtins(self)
        if self.fp8_bytes == 1:
            del values["fp8_bytes"]
        if self.y_addr is None:
            del values["y_addr"]
        if not self.fault_tolerant:
            del values["fault_tolerant"]
        return values | {"op": self.op.name, "format": self.format_name}
