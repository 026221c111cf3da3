# SPDX-License-Identifier: Apache-2.0
"""The only command lines of Yosys and ABC, and the environment that has them."""

import fcntl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from regressions import orphans
from regressions.environment import ROOT, prepare
from regressions.errors import UserError
from regressions.extras import FORMAL
from regressions.paths import relative

ENVIRONMENT = ROOT / "build" / "formal"

# Passes one by one, so that the log says behind which one an error came.
_RUN = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for line in open(sys.argv[1], encoding="utf-8"):
    if line.strip():
        libyosys.run_pass(line.strip(), design)
"""
_LIMITED = 'ulimit -t "$1"; shift; exec "$@"'
_WHERE = "import importlib.util as u; print(u.find_spec('pyosys').submodule_search_locations[0])"


class YosysError(UserError):
    """Yosys refused a source or a command; the message has its first error and the log's place."""


@dataclass(frozen=True, slots=True)
class Yosys:
    """The tools as they are installed."""

    python: Path  # of the environment
    abc: Path  # the program of ABC

    def run(self, script: list[str], log: Path, timeout: float | None = None) -> str:
        """Run the commands of a script in a process of its own, and return its log.

        Script and log stay beside each other.

        Raises:
            YosysError: A command failed.
            subprocess.TimeoutExpired: It took longer than `timeout` seconds.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        file = log.with_suffix(".ys")
        file.write_text("\n".join(script) + "\n")
        with log.open("w") as out:
            done = orphans.run(
                [self.python, "-c", _RUN, file], timeout, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT
            )
        said = log.read_text(errors="replace")
        if done.returncode:
            errors = [line for line in said.splitlines() if "ERROR:" in line or ": error:" in line]
            raise YosysError(f"yosys: {(errors or ['it ended without a word'])[0]} (log: {relative(log)})")
        return said

    def run_abc(self, commands: list[str], folder: Path, seconds: int) -> str:
        """Run commands of ABC in a folder and return what they print in so much processor time.

        ABC's own limits are of wall time, so what they decide would depend on what else a machine does.
        """
        return orphans.run(
            ["sh", "-c", _LIMITED, "sh", str(seconds), self.abc, "-q", "; ".join(commands)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
        ).stdout


def formal_python() -> Path:
    """Python of the extra's environment, which is made at the first use.

    Raises:
        UserError: It cannot be made.
    """
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    with ENVIRONMENT.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests ask for it side by side
        error = prepare(ENVIRONMENT, own=True, requirements=FORMAL.pins)
    if error:
        raise UserError(f"the extra of make synth and make prove: {error}")
    return ENVIRONMENT / "bin" / "python"


def find_yosys() -> Yosys:
    """Yosys and ABC of the extra's environment.

    Raises:
        UserError: It cannot be made.
    """
    python = formal_python()
    done = subprocess.run([python, "-c", _WHERE], capture_output=True, text=True, check=True)
    return Yosys(python, Path(done.stdout.strip()) / "yosys-abc")
