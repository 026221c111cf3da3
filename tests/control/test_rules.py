# SPDX-License-Identifier: Apache-2.0
"""Rule numbers in SystemVerilog and Python are the same, and each rule is used and described."""

import re
from pathlib import Path

from tb.agents.control.rules import DESCRIPTIONS as PERIPH_DESCRIPTIONS
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_DESCRIPTIONS
from tb.agents.tcdm.rules import TcdmRule

SV = Path(__file__).resolve().parents[2] / "tb" / "sv"
PACKAGE = dict(re.findall(r"RULE_(\w+)\s*=\s*(\d+)", (SV / "rules_pkg.sv").read_text()))
NUMBERS = {name: int(number) for name, number in PACKAGE.items()}


def test_python_mirrors_the_package() -> None:
    mirrored = {rule.name: int(rule) for rule in (*TcdmRule, *PeriphRule)}
    assert mirrored == NUMBERS
    assert len(set(NUMBERS.values())) == len(NUMBERS)


def test_numbers_are_in_the_range_of_their_port() -> None:
    assert all(1 <= rule < 32 for rule in TcdmRule)
    assert all(32 <= rule < 64 for rule in PeriphRule)


def test_every_rule_is_described() -> None:
    assert set(PERIPH_DESCRIPTIONS) == set(PeriphRule)
    assert set(TCDM_DESCRIPTIONS) == set(TcdmRule)


def test_every_rule_of_the_register_port_has_an_assertion() -> None:
    text = (SV / "periph_rules.sv").read_text()
    used = set(re.findall(r"else bench_violation\([^;]*RULE_(\w+)\)", text))
    assert used == {rule.name for rule in PeriphRule}
    assert {rule.name for rule in PeriphRule if rule.by_bench} == {"PERIPH_STABLE", "PERIPH_RETRACTED"}
