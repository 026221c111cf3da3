# SPDX-License-Identifier: Apache-2.0
"""Accesses, findings and states of the reference model of the register file (`tb.registers.model`)."""

from dataclasses import dataclass
from typing import NamedTuple

AccessTrace = tuple[int, int, int, int, int, int | None]
"""An access with the state it met: decoded address, 1 for a read, byte enables, access id; jobs queued or
running, access id that held the lock or None. A plain tuple: there are eight for every job."""


class ObservedAccess(NamedTuple):
    """A granted access with its response; a named tuple, because there are eight for every job."""

    cycle: int  # edge of the grant
    address: int  # 32 bits
    write: bool
    data: int  # write data
    be: int  # byte enables of a write
    id: int  # access id as driven, valid or not
    r_data: int | None  # read data; None if no response came


@dataclass(frozen=True, slots=True)
class RegisterFinding:
    """A register access or an event that the contract does not allow."""

    cycle: int  # edge of the grant, or of the event
    text: str  # seen and expected behaviour, for people

    def __str__(self) -> str:
        """The finding on one line."""
        return f"edge {self.cycle}: {self.text}"


class QueuedJob(NamedTuple):
    """A job queued or running."""

    id: int  # job id, as ACQUIRE gave it
    core_id: int  # access id of the trigger: who gets the event
    context: int  # 0, 1 and so on, in turn from the first trigger after reset or clear
    triggered: int  # edge of the trigger's grant


class PlainState(NamedTuple):
    """State of a register file with no job queued or running, where the contract leaves one alone."""

    values: dict[str, int]  # of the job registers, by name
    holder: int | None
    held_id: int
    next_id: int
    next_context: int
    finished: int
    shown_before: int
    turn_since: int
