# SPDX-License-Identifier: Apache-2.0
"""The cluster under Verilator: sources, the changed copy of the core's constants, build and lint."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from regressions.simulators.base import BuildError
from regressions.simulators.cache import build_once, content_key
from regressions.simulators.fpnew_tables import with_tables
from regressions.simulators.shell import accelerator_shell
from regressions.simulators.tools import (
    MACHINE,
    MAKE_FIXES,
    environment_key,
    executable,
    require_tools,
    run_tool,
)
from tb.cluster.config import ClusterConfig, cluster_of
from tb.cluster.header import header
from tb.descriptor import ROOT, Descriptor, load, package_file

RTL = ROOT / "rtl" / "cluster"
BENCH = ROOT / "tb" / "cluster"
BENCH_SV = BENCH / "sv"
BENCH_DPI = BENCH / "dpi"
TOP = "cluster_system"
ACCELERATOR = "redmule_top"
"""The module that the cluster instantiates."""
MONITOR = (BENCH_SV / "cluster.vlt", BENCH_SV / "cluster_monitor.sv")
# Host, monitor and rules, whatever drives them.
_PARTS = ("event_model", "monitor", "peripherals", "session")
HOST_CPP = tuple(BENCH_DPI / f"{name}.cpp" for name in _PARTS)
HOST_HEADERS = (*(BENCH_DPI / f"{name}.h" for name in _PARTS), BENCH_DPI / "backdoor.h")

# Three of the shipped constants are changed: FP16 and vectors of FP16 are in the core's decoder, but off.
_CONSTANTS_SHA256 = "3fee39d262ef44bff6ee00b591fe08830e5e35cdd1b9e5eb9eb06da6f6525805"
_CONSTANTS_FILE = "cv32e40p_pkg.sv"
_SHELL = "accelerator_shell.sv"
_CONSTANTS = {
    "C_XF16 = 1'b0;": "C_XF16 = 1'b1;",
    "C_XFVEC = 1'b0;": "C_XFVEC = 1'b1;",
    "C_LAT_FP16 = 'd0;": "C_LAT_FP16 = 'd1;",  # as FPU_ADDMUL_LAT in rtl/cluster/cluster_core.sv
}

# In the order of the package's file list.
_CORE = (
    *("if_stage", "cs_registers", "register_file_ff", "load_store_unit", "id_stage", "aligner", "decoder"),
    *("compressed_decoder", "fifo", "prefetch_buffer", "hwloop_regs", "mult", "int_controller", "ex_stage"),
    *("alu_div", "alu", "ff_one", "popcnt", "apu_disp", "controller", "obi_interface", "prefetch_controller"),
    *("sleep_unit", "core", "top"),
)
# What the cores' floating point needs, of which the accelerator may have the first ones too.
_FLOATING_POINT = (
    *("{common_cells}/cf_math_pkg.sv", "{common_cells}/lzc.sv", "{common_cells}/rr_arb_tree.sv"),
    *("{fpnew}/fpnew_pkg.sv", "{fpnew}/fpnew_classifier.sv", "{fpnew}/fpnew_rounding.sv"),
    *("{fpnew}/fpnew_fma.sv", "{fpnew}/fpnew_noncomp.sv", "{fpnew}/fpnew_cast_multi.sv"),
    *("{fpnew}/fpnew_fma_multi.sv", "{fpnew}/fpnew_opgroup_fmt_slice.sv"),
    *("{fpnew}/fpnew_opgroup_multifmt_slice.sv", "{fpnew}/fpnew_opgroup_block.sv", "{fpnew}/fpnew_top.sv"),
)
_FLAGS = (
    *("--timing", "--assert", "--timescale", "1ns/1ps"),
    # One core is compiled and called for each hart (rtl/cluster/cluster.vlt). Whatever puts something of an
    # instance into its code would make a copy for each: optimisation across instances, numbered tables, and
    # the messages of `unique case`, which name the instance; the accelerator's own bench does check those.
    *("-fno-dfg", "-fno-table", "--no-assert-case"),
    # Signals of the core depend on each other in a circle, though no bit does; cannot be waived by file.
    "-Wno-UNOPTFLAT",
)
FAST_X = ("--x-assign", "fast", "--x-initial", "fast")
_OPTIMISE = ("OPT_FAST=-O2", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2")


def build_cluster(
    config: ClusterConfig,
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
) -> Path:
    """Compiles the cluster with `tb/cluster/dpi/loop.cpp`, or finds it in the cache.

    Args:
        config: The cluster.
        log: File that receives the output of the tools.
        replaced: Files that take the place of sources, by the source's file name.
        packages: Sources before all others.

    Returns:
        The program.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    return _build_loop(config, config.name, MONITOR, log, replaced, packages)


def build_bare_cluster(descriptor: Descriptor, log: Path) -> Path:
    """The same without monitors, which says nothing of what is right: the reference of speed.

    Args:
        descriptor: Of a cluster.
        log: File that receives the output of the tools.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    config = cluster_of(descriptor)
    bench = (BENCH_SV / "cluster.vlt",)
    return _build_loop(config, f"{config.name}-bare", bench, log, accelerator=descriptor)


def _build_loop(
    config: ClusterConfig,
    name: str,
    bench: tuple[Path, ...],
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
    accelerator: Descriptor | None = None,
) -> Path:
    loop = Harness(
        prefix="Vcluster",
        program="cluster",
        top=TOP,
        bench=bench,
        cpp=(*HOST_CPP, BENCH_DPI / "loop.cpp"),
        headers=HOST_HEADERS,
        flags=FAST_X,
    )
    folder, _ = compile_cluster(config, loop, name, log, replaced, packages, accelerator)
    return folder / loop.program


@dataclass(frozen=True, slots=True)
class Harness:
    """What is compiled around a cluster.

    Attributes:
        prefix: Of the model's C++ class.
        program: Name of the executable.
        top: Top module.
        bench: SystemVerilog and configuration files, in the order of compilation.
        cpp: C++ sources.
        headers: What they include of the project.
        flags: For Verilator.
        folders: Where the C++ compiler finds headers, besides `tb/cluster`.
        public: Content of a configuration file of its own, if any.
    """

    prefix: str
    program: str
    top: str
    bench: tuple[Path, ...]
    cpp: tuple[Path, ...]
    headers: tuple[Path, ...]
    flags: tuple[str, ...]
    folders: tuple[Path, ...] = ()
    public: str = ""


def compile_cluster(
    config: ClusterConfig,
    harness: Harness,
    name: str,
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
    accelerator: Descriptor | None = None,
) -> tuple[Path, bool]:
    """Compiles a cluster in a harness, or finds it in the cache.

    Args:
        config: The cluster.
        harness: What is around it.
        name: Of the build, in the cache and in messages.
        log: File that receives the output of the tools.
        replaced: Files that take the place of sources, by the source's file name.
        packages: Sources before all others.
        accelerator: Sources, top module and parameters of the accelerator; the array if it is not given.

    Returns:
        The folder of the build, and whether an earlier build served.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    require_tools()
    device = accelerator or load("redmule")
    sources = [(replaced or {}).get(path.name, path) for path in _sources(device)]
    changed = {_CONSTANTS_FILE: _changed_constants(), **(with_tables(sources) if config.fpu else {})}
    shell = accelerator_shell(device, ACCELERATOR)
    parameters = [f"-G{name}={value}" for name, value in config.parameters().items()]
    includes = sorted(path for folder in _includes(device) for path in folder.rglob("*.svh"))
    flags = ["--top-module", harness.top, *_FLAGS, *harness.flags, *parameters]
    compiler = " ".join(
        [MACHINE, *(f"-I{folder}" for folder in (BENCH_DPI, header().parent, *harness.folders))]
    )
    inputs = [*packages, *sources, *includes, *harness.bench, *harness.cpp, *harness.headers, header()]
    # Folders are no part of the key: what counts of them are the files, wherever they lie.
    key = content_key(
        inputs, [*changed.values(), harness.public, shell, *flags, *_OPTIMISE, *environment_key()]
    )

    def make(folder: Path) -> None:
        for changed_name, text in changed.items():
            (folder / changed_name).write_text(text)
        (folder / "public.vlt").write_text(harness.public or "`verilator_config\n")
        (folder / _SHELL).write_text(shell)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        own = [folder / path.name if path.name in changed else path for path in sources]
        command = [str(executable()), "--cc", "--exe", "-Mdir", str(folder), "--prefix", harness.prefix]
        command += ["-o", harness.program, "-Wno-fatal", "-Werror-USERFATAL", *flags, *_include_flags(device)]
        command += ["-CFLAGS", compiler]
        files = [folder / "public.vlt", *packages, *_ordered(own, folder), *[folder / _SHELL] * bool(shell)]
        files += [*harness.bench, *harness.cpp]
        run_tool([*command, *map(str, files)], log, f"Verilator on {name}")
        jobs = f"-j{os.cpu_count() or 1}"
        make_command = ["make", jobs, "-C", str(folder), "-f", f"{harness.prefix}.mk", *MAKE_FIXES]
        run_tool([*make_command, *_OPTIMISE], log, f"C++ build of {name}")

    return build_once(ROOT / "build" / "cache", name, key, make)


def lint_cluster(
    config: ClusterConfig,
    log: Path,
    top: str = TOP,
    bench: tuple[Path, ...] = MONITOR,
    flags: tuple[str, ...] = (),
    accelerator: Descriptor | None = None,
) -> None:
    """Checks the cluster with all warnings on.

    Args:
        config: The cluster.
        log: File that receives what is found.
        top: Top module.
        bench: SystemVerilog and configuration files around the cluster.
        flags: For Verilator.
        accelerator: Sources, top module and parameters of the accelerator; the array if it is not given.

    Raises:
        BuildError: There are findings; they are in the log.
    """
    folder = log.parent / f"lint-{config.name}-{top}"
    folder.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    (folder / _CONSTANTS_FILE).write_text(_changed_constants())
    parameters = [f"-G{name}={value}" for name, value in config.parameters().items()]
    device = accelerator or load("redmule")
    shell = accelerator_shell(device, ACCELERATOR)
    (folder / _SHELL).write_text(shell)
    files = [*_ordered(_sources(device), folder), *[folder / _SHELL] * bool(shell), *bench]
    command = [
        str(executable()),
        "--lint-only",
        "-Wall",
        *("-Werror-USERFATAL", "--top-module", top),
        *_FLAGS,
        *flags,
        *parameters,
        *_include_flags(device),
    ]
    run_tool([*command, *map(str, files)], log, f"lint of {top} with {config.name}")


def _package() -> Path:
    spec = find_spec("pythondata_cpu_cv32e40p")
    if spec is None or spec.origin is None:
        raise BuildError("the Python package pythondata-cpu-cv32e40p is missing: run make env")
    return Path(spec.origin).parent / "system_verilog" / "rtl"


def _changed_constants() -> str:
    """The core's package of constants with FP16 on.

    Raises:
        BuildError: The shipped file is not the one this was written for.
    """
    path = _package() / "include" / _CONSTANTS_FILE
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _CONSTANTS_SHA256:
        raise BuildError(
            f"{path} is not the file that the cluster was written for: install the version that "
            "requirements.txt pins of pythondata-cpu-cv32e40p"
        )
    text = data.decode()
    for shipped, changed in _CONSTANTS.items():
        if text.count(shipped) != 1:
            raise BuildError(f"{path} has no single {shipped!r}")
        text = text.replace(shipped, changed)
    return text


def _includes(accelerator: Descriptor) -> list[Path]:
    own = _package() / "vendor" / "pulp_platform_common_cells" / "include"
    return list(dict.fromkeys([*accelerator.includes, own]))


def _include_flags(accelerator: Descriptor) -> list[str]:
    return [f"-I{folder}" for folder in _includes(accelerator)]


def _sources(accelerator: Descriptor) -> list[Path]:
    """All sources but the changed constants, in the order of compilation."""
    package = _package()
    own = sorted(RTL.glob("*.sv"), key=lambda path: (not path.stem.endswith("_pkg"), path.name))
    files = [
        *accelerator.waivers,
        # Whatever the accelerator is made of.
        ROOT / "rtl" / "package.vlt",
        RTL / "cluster.vlt",
        package / "include" / "cv32e40p_apu_core_pkg.sv",
        package / "include" / "cv32e40p_fpu_pkg.sv",
        *accelerator.sources,
        *(package_file(name) for name in _FLOATING_POINT),
        *(package / f"cv32e40p_{name}.sv" for name in _CORE),
        # Of the packages, that of the DMA needs no other one.
        *own,
    ]
    return list(dict.fromkeys(path.resolve() for path in files))


def _ordered(sources: list[Path], folder: Path) -> list[Path]:
    """The sources with the changed constants, which other packages do not need, in front."""
    last_waiver = next(i for i, path in enumerate(sources) if path.suffix != ".vlt")
    return [*sources[:last_waiver], folder / _CONSTANTS_FILE, *sources[last_waiver:]]
