# SPDX-License-Identifier: Apache-2.0
"""Builds the small bench of this folder and runs cocotb tests in it."""

import subprocess
from pathlib import Path

from cocotb_tools.check_results import get_results

from regressions.simulators import get_simulator
from regressions.simulators.model import CLOCKED, Model
from regressions.simulators.verilator import cocotb_environment

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DPI = ROOT / "tb" / "dpi"
TOP = "periph_tb"
_SHARED = ("rules_pkg", "bench_pkg", "periph_player", "periph_monitor", "periph_rules")
MODEL = Model(
    name=TOP,
    top=TOP,
    prefix="Vtop",
    program=TOP,
    sources=(
        *(ROOT / "tb" / "sv" / f"{name}.sv" for name in _SHARED),
        HERE / "periph_target.sv",
        HERE / f"{TOP}.sv",
    ),
    flags=(*CLOCKED, "--public-flat-rw"),
    cpp=(DPI / "bench.cpp",),
    folders=(DPI,),
    python=True,
)


def run(test_module: str, results: Path) -> tuple[int, int]:
    """Builds the bench if needed and runs the cocotb tests of a module.

    Returns:
        Number of tests and of failures.
    """
    program = get_simulator().compile(MODEL, ROOT / "build" / "tests" / "control" / "build.log")
    subprocess.run([program], cwd=results, env=cocotb_environment(TOP, test_module, results), check=True)
    return get_results(results / "results.xml")
