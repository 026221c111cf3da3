# SPDX-License-Identifier: Apache-2.0
"""Outcomes of faults, as the loop in `loop/injector.h` writes it."""

from enum import IntEnum, IntFlag

import numpy as np


class FaultOutcome(IntEnum):
    """The class of a fault; the first that fits, in the order of `SEVERITY`."""

    MASKED = 0
    WRONG_RESULT = 1
    WRONG_ACCESS = 2
    WRONG_ANSWER = 3
    LATE = 4
    HANG = 5
    LATENT = 6
    REPORTED = 7

    @property
    def words(self) -> str:
        """The name in tables."""
        return self.name.lower().replace("_", " ")


MEANING = {
    FaultOutcome.MASKED: "same events, result and answers as without the fault, and the job after it too",
    FaultOutcome.WRONG_RESULT: "elements of Z are wrong, and nothing says so",
    FaultOutcome.WRONG_ACCESS: "bytes were written that belong to no Z, or read that belong to no operand",
    FaultOutcome.WRONG_ANSWER: "Z is right; an event or the answer of a register access is not",
    FaultOutcome.LATE: "all is right but the cycle of the event",
    FaultOutcome.HANG: "the event never comes, or the device stays busy behind it",
    FaultOutcome.LATENT: "all is right, but the next job is not",
    FaultOutcome.REPORTED: "the second event line told it, in this job or the next; no stray write",
}
"""Each class in a sentence."""


class FaultFlag(IntFlag):
    """Signs of a fault beside its class."""

    STRAY_WRITE = 1
    STRAY_READ = 2
    EVENT = 4
    ANSWER = 8
    CLEARED = 16  # after a hang, a soft clear was enough for the next job
    RESET = 32  # only a reset was
    TOLD = 64  # by the second event line, in the run or in the job behind it


FAULT = np.dtype(
    [
        ("outcome", np.uint8),  # of `FaultOutcome`
        ("flags", np.uint8),  # of `FaultFlag`
        ("elements", np.uint16),  # wrong elements of Z
        ("bits", np.uint16),  # bits in which they differ
        ("delay", np.int16),  # cycles by which the last event came later
        ("error", np.float32),  # the largest relative error; infinite where a number became none
    ]
)
"""A fault in the loop's answer: 12 bytes, little endian."""
