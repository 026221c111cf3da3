# SPDX-License-Identifier: Apache-2.0
"""Small benches in C++ around one module of the cluster, compiled once and run with a seed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from regressions.simulators.cache import build_once, content_key
from regressions.simulators.cluster import RTL
from regressions.simulators.tools import MAKE_FIXES, environment_key, executable, require_tools, run_tool
from tb.descriptor import ROOT

HERE = Path(__file__).resolve().parent
_DEFECT_PACKAGE = """// SPDX-License-Identifier: Apache-2.0
package bench_pkg;
  import "DPI-C" function int bench_defect();
endpackage
"""
# A second of simulation; what counts is how long the compiler takes.
_OPTIMISE = ("OPT_FAST=-O1", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0")
MONITOR = ROOT / "tb" / "cluster"


Defect = tuple[str, str, str]
"""A module, an expression in it, and a wrong one that takes its place."""


def build_bench(
    top: str, modules: Iterable[str], program: str, defects: Iterable[Defect] = (), **parameters: int
) -> Path:
    """Compiles modules with a C++ program, or finds the build in the cache.

    Args:
        top: The module that the program sees, as the class `Vbench`.
        modules: Names of the sources, packages first, of `rtl/cluster` or of this folder.
        program: Name of the C++ file in this folder.
        defects: Put in all together; the last argument of the program chooses the one that is there, from 1
            on; with 0 there is none.
        parameters: Of the top module.
    """
    require_tools()
    sources = [_source(name) for name in modules]
    texts = {source.name: source.read_text() for source in sources}
    for number, (module, right, wrong) in enumerate(defects, start=1):
        text = texts[f"{module}.sv"]
        assert text.count(right) == 1, f"{module} has {text.count(right)} places like {right!r}"
        texts[f"{module}.sv"] = text.replace(
            right, f"(bench_pkg::bench_defect() == {number} ? {wrong} : {right})"
        )
    texts = {"bench_pkg.sv": _DEFECT_PACKAGE, **texts}
    files = [RTL / "cluster.vlt", HERE / f"{program}.cpp", HERE / "random.h"]
    files += [MONITOR / name for name in ("cluster.vlt", "monitor.cpp", "monitor.h", "backdoor.h")]
    overrides = [f"-G{name}={value}" for name, value in parameters.items()]
    key = content_key(files, [top, *overrides, *texts.values(), *environment_key()])

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        log = folder / "build.log"
        command = [str(executable()), "--cc", "--exe", "--assert", "-Mdir", str(folder), "--prefix", "Vbench"]
        command += ["--top-module", top, "-Wno-fatal", "-Werror-USERFATAL", *overrides, "-o", "bench"]
        command += ["-CFLAGS", f"-I{MONITOR} -I{HERE}", *(str(folder / name) for name in texts)]
        command += [str(MONITOR / "cluster.vlt"), str(HERE / f"{program}.cpp"), str(MONITOR / "monitor.cpp")]
        run_tool(command, log, f"Verilator on {top}")
        run_tool(
            ["make", "-j2", "-C", str(folder), "-f", "Vbench.mk", *MAKE_FIXES, "OPT_FAST=-O1"],
            log,
            f"C++ of {top}",
        )

    folder, _ = build_once(ROOT / "build" / "cache", f"bench-{program}", key, make)
    return folder / "bench"


def run_bench(bench: Path, *arguments: int) -> tuple[int, str]:
    """Runs a bench; its exit code, and what it said."""
    command = [str(bench), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return done.returncode, done.stdout + done.stderr


def _source(name: str) -> Path:
    own = HERE / f"{name}.sv"
    return own if own.exists() else RTL / f"{name}.sv"
