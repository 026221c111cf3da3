# SPDX-License-Identifier: Apache-2.0
"""Commit and versions of all that can change a result."""

import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version

from models.cxx import compiler
from regressions.paths import ROOT

_PACKAGES = ("cocotb", "cocotb-bus", "pyuvm", "numpy", "pythondata-cpu-cv32e40p", "peakrdl-pyuvm")


def _output(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def git_revision() -> str:
    """The commit, with ``-dirty`` where tracked files differ from it; empty outside of a repository."""
    top = _output("git", "rev-parse", "--show-toplevel")
    # A folder that was unpacked within another repository is none of it.
    commit = _output("git", "rev-parse", "HEAD") if top and ROOT.samefile(top) else ""
    changed = commit and _output("git", "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if changed else commit


def tool_versions(simulator: str) -> dict[str, str]:
    """Versions of everything that can change a result; `simulator` is the name and version of that one."""
    tools = {"simulator": simulator, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            tools[package] = version(package)
        except PackageNotFoundError:
            tools[package] = "not installed"
    try:
        tools["c++"] = compiler().version
    except OSError:
        tools["c++"] = "not found"
    tools["system"] = f"{platform.system()} {platform.machine()}"
    return tools
