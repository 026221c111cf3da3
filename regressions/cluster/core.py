# SPDX-License-Identifier: Apache-2.0
"""The core's package: where it is installed, and the copy of its constants in which FP16 is on."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from regressions.simulators.base import BuildError

CONSTANTS = "cv32e40p_pkg.sv"
"""File of the constants."""

# Three of the shipped constants are changed: FP16 and vectors of FP16 are in the core's decoder, but off.
_SHA256 = "3fee39d262ef44bff6ee00b591fe08830e5e35cdd1b9e5eb9eb06da6f6525805"
_CHANGES = {
    "C_XF16 = 1'b0;": "C_XF16 = 1'b1;",
    "C_XFVEC = 1'b0;": "C_XFVEC = 1'b1;",
    "C_LAT_FP16 = 'd0;": "C_LAT_FP16 = 'd1;",  # as FPU_ADDMUL_LAT in rtl/cluster/cluster_core.sv
}


def core_folder() -> Path:
    """Return the folder of the core's sources.

    Raises:
        BuildError: The package is not installed.
    """
    spec = find_spec("pythondata_cpu_cv32e40p")
    if spec is None or spec.origin is None:
        raise BuildError("the Python package pythondata-cpu-cv32e40p is missing: run make env")
    return Path(spec.origin).parent / "system_verilog" / "rtl"


def changed_constants() -> str:
    """Return the core's package of constants with FP16 on.

    Raises:
        BuildError: The shipped file is not the one this was written for.
    """
    path = core_folder() / "include" / CONSTANTS
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise BuildError(
            f"{path} is not the file that the cluster was written for: install the version that "
            "requirements.txt pins of pythondata-cpu-cv32e40p"
        )
    text = data.decode()
    for shipped, changed in _CHANGES.items():
        if text.count(shipped) != 1:
            raise BuildError(f"{path} has no single {shipped!r}")
        text = text.replace(shipped, changed)
    return text
