# SPDX-License-Identifier: Apache-2.0
"""FPnew for many cores: its functions of a format are looked up in tables.

Verilator gives every inlined call of a function variables with a number of their own, so the code of no two
cores would be the same, and eight would be compiled instead of one. So a build takes copies of FPnew's
sources in which a call whose argument is a signal is an access to a table; the shipped function computes the
table. Calls with constants, as in parameters, stay as they are.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from regressions.simulators.base import BuildError
from tb.source_text import read_source_text

_PACKAGE = "fpnew_pkg.sv"
# Function: type of its result and of its argument, number of arguments that there are.
_FUNCTIONS = {
    "fp_width": ("int unsigned", "fp_format_e", 5),
    "exp_bits": ("int unsigned", "fp_format_e", 5),
    "man_bits": ("int unsigned", "fp_format_e", 5),
    "bias": ("int unsigned", "fp_format_e", 5),
    "int_width": ("int unsigned", "int_format_e", 4),
    "get_opgroup": ("opgroup_e", "operation_e", 16),
}
_CALL = re.compile(rf"fpnew_pkg::({'|'.join(_FUNCTIONS)})\(([a-z]\w*)\)")


def with_tables(sources: Iterable[Path]) -> dict[str, str]:
    """Name and text of the copies that a build takes instead of FPnew's sources, found by their names.

    Raises:
        BuildError: FPnew's package is not among them, or has not one of the functions.
    """
    copies: dict[str, str] = {}
    for path in sources:
        if not path.name.startswith("fpnew_"):
            continue
        shipped = read_source_text(path)
        changed = (
            _tables(path, shipped) if path.name == _PACKAGE else _CALL.sub(r"fpnew_pkg::\1_of[\2]", shipped)
        )
        if changed != shipped:
            copies[path.name] = changed
    if _PACKAGE not in copies:
        raise BuildError(f"the cluster's sources have no {_PACKAGE}: add it to those of the accelerator")
    return copies


def _tables(path: Path, text: str) -> str:
    """FPnew's package with a table for each of the functions at its end."""
    head, end, rest = text.rpartition("endpackage")
    rows = []
    for name, (result, argument, count) in _FUNCTIONS.items():
        if not re.search(rf"function automatic {result} {name}\({argument} \w+\);", text):
            raise BuildError(
                f"{path} has no function {name}({argument}): install the version of pythondata-cpu-cv32e40p "
                "that requirements.txt pins"
            )
        values = ", ".join(f"{name}({argument}'({value}))" for value in range(count))
        rows.append(f"  localparam {result} {name}_of [{count}] = '{{{values}}};\n")
    return head + "".join(rows) + end + rest
