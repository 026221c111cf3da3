# SPDX-License-Identifier: Apache-2.0
"""Files of the project."""

import subprocess
from pathlib import Path

from regressions.paths import ROOT


def tracked(pattern: str) -> list[Path]:
    """List the project's files that a pattern of git matches, with new ones and without ignored ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", pattern]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]
