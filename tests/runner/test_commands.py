# SPDX-License-Identifier: Apache-2.0
"""Commands are there, and import no more than they need."""

import subprocess
import sys
from pathlib import Path

import pytest
from cocotb_tools.config import pygpi_entry_point

from regressions.cli import commands
from regressions.paths import ROOT
from regressions.simulators.verilator import cocotb_environment
from tb.kinds import imported

_LOADED = "import sys; from regressions.cli import main; main(sys.argv[1:]); print(*sys.modules)"
_BENCH = {"pyuvm", "cocotb", "pytest", "asyncio", "jinja2", "regressions.report"}


@pytest.mark.parametrize("place", [place for place, _ in commands().values()])
def test_each_command_has_its_function(place: str) -> None:
    assert callable(imported(place))


def _loaded(*command: str) -> set[str]:
    """Modules that a command loads."""
    argv = [sys.executable, "-c", _LOADED, *command]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_list_of_the_tests_answers_without_numbers_pictures_and_bench() -> None:
    loaded = _loaded("list")
    assert {"rich.table", "regressions.testlist"} <= loaded
    assert not loaded & (_BENCH | {"numpy", "tb.descriptor"})


def test_jobs_are_shown_without_a_bench() -> None:
    loaded = _loaded("show", "--test", "gemm_ops:0:2")
    assert "tb.stimulus.stream" in loaded
    assert not loaded & _BENCH


def test_a_simulation_begins_where_cocotb_says(tmp_path: Path) -> None:
    environment = cocotb_environment("top", "module", tmp_path)
    assert environment["GPI_USERS"].endswith(f";{pygpi_entry_point()}")
