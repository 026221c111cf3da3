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
    PeriphRule.PERIPH_RESPONSE: "r_valid must be high one cycle after each grant",
    PeriphRule.PERIPH_ID: "the response's r_id is not the id of the granted access",
    PeriphRule.PERIPH_STABLE: "address, direction, byte enables, data or id changed while the request waited",
    PeriphRule.PERIPH_RETRACTED: "a request was retracted before its grant",
    PeriphRule.PERIPH_STRAY: "r_valid was high in a cycle that followed no grant",
}
