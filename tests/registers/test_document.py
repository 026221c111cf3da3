# SPDX-License-Identifier: Apache-2.0
"""Header and table of a register map, of the contract and of a device with its own."""

import re
import subprocess
from pathlib import Path

from models.cxx import compiler
from regressions.contract import ROOT
from tb.descriptor import load
from tb.registers.document import header, table
from tb.registers.own import registers_of
from tests.runner.harness import Runner

OTHER = ROOT / "tests" / "strangers" / "otherfamily" / "otherfamily.toml"


def test_the_table_of_the_contract_is_that_of_its_clause() -> None:
    clause = (ROOT / "docs" / "contract" / "accelerator.md").read_text()
    rows = table(registers_of(load("redmule"))).splitlines()[2:]
    assert len(rows) == 15 + 3
    for row in rows:
        assert re.sub(r"\| [^|]* \|$", "|", row) in clause, row


def test_every_role_of_a_map_is_in_its_table() -> None:
    """All rows have one, and a register that does two things has both."""
    device = load(OTHER)
    cells = [row.split(" | ")[-1].strip("| ") for row in table(registers_of(device)).splitlines()[2:]]
    roles = [role for cell in cells for role in cell.split(", ")]
    assert sorted(roles) == sorted([*device.registers.roles.given(), "always 0x5"])
    assert "trigger, commit" in cells


def test_the_contract_has_registers_without_a_job() -> None:
    rows = table(registers_of(load("redmule"))).splitlines()
    assert any(row.startswith("| 0x04 | ACQUIRE") and row.endswith("| acquire |") for row in rows)
    assert not any(row.endswith("commit |") for row in rows)


def test_the_header_of_a_device_compiles_and_says_its_places(tmp_path: Path) -> None:
    text = header(registers_of(load(OTHER)), "otherfamily")
    (tmp_path / "registers.h").write_text(text)
    program = '#include "registers.h"\nint main() { return OTHERFAMILY_M_K_K_LSB; }\n'
    (tmp_path / "main.c").write_text(program)
    command = [*compiler().command(tmp_path), "-Wall", "-Werror", "-c", "-o", tmp_path / "main.o"]
    subprocess.run([*command, tmp_path / "main.c"], check=True)
    constants = dict(re.findall(r"#define OTHERFAMILY_(\w+) (0x\w+)", text))
    assert constants["M_K_OFFSET"] == "0x20"
    assert constants["M_K_K_MASK"] == "0xFFFF0000"
    assert (constants["COMMIT_VALUE"], constants["TRIGGER_VALUE"]) == ("0x1", "0x2")


def test_the_command_writes_both(runner: Runner) -> None:
    assert runner("registers", "--dut", "serial") == 0
    assert "| 0x4C | MCFG0 | 15:0 | M | RW | 0x0 | m |" in runner.out
    folder = runner.build / "registers" / "serial"
    assert "#define SERIAL_MCFG0_OFFSET 0x4C" in (folder / "registers.h").read_text()
    assert (folder / "registers.md").read_text() in runner.out
