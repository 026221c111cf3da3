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
    TcdmRule.RQ3_STABLE: "RQ-3: address, direction, byte enables or data changed while the request waited",
    TcdmRule.RQ4_RETRACTED: "RQ-4: a request was retracted before its grant",
    TcdmRule.ALIGNMENT: "tcdm_add_o is not a multiple of 4",
    TcdmRule.READ_ENABLES: "byte enables of a read are not all ones",
    TcdmRule.OVER_READ: "read outside the operands (contract A6.6 allows 3 bytes before, one access after)",
    TcdmRule.STRAY_WRITE: "write to a byte that belongs to no Z of the jobs",
    TcdmRule.RESPONSE_MISSING: "the memory's response did not come one cycle after the grant of a read",
    TcdmRule.REQ_IN_RESET: "tcdm_req_o is high in reset",
    TcdmRule.EVENT_LINE: "evt_o[core][1] went high; it stays 0",
    TcdmRule.RESPONSE_STRAY: "the memory answered in a cycle that followed no grant",
}
