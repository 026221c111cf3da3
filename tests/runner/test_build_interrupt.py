# SPDX-License-Identifier: Apache-2.0
"""An interrupted build leaves no compiler behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from regressions.paths import ROOT

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


def alive(process: int) -> bool:
    """A process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_an_interrupt_ends_the_whole_build(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = SCRIPT.format(tool=TOOL.format(child=child), log=str(tmp_path / "log"))
    runner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    while not (child.exists() and child.read_text().strip()) and time.monotonic() < limit:
        time.sleep(0.05)
    compiler = int(child.read_text())
    assert alive(compiler)
    os.kill(runner.pid, signal.SIGINT)
    assert runner.wait(30) != 0
    while alive(compiler) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not alive(compiler)
