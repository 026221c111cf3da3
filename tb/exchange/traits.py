# SPDX-License-Identifier: Apache-2.0
"""Traits: what a device does otherwise by design, as data that stimulus, model and checks ask for."""

from math import gcd, lcm
from typing import Annotated, Literal

from msgspec import Meta, Struct

from models.chains import NanRule
from models.formats import Format, Formats, per_operand
from tb.exchange.job import Job
from tb.exchange.names import MAX_SIZE
from tb.schema import Where

MAX_LATE = 64
"""Most cycles by which busy_o or an event may be off: beyond it nothing would be checked any more."""

Count = Annotated[int, Meta(ge=1, le=MAX_SIZE)]
Dimension = Annotated[int, Meta(ge=0, le=MAX_SIZE)]
Alignment = Annotated[int, Meta(ge=1, le=4096)]
Bits = Annotated[int, Meta(ge=0, le=0xFFFF)]
Cycles = Annotated[int, Meta(ge=0, le=MAX_LATE)]
Bytes = Annotated[int, Meta(ge=0, le=1 << 16)]


class Size(Struct, frozen=True, forbid_unknown_fields=True):
    """Values that one of M, N and K can have.

    Attributes:
        least: smallest one; above 0 no job is empty
        most: largest one
        multiple: divisor of all of them
    """

    least: Dimension = 0
    most: Dimension = MAX_SIZE
    multiple: Count = 1

    def __post_init__(self) -> None:
        if self.most < -(-self.least // self.multiple) * self.multiple:
            raise Where("most").error(
                f"no multiple of {self.multiple} lies in {self.least}..{self.most}; correct one of them"
            )

    def refuses(self, value: int) -> str | None:
        """Return what a size would have to be, in words; None for one that the device can do."""
        if not self.least <= value <= self.most:
            return f"at least {self.least}" if value < self.least else f"at most {self.most}"
        return None if value % self.multiple == 0 else f"a multiple of {self.multiple}"

    def near(self, value: int, multiple: int, lo: int, hi: int) -> int:
        """Return a size within lo..hi that the device can do, not far from another one.

        Args:
            value: The other one, which is returned where there is none.
            multiple: Divisor of the size, besides its own.
            lo: Smallest size that is wanted.
            hi: Largest size that is wanted.
        """
        step = lcm(self.multiple, multiple)
        least = -(-max(lo, self.least) // step) * step
        rounded = max(min(value, self.most) // step * step, least)
        return rounded if rounded <= min(hi, self.most) else value


class Operand(Struct, frozen=True, forbid_unknown_fields=True):
    """Place of an operand, and reads of it.

    Attributes:
        alignment: power of two that its address is a multiple of
        row_alignment: bytes that the length of a row is a multiple of
        read_rows: it is read to a multiple of so many rows, beyond its last one
        read_columns: it is read to a multiple of so many columns, beyond the end of its last row
    """

    alignment: Alignment = 1
    row_alignment: Alignment = 1
    read_rows: Count = 1
    read_columns: Count = 1

    def __post_init__(self) -> None:
        if self.alignment & (self.alignment - 1):
            raise Where("alignment").error(f"{self.alignment} is no power of two; use 1, 2, 4, ..")


class Result(Operand, frozen=True, forbid_unknown_fields=True):
    """Place of Y and Z, reads of Y, and writes of Z.

    Attributes:
        written_rows: Z is written to a multiple of so many rows; bytes behind Z may have any value then
        written_columns: rows of Z are written to a multiple of so many columns; what Z itself holds in the
            end has to be right all the same, and bytes behind Z may have any value
    """

    written_rows: Count = 1
    written_columns: Count = 1


class PaddedSteps(Struct, frozen=True, forbid_unknown_fields=True):
    """Steps beyond N that show in the result.

    Attributes:
        n: the result is that of N rounded up to a multiple of this
        x: elements of X in these steps, as FP16 bits
        w: elements of W in these steps, as FP16 bits
    """

    n: Count = 1
    x: Bits = 0
    w: Bits = 0


class Busy(Struct, frozen=True, forbid_unknown_fields=True):
    """Freedom of busy_o beyond that of the contract (A4.3), in cycles.

    Attributes:
        rise_early: it may be high so many cycles before a trigger
        rise_late: it may be low so many cycles longer behind a trigger
        fall_early: it may be low so many cycles before the last event
        fall_late: it may be high so many cycles longer behind the last event; those in which a request
            waits do not count
    """

    rise_early: Cycles = 0
    rise_late: Cycles = 0
    fall_early: Cycles = 0
    fall_late: Cycles = 0


class Traits(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Deviations by design; the defaults are the contract.

    Attributes:
        m: rows of X and Z
        n: columns of X, rows of W
        k: columns of W and Z
        x: place of X, and reads of it
        w: place of W, and reads of it
        z: place of Y and Z, reads of Y, and writes of Z
        read_before: bytes before an operand that reads may begin at
        read_beyond: bytes beyond one access behind an operand that reads may end at
        read_enables: what byte enables of a read are: `"ones"`, or `"any"` where it reads whole words
            whatever they say
        write_answers: answers of the memory to writes that it can do with: `"never"`, `"always"`, `"random"`
        event_lead: cycles by which an event may come before the grant of the last write; those in which the
            write waits do not count
        busy: freedom of busy_o beyond that of the contract
        padding: steps beyond N that show in the result
        nan: what a NaN is in a result: `"canonical"`, or `"any"` NaN
        minmax_nan: what min and max give if one operand is a NaN: the other one (`"number"`), `"nan"`, the
            `"first"` or the `"second"` operand; op1 has X and W, op2 the result of op1 and the accumulator
        minmax_zeros: `"ordered"`: -0 is less than +0; `"any"`: min and max give either
        fp8_bytes: bytes from one FP8 element to the next; the element is in the first, and what the others
            hold has no meaning
    """

    m: Size = Size()
    n: Size = Size()
    k: Size = Size()
    x: Operand = Operand()
    w: Operand = Operand()
    z: Result = Result()
    read_before: Bytes = 3
    read_beyond: Bytes = 0
    read_enables: Literal["ones", "any"] = "ones"
    write_answers: Annotated[tuple[Literal["never", "always", "random"], ...], Meta(min_length=1)] = (
        "never",
        "always",
        "random",
    )
    event_lead: Cycles = 0
    busy: Busy = Busy()
    padding: PaddedSteps = PaddedSteps()
    nan: Literal["canonical", "any"] = "canonical"
    minmax_nan: NanRule = "number"
    minmax_zeros: Literal["ordered", "any"] = "ordered"
    fp8_bytes: Literal[1, 2] = 1

    def refuses(self, job: Job) -> str | None:
        """Return why the device cannot run a job, or None if it can."""
        if self is CONTRACT and job.fp8_bytes == 1:
            return None
        for name in "mnk":
            limits: Size = getattr(self, name)
            if (wanted := limits.refuses(getattr(job, name))) is not None:
                return f"{name.upper()} has to be {wanted}"
        if job.empty:
            return None
        if job.fp8_bytes != self.fp8_bytes and any(fmt.itemsize == 1 for fmt in job.formats):
            return f"FP8 elements have to be {self.fp8_bytes} bytes apart"
        for name, (rows, columns), fmt in zip("xwz", job.shapes, job.formats, strict=True):
            own: Operand = getattr(self, name)
            if not rows or not columns:
                continue
            if getattr(job, f"{name}_addr") % own.alignment:
                return f"the address of {name.upper()} has to be a multiple of {own.alignment}"
            if name == "z" and job.y_place % own.alignment:
                return f"the address of Y has to be a multiple of {own.alignment}"
            if columns * job.element_bytes(fmt) % own.row_alignment:
                return f"rows of {name.upper()} have to be a multiple of {own.row_alignment} bytes"
        return None

    def multiples(self, formats: tuple[Format, Format, Format]) -> tuple[int, int, int]:
        """Return divisors of M, N and K that the alignment of rows asks for, in given formats."""
        x, w, z = (
            own.row_alignment // gcd(own.row_alignment, self.fp8_bytes if fmt.itemsize == 1 else fmt.itemsize)
            for own, fmt in zip((self.x, self.w, self.z), formats, strict=True)
        )
        return 1, x, lcm(w, z)

    def fitted(self, sizes: tuple[int, int, int], formats: Formats) -> tuple[int, int, int]:
        """Return M, N and K of the device that are near to others, in given formats."""
        limits = (self.m, self.n, self.k), self.multiples(per_operand(formats))
        m, n, k = (
            own.near(size, multiple, min(size, 1), MAX_SIZE)
            for size, own, multiple in zip(sizes, *limits, strict=True)
        )
        return m, n, k

    def reads(self, job: Job) -> list[tuple[int, int]]:
        """Return the first byte and the bytes of each operand that a job reads, full tiles included."""
        spans = []
        firsts = (job.x_addr, job.w_addr, job.y_place)
        for own, first, shape, fmt in zip(
            (self.x, self.w, self.z), firsts, job.shapes, job.formats, strict=True
        ):
            spans.append((first, _extent(shape, job.element_bytes(fmt), own.read_rows, own.read_columns)))
        return [] if job.empty else spans if job.op.reads_y else spans[:2]

    def written(self, job: Job) -> int:
        """Return the bytes from the first one of Z that a job writes, full tiles included."""
        return self.extent(job.shapes[2], job.element_bytes(job.z_fmt))

    def extent(self, shape: tuple[int, int], size: int) -> int:
        """Return the bytes that writes of a Z of a shape reach, with elements of a size."""
        return _extent(shape, size, self.z.written_rows, self.z.written_columns)

    @property
    def waived_rules(self) -> tuple[str, ...]:
        """Names of rules of the wide port that do not hold (`tb.agents.tcdm.rules`)."""
        return ("READ_ENABLES",) if self.read_enables == "any" else ()


def _extent(shape: tuple[int, int], size: int, rows: int, columns: int) -> int:
    """Bytes from the first to the last of a dense matrix whose ends are moved to multiples.

    Args:
        shape: Rows and columns.
        size: Bytes from one element to the next.
        rows: The last row is moved to a multiple of this.
        columns: The end of the last row is moved to a multiple of this.
    """
    if not shape[0] or not shape[1]:
        return 0
    last, end = -(-shape[0] // rows) * rows - 1, -(-shape[1] // columns) * columns
    return (last * shape[1] + end) * size


CONTRACT = Traits()
"""No deviation."""
