# SPDX-License-Identifier: Apache-2.0
"""Rules of the register port, numbered as in `tb/sv/rules_pkg.sv` (a test compares them)."""

from enum import IntEnum


class PeriphRule(IntEnum):
    """Rules of the register port (contract A4.10, A4.11); the assertions: `tb/sv/periph_rules.sv`."""

    PERIPH_RESPONSE = 32
    PERIPH_ID = 33
    PERIPH_STABLE = 34
    PERIPH_RETRACTED = 35
    PERIPH_STRAY = 36

    @property
    def by_bench(self) -> bool:
        """True if the bench's own request breaks the rule, and not the device."""
        return self in (PeriphRule.PERIPH_STABLE, PeriphRule.PERIPH_RETRACTED)


DESCRIPTIONS: dict[int, str] = {
    PeriphRule.PERIPH_RESPONSE: "each register access is answered one cycle after its grant",
    PeriphRule.PERIPH_ID: "a response carries the id of its access",
    PeriphRule.PERIPH_STABLE: (
        "a waiting register access of the bench holds its address, direction, byte enables, data and id"
    ),
    PeriphRule.PERIPH_RETRACTED: "a register access raised by the bench stays until granted",
    PeriphRule.PERIPH_STRAY: "the register port answers in no other cycle",
}
"""Statements that must hold."""
