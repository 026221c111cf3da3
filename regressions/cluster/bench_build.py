# SPDX-License-Identifier: Apache-2.0
"""The cluster in its bench under cocotb: what is compiled around it, and how (docs/cluster.md)."""

from __future__ import annotations

from pathlib import Path

import cocotb_tools.config

from regressions.cluster.build import (
    ACCELERATOR,
    BENCH_DPI,
    BENCH_SV,
    FAST_X,
    HOST_CPP,
    HOST_HEADERS,
    Harness,
    compile_cluster,
    lint_cluster,
)
from regressions.simulators.base import Build, BuildError
from regressions.simulators.shell import DEVICE
from tb.cluster.config import cluster_of
from tb.descriptor import ROOT, Descriptor

TOP = "cluster_tb"
_SV = ROOT / "tb" / "sv"
_DPI = ROOT / "tb" / "dpi"
# Packages first, the top behind what it instantiates; the bound monitor last.
_SHARED = (
    *("rules_pkg.sv", "bench_pkg.sv", "tcdm_rules.sv", "periph_monitor.sv", "periph_rules.sv"),
    *("event_monitor.sv", "probe_monitor.sv"),
)
_OWN = ("cluster.vlt", "bench.vlt", "wide_monitor.sv", "cluster_tb.sv", "cluster_monitor.sv")
_KIND_FLAGS: dict[str, tuple[str, ...]] = {
    "fast": FAST_X,
    "waves": (*FAST_X, "--trace"),
    "xrand": ("--x-assign", "unique", "--x-initial", "unique"),
}
# What Python looks at; making every signal public, cocotb's default, costs a factor of six.
_PUBLIC = "".join(f'public_flat_rd -module "{TOP}" -var "{name}"\n' for name in ("clk", "wake"))


def build_cluster_bench(descriptor: Descriptor, kind: str, log: Path) -> Build:
    """Compiles the bench around a cluster, or finds it in the cache.

    Args:
        descriptor: Of a cluster.
        kind: fast, waves or xrand.
        log: File that receives the output of the tools.

    Raises:
        BuildError: A tool is missing or failed, or the cluster has no such kind of build.
    """
    config = cluster_of(descriptor)
    if kind not in _KIND_FLAGS:
        raise BuildError(f"a cluster has no build of kind '{kind}': choose one of {', '.join(_KIND_FLAGS)}")
    libraries = cocotb_tools.config.libs_dir
    main = cocotb_tools.config.share_dir / "lib" / "verilator" / "verilator.cpp"
    harness = Harness(
        prefix="Vtop",
        program=TOP,
        top=TOP,
        bench=_bench(descriptor),
        cpp=(*HOST_CPP, BENCH_DPI / "dpi.cpp", _DPI / "bench.cpp", main),
        headers=(*HOST_HEADERS, *(_DPI / name for name in ("bench.h", "interpreter.h", "player.h"))),
        flags=(
            "--vpi",
            *_KIND_FLAGS[kind],
            *_probe(descriptor),
            *("-LDFLAGS", f"-rdynamic -Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"),
        ),
        folders=(_DPI,),
        public="`verilator_config\n" + _PUBLIC,
    )
    name = f"{descriptor.name}-{kind}"
    folder, cached = compile_cluster(config, harness, name, log, accelerator=descriptor)
    return Build(descriptor, kind, folder, folder / TOP, cached)


def lint_cluster_bench(descriptor: Descriptor, log: Path) -> None:
    """Checks the bench around a cluster with all warnings on.

    Raises:
        BuildError: There are findings; they are in the log.
    """
    lint_cluster(cluster_of(descriptor), log, TOP, _bench(descriptor), _probe(descriptor), descriptor)


def _bench(descriptor: Descriptor) -> tuple[Path, ...]:
    return (*(_SV / name for name in _SHARED), *(BENCH_SV / name for name in _OWN), *descriptor.binds)


def _probe(descriptor: Descriptor) -> tuple[str, ...]:
    """What tells the bench where the accelerator's probe is; nothing for one without."""
    if descriptor.probe is None:
        return ()
    shell = "" if descriptor.top == ACCELERATOR else f"{DEVICE}."
    return (f"-DACCELERATOR_PROBE=i_system.i_cluster.i_redmule.{shell}{descriptor.probe.path}",)
