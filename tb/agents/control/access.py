# SPDX-License-Identifier: Apache-2.0
"""Accesses of the register port and their responses, as plain values."""

from collections.abc import Sequence
from typing import NamedTuple

ALL_BYTES = 0xF
"""Byte enables of a whole word."""


class Access(NamedTuple):
    """One access of the register port (contract A4.10, A4.11).

    A named tuple, because a few are made for every job and creation is what they cost.
    """

    address: int  # byte address, 32 bits
    write: bool = False
    data: int = 0  # write data, 32 bits
    be: int = ALL_BYTES  # byte enables; bit 0 is for bits [7:0]
    id: int = 1  # one-hot id of the accessing core, 8 bits
    idle: int = 0  # cycles with the request low before it

    def __str__(self) -> str:
        """The access for people, as in error messages."""
        what = f"write 0x{self.data:08X} be={self.be:04b} to" if self.write else "read of"
        return f"{what} 0x{self.address:02X} with id 0x{self.id:02X}"


class Response(NamedTuple):
    """Response to one access."""

    data: int  # read data, 32 bits; 0 for a write, whose data means nothing
    waited: int  # cycles the request waited for its grant


class Burst(NamedTuple):
    """Accesses that belong together; the first one comes after the last response of the burst before."""

    accesses: Sequence[Access]
    after_ends: int = 0  # ends of jobs, since the logs were last cleared, that have to come before it
    # As `tb.agents.control.player` hands it over at its place in its list, if that was made already.
    played: bytes = b""


def core_id(core: int) -> int:
    """One-hot id of a core.

    Raises:
        ValueError: The core is not in 0..7.
    """
    if not 0 <= core < 8:
        raise ValueError(f"core {core} has no id: cores are 0 to 7")
    return 1 << core


def read(address: int, core: int = 0, idle: int = 0) -> Access:
    """A read by a core."""
    return Access(address, id=core_id(core), idle=idle)


def write(address: int, data: int, core: int = 0, be: int = ALL_BYTES, idle: int = 0) -> Access:
    """A write by a core."""
    return Access(address, True, data, be, core_id(core), idle)
