# SPDX-License-Identifier: Apache-2.0
"""An interrupted build leaves no compiler behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from regressions.paths import ROOT
from tests.runner.harness import alive, wait

# A tool that starts another one, as make starts compilers, and tells its number.
TOOL = "sleep 60 & echo $! > {child}; wait"
# Shells have jobs in the background ignore the interrupt, which processes inherit.
SCRIPT = """
import signal
from pathlib import Path
from regressions.simulators.tools import run_tool
signal.signal(signal.SIGINT, signal.default_int_handler)
run_tool(["sh", "-c", {tool!r}], Path({log!r}), "a build")
"""


def test_an_interrupt_ends_the_whole_build(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = SCRIPT.format(tool=TOOL.format(child=child), log=str(tmp_path / "log"))
    runner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
    wait(lambda: child.exists() and child.read_text().strip(), "the compiler")
    compiler = int(child.read_text())
    assert alive(compiler)
    os.kill(runner.pid, signal.SIGINT)
    assert runner.wait(30) != 0
    wait(lambda: not alive(compiler), "the compiler's end")
