# SPDX-License-Identifier: Apache-2.0
"""Shared libraries of programs that travel: a node that has not got all of them starts none."""

import subprocess
from collections.abc import Mapping
from pathlib import Path


def missing_libraries(program: Path, environment: Mapping[str, str]) -> str:
    """Name the shared libraries, or versions of them, that a program needs and this node has not.

    Empty if it has all, and for what is no program of this system's loader.
    """
    try:
        done = subprocess.run(
            ["ldd", program], env=dict(environment), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:  # a system without ldd
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    return "; ".join(
        dict.fromkeys(
            " ".join(line.split()).removeprefix(f"{program}: ") for line in lines if "not found" in line
        )
    )
