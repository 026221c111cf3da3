# SPDX-License-Identifier: Apache-2.0
"""FPnew alone with the exact steps, the library of second opinions (`tb/opinions`), as a model."""

from models.cxx import compiler
from regressions.paths import ROOT
from regressions.simulators.model import FAST_X, Model
from tb.paths import package_file

_FOLDER = ROOT / "tb" / "opinions"


def opinions_model() -> Model:
    """Return the sources of the library."""
    cells = [package_file(f"{{common_cells}}/{name}.sv") for name in ("cf_math_pkg", "lzc")]
    parts = ("pkg", "classifier", "rounding", "fma", "noncomp")
    units = [package_file(f"{{fpnew}}/fpnew_{part}.sv") for part in parts]
    own = [_FOLDER / name for name in ("fpnew.vlt", "fpnew_select.sv", "fpnew_step.sv")]
    return Model(
        name="opinions",
        top="fpnew_step",
        prefix="Vfpnew",
        program="libopinions.so",
        sources=(ROOT / "rtl" / "package.vlt", *cells, *units, *own),
        includes=(package_file("{common_cells_include}/common_cells/registers.svh").parents[1],),
        flags=("--no-timing", *FAST_X),
        cpp=tuple(_FOLDER / name for name in ("fpnew_chain.cpp", "exact_chain.cpp")),
        # In a process that holds another model: no name may be taken from there, nor given, nor the time.
        compile=("-fPIC", "-fvisibility=hidden", *compiler().private, "-DVL_TIME_CONTEXT"),
        link=("-shared", "-Wl,-Bsymbolic"),
    )
