# SPDX-License-Identifier: Apache-2.0
"""Mailbox of a program at the start of the TCDM: its task and answers; in C: ``sw/hal/mailbox.h``."""

import struct
from dataclasses import dataclass

from models.formats import Format
from models.ops import Op
from tb.errors import UserError

MAGIC = 0x52454D42
JOBS = 8
ANSWERS = 32
_HEAD = struct.Struct("<4I")
_JOB = struct.Struct("<8I")
_LARGEST = 2**16 - 1  # contract A5.1: 16 bits each
_ANSWERS = _HEAD.size + JOBS * _JOB.size
BYTES = _ANSWERS + 4 * ANSWERS


@dataclass(frozen=True, slots=True)
class MailboxJob:
    """A GEMM-Op as a program sees it: operation, format, sizes, byte addresses."""

    op: Op
    fmt: Format
    m: int
    n: int
    k: int
    x: int
    w: int
    z: int

    def operands(self) -> dict[str, tuple[int, int]]:
        """First byte and size of X, W and Z; sizes of a job without results are 0."""
        size = self.fmt.itemsize if self.m and self.k else 0
        return {
            "X": (self.x, self.m * self.n * size),
            "W": (self.w, self.n * self.k * size),
            "Z": (self.z, self.m * self.k * size),
        }


def pack(jobs: tuple[MailboxJob, ...], mode: int = 0, seed: int = 0) -> bytes:
    """Bytes of the mailbox, with empty answers.

    Raises:
        UserError: There are more jobs than it holds, or one is too large for the accelerator.
    """
    if len(jobs) > JOBS:
        raise UserError(f"{len(jobs)} jobs for a program: its mailbox holds {JOBS}; run it several times")
    for number, job in enumerate(jobs):
        for name, size in (("M", job.m), ("N", job.n), ("K", job.k)):
            if not 0 <= size <= _LARGEST:
                raise UserError(f"{name} of job {number} is {size}: the accelerator takes 0 to {_LARGEST}")
    packed = b"".join(_JOB.pack(job.op, job.fmt, job.m, job.n, job.k, job.x, job.w, job.z) for job in jobs)
    return (_HEAD.pack(MAGIC, mode, len(jobs), seed) + packed).ljust(BYTES, b"\0")


def answers(tcdm: bytes) -> tuple[int, ...]:
    """Read the program's answers from the bytes of the TCDM."""
    return struct.unpack_from(f"<{ANSWERS}I", tcdm, _ANSWERS)
