# SPDX-License-Identifier: Apache-2.0
"""Kept programs and objects that cannot serve: cut off, not executable, of another machine."""

import shutil
import sys
from pathlib import Path

import pytest

from models.elf import serves


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of this machine."""
    path = tmp_path / "program"
    shutil.copy(Path(sys.executable).resolve(), path)
    path.chmod(0o755)
    return path


def test_a_whole_program_serves(program: Path) -> None:
    assert serves(program, executable=True)
    program.chmod(0o644)
    assert serves(program)
    assert not serves(program, executable=True)


@pytest.mark.parametrize("left", [0, 3, 40, 1000, -1])
def test_one_that_is_cut_off_does_not(program: Path, left: int) -> None:
    content = program.read_bytes()
    program.write_bytes(content[:left])
    assert not serves(program)


def test_one_of_another_machine_does_not(program: Path) -> None:
    with program.open("r+b") as file:
        file.seek(18)
        file.write(b"\xb7\x00")  # AArch64
    assert not serves(program)


def test_what_is_no_program_does_not(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n" + 100 * "#")
    assert not serves(tmp_path / "script")
    assert not serves(tmp_path)
    assert not serves(tmp_path / "gone")
