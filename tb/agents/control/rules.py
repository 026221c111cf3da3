# SPDX-License-Identifier: Apache-2.0
"""Protocol rules of the register port, numbered as in ``tb/sv/rules_pkg.sv`` (a test compares both)."""

from __future__ import annotations

from enum import IntEnum


class PeriphRule(IntEnum):
    """Rule numbers 32 to 63; the assertions stand in ``tb/sv/periph_rules.sv``."""

    RULE_PERIPH_RESPONSE = 32
    RULE_PERIPH_ID = 33
    RULE_PERIPH_STABLE = 34
    RULE_PERIPH_RETRACTED = 35

    @property
    def by_bench(self) -> bool:
        """Whether the bench's own request breaks the rule, and not the device."""
        return self in (PeriphRule.RULE_PERIPH_STABLE, PeriphRule.RULE_PERIPH_RETRACTED)


MESSAGES: dict[PeriphRule, str] = {
    PeriphRule.RULE_PERIPH_RESPONSE: (
        "register port: r_valid must be high exactly one cycle after each granted access, and in no other cycle"
    ),
    PeriphRule.RULE_PERIPH_ID: "register port: the response's r_id is not the id of the granted access",
    PeriphRule.RULE_PERIPH_STABLE: (
        "register port: address, direction, byte enables, data or id changed while the request waited "
        "(broken by the bench's own driver)"
    ),
    PeriphRule.RULE_PERIPH_RETRACTED: (
        "register port: the request fell before it was granted (broken by the bench's own driver)"
    ),
}
"""What a violation of each rule means, for people."""
