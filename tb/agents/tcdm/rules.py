# SPDX-License-Identifier: Apache-2.0
"""Rules of the wide port, numbered as in `tb/sv/rules_pkg.sv` (a test compares them)."""

from enum import IntEnum


class TcdmRule(IntEnum):
    """Rules of the wide port (contract A4 and A6)."""

    RQ3_STABLE = 1
    RQ4_RETRACTED = 2
    ALIGNMENT = 3
    READ_ENABLES = 4
    OVER_READ = 5
    STRAY_WRITE = 6
    RESPONSE_MISSING = 7
    REQ_IN_RESET = 8
    EVENT_LINE = 9
    RESPONSE_STRAY = 10


DESCRIPTIONS: dict[int, str] = {
    TcdmRule.RQ3_STABLE: "RQ-3: a waiting request holds its address, direction, byte enables and data",
    TcdmRule.RQ4_RETRACTED: "RQ-4: a raised request stays until granted",
    TcdmRule.ALIGNMENT: "addresses are multiples of 4",
    TcdmRule.READ_ENABLES: "byte enables of a read are all ones",
    TcdmRule.OVER_READ: "reads stay within the operands, 3 bytes before or an access behind (contract A6.6)",
    TcdmRule.STRAY_WRITE: "writes touch bytes of Z alone",
    TcdmRule.RESPONSE_MISSING: "the memory answers each read one cycle after its grant",
    TcdmRule.REQ_IN_RESET: "reset drops the request at once",
    TcdmRule.EVENT_LINE: "evt_o[core][1] stays 0",
    TcdmRule.RESPONSE_STRAY: "the memory answers in no other cycle, but after a write",
}
"""Statements that must hold."""
