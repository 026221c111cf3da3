# SPDX-License-Identifier: Apache-2.0
"""FST, the compressed form of waves: Verilator writes it where its libraries are there to compile with."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from models.cxx import compiler

COMPILE = ("-DVM_TRACE_FST=1",)
"""Flags for the C++ compiler of a build that writes it."""
LINK = ("-llz4", "-lz")
"""Its libraries."""

_PROBE = """\
#include <lz4.h>
#include <zlib.h>
int main() { return LZ4_versionNumber() == 0 || zlibVersion() == nullptr; }
"""


@cache
def lacking() -> str:
    """Tell why waves are written as VCD instead; empty where nothing is in the way."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        source = scratch / "probe.cpp"
        source.write_text(_PROBE)
        command = [*compiler().command(scratch), str(source), "-o", str(scratch / "probe"), *LINK]
        tried = subprocess.run(command, capture_output=True, check=False)
    if tried.returncode == 0:
        return ""
    return "waves are VCD: for FST, a tenth of the size, install liblz4-dev and zlib1g-dev"
