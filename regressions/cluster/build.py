# SPDX-License-Identifier: Apache-2.0
"""The cluster as a model: its sources, in the bench under cocotb or in a loop of C++ (docs/cluster.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from regressions.accelerator.foreign import device_flags
from regressions.accelerator.models import BENCH_DPI as SHARED_DPI
from regressions.accelerator.models import BENCH_SV as SHARED_SV
from regressions.accelerator.shell import DEVICE, accelerator_shell
from regressions.cluster.core import CONSTANTS, changed_constants, core_folder
from regressions.cluster.fpnew_tables import with_tables
from regressions.simulators import get_simulator
from regressions.simulators.model import CLOCKED, FAST_X, ONE_CODE, Model
from tb.cluster.config import ClusterConfig, cluster_of
from tb.cluster.header import header
from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.paths import ROOT, package_file

RTL = ROOT / "rtl" / "cluster"
BENCH = ROOT / "tb" / "cluster"
BENCH_SV = BENCH / "sv"
BENCH_DPI = BENCH / "dpi"
TOP = "cluster_tb"
ACCELERATOR = "redmule_top"
"""The module that the cluster instantiates."""
WAIVERS = BENCH_SV / "cluster.vlt"
_MONITOR = (WAIVERS, BENCH_SV / "cluster_monitor.sv")
_SHELL = "accelerator_shell.sv"
# Host, monitor and rules, whatever drives them.
_PARTS = ("event_model", "monitor", "peripherals", "session")
_HOST_CPP = tuple(BENCH_DPI / f"{name}.cpp" for name in _PARTS)
# Packages first, the top behind what it instantiates; the bound monitor last.
_SHARED = (
    *("rules_pkg.sv", "bench_pkg.sv", "tcdm_rules.sv", "periph_monitor.sv", "periph_rules.sv"),
    *("event_monitor.sv", "probe_monitor.sv"),
)
_OWN = ("cluster.vlt", "bench.vlt", "wide_monitor.sv", "cluster_tb.sv", "cluster_monitor.sv")

# In the order of the package's file list.
_CORE = (
    *("if_stage", "cs_registers", "register_file_ff", "load_store_unit", "id_stage", "aligner", "decoder"),
    *("compressed_decoder", "fifo", "prefetch_buffer", "hwloop_regs", "mult", "int_controller", "ex_stage"),
    *("alu_div", "alu", "ff_one", "popcnt", "apu_disp", "controller", "obi_interface", "prefetch_controller"),
    *("sleep_unit", "core", "top"),
)
# Sources of the cores' floating point; the accelerator may have the first ones too.
_FLOATING_POINT = (
    *("{common_cells}/cf_math_pkg.sv", "{common_cells}/lzc.sv", "{common_cells}/rr_arb_tree.sv"),
    *("{fpnew}/fpnew_pkg.sv", "{fpnew}/fpnew_classifier.sv", "{fpnew}/fpnew_rounding.sv"),
    *("{fpnew}/fpnew_fma.sv", "{fpnew}/fpnew_noncomp.sv", "{fpnew}/fpnew_cast_multi.sv"),
    *("{fpnew}/fpnew_fma_multi.sv", "{fpnew}/fpnew_opgroup_fmt_slice.sv"),
    *("{fpnew}/fpnew_opgroup_multifmt_slice.sv", "{fpnew}/fpnew_opgroup_block.sv", "{fpnew}/fpnew_top.sv"),
)
_FLAGS = (
    *CLOCKED,
    # One core is compiled and called for each hart (rtl/cluster/cluster.vlt).
    *ONE_CODE,
)
# Signals of the core depend on each other in a circle, though no bit does; cannot be waived by file.
_CIRCLE = "-Wno-UNOPTFLAT"


def build_cluster(
    config: ClusterConfig,
    log: Path,
    replaced: Mapping[str, Path] | None = None,
    packages: Sequence[Path] = (),
) -> Path:
    """Compile the cluster with `tb/cluster/dpi/loop.cpp`, or find it in the cache; return the program.

    `replaced` files take the place of sources of the same name; `packages` come before all other sources.

    Raises:
        BuildError: A tool is missing or failed, or the parameters are impossible.
    """
    return get_simulator().compile(loop_model(config, replaced, packages), log)


def loop_model(
    config: ClusterConfig, replaced: Mapping[str, Path] | None = None, packages: Sequence[Path] = ()
) -> Model:
    """Return a cluster and its monitors in the loop without Python; arguments as those of `build_cluster`."""
    model = _loop(config, load("redmule"), _MONITOR, replaced)
    return replace(model, sources=(*packages, *model.sources))


def bare_model(device: Descriptor) -> Model:
    """Return the same without monitors, which checks nothing: the reference of speed."""
    return replace(_loop(cluster_of(device), device, (WAIVERS,)), variant="bare")


def bench_model(device: Descriptor) -> Model:
    """Return the bench around a cluster, under cocotb."""
    shared = (SHARED_SV / name for name in _SHARED)
    bench = (*shared, *(BENCH_SV / name for name in _OWN), *device.binds)
    model = _system(cluster_of(device), device, bench)
    return replace(
        model,
        name=device.name,
        top=TOP,
        prefix="Vtop",
        program=TOP,
        flags=(*_flags(device), *_probe(device)),
        read=("clk", "wake"),
        cpp=(*_HOST_CPP, BENCH_DPI / "dpi.cpp", SHARED_DPI / "bench.cpp"),
        folders=(*model.folders, SHARED_DPI),
        python=True,
    )


def lint_model(model: Model) -> Model:
    """Return a model with FPnew as it is shipped, whose warnings the waivers know."""
    texts = {name: text for name, text in model.texts.items() if not name.startswith("fpnew_")}
    shipped = {name: package_file(f"{{fpnew}}/{name}") for name in model.texts if name not in texts}
    return replace(model, texts=texts, sources=tuple(shipped.get(str(path), path) for path in model.sources))


def _loop(
    config: ClusterConfig,
    accelerator: Descriptor,
    bench: Sequence[Path],
    replaced: Mapping[str, Path] | None = None,
) -> Model:
    model = _system(config, accelerator, bench, replaced)
    loop = (*_HOST_CPP, BENCH_DPI / "loop.cpp")
    return replace(model, flags=(*_flags(accelerator), *FAST_X), cpp=loop)


def _system(
    config: ClusterConfig,
    accelerator: Descriptor,
    bench: Sequence[Path],
    replaced: Mapping[str, Path] | None = None,
) -> Model:
    """The cluster around an accelerator, with the sources compiled behind it."""
    sources = [(replaced or {}).get(path.name, path) for path in _sources(accelerator)]
    shell = accelerator_shell(accelerator, ACCELERATOR)
    changed = {CONSTANTS: changed_constants(), **(with_tables(sources) if config.fpu else {})}
    own = [Path(path.name) if path.name in changed else path for path in sources]
    first = next(place for place, path in enumerate(own) if path.suffix != ".vlt")
    return Model(
        name=config.name,
        top="cluster_system",
        prefix="Vcluster",
        program="cluster",
        # The changed constants need no other package.
        sources=(*own[:first], Path(CONSTANTS), *own[first:], *[Path(_SHELL)] * bool(shell), *bench),
        texts={**changed, **({_SHELL: shell} if shell else {})},
        includes=_includes(accelerator),
        parameters=config.parameters(),
        folders=(BENCH_DPI, header().parent),
        effort="-O2",
    )


def _flags(accelerator: Descriptor) -> tuple[str, ...]:
    return (*_FLAGS, *device_flags(accelerator), _CIRCLE)


def _probe(device: Descriptor) -> tuple[str, ...]:
    """Verilog that tells the bench where the accelerator's probe is; empty for one without."""
    if device.probe is None:
        return ()
    shell = "" if device.top == ACCELERATOR else f"{DEVICE}."
    return (f"-DACCELERATOR_PROBE=i_system.i_cluster.i_redmule.{shell}{device.probe.path}",)


def _includes(accelerator: Descriptor) -> tuple[Path, ...]:
    own = core_folder() / "vendor" / "pulp_platform_common_cells" / "include"
    return tuple(dict.fromkeys([*accelerator.includes, own]))


def _sources(accelerator: Descriptor) -> list[Path]:
    """All sources but the changed constants, in the order of compilation."""
    package = core_folder()
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
