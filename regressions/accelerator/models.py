# SPDX-License-Identifier: Apache-2.0
"""The bench around an accelerator, and the loop that drives one without a bench, as models."""

from collections.abc import Sequence
from pathlib import Path

from regressions.accelerator.foreign import device_flags, waivers
from regressions.accelerator.realized import realized
from regressions.accelerator.shell import dut_shell
from regressions.paths import ROOT
from regressions.simulators.model import CLOCKED, FAST_X, NO_ASSERTIONS, ONE_CODE, Model
from tb.exchange.device import Descriptor

TOP = "tb_top"
BENCH_SV = ROOT / "tb" / "sv"
BENCH_DPI = ROOT / "tb" / "dpi"
_BARE_LOOP = ROOT / "regressions" / "speed" / "bare.cpp"
_FAULTS = ROOT / "regressions" / "faults" / "loop"
_SHELL = "dut_shell.sv"

# Packages first, top last; the order matters to the compiler.
_BENCH = (
    *("rules_pkg", "bench_pkg", "tcdm_memory", "tcdm_rules", "periph_player", "periph_monitor"),
    *("periph_rules", "event_monitor", "probe_monitor", "cover_monitor", "tb_top"),
)
_DRIVEN = ("rst_n", "periph_req", "periph_add", "periph_wen", "periph_be", "periph_data", "periph_id")
_READ = ("clk", "wake", "busy", "periph_gnt_s", "periph_r_data_s", "periph_r_valid_s", "periph_r_id_s")
_FLAGS = (*CLOCKED, *ONE_CODE)
_EFFORT = "-O3"
# A statement for each gate: the compiler would take minutes to find little.
_EFFORT_OF_GATES = "-O1"


def bench_model(device: Descriptor) -> Model:
    """Return the bench around a device, under cocotb."""
    device, cpp = realized(device)
    gates = device.netlist is not None and not cpp
    return Model(
        name=device.name,
        top=TOP,
        prefix="Vtop",
        program=TOP,
        sources=(
            BENCH_SV / "bench.vlt",
            *_device(device),
            *(BENCH_SV / f"{name}.sv" for name in _BENCH),
            *device.binds,
        ),
        texts={_SHELL: dut_shell(device, bench=True), **waivers(device)},
        includes=device.includes,
        parameters={"DW": device.instance.dw, "N_CORES": device.n_cores},
        flags=(*_FLAGS, *device_flags(device)),
        driven=_DRIVEN,
        read=_READ,
        shown=tuple(sorted({path.rsplit(".", 1)[-1].partition("[")[0] for path in device.backdoor.values()})),
        cpp=(BENCH_DPI / "bench.cpp", *cpp),
        folders=(BENCH_DPI,),
        effort=_EFFORT_OF_GATES if gates else _EFFORT,
        python=True,
    )


def bare_model(device: Descriptor) -> Model:
    """Return a device in the loop of `regressions/speed`; flags as those of the bench's fastest build."""
    device, cpp = realized(device)
    return Model(
        name=device.name,
        top="dut_shell",
        prefix="Vbare",
        program="bare",
        sources=_device(device),
        texts={_SHELL: dut_shell(device, bench=False), **waivers(device)},
        includes=device.includes,
        flags=(*_FLAGS, *device_flags(device), *FAST_X),
        cpp=(_BARE_LOOP, *cpp),
        variant="bare",
    )


def faults_model(
    device: Descriptor,
    registers: Sequence[tuple[str, str]] = (),
    separate: Sequence[tuple[str, str]] = (),
) -> Model:
    """Return a device in the loop of `regressions/faults`, with these registers (module, variable) in sight.

    Those of them that are ports are separate: otherwise a net outside is the register, and the port its copy.
    Without assertions, whose registers are none of the device. No two registers are made one: each can be
    inverted alone.
    """
    return Model(
        name=device.name,
        top="dut_shell",
        prefix="Vfaults",
        program="faults",
        sources=_device(device),
        texts={_SHELL: dut_shell(device, bench=False), **waivers(device)},
        includes=device.includes,
        flags=(*ONE_CODE, f"-D{NO_ASSERTIONS}", "--no-assert", "-fno-dedup", *device_flags(device), *FAST_X),
        kept=tuple(registers),
        separate=tuple(separate),
        cpp=(_FAULTS / "faults.cpp",),
        folders=(_FAULTS / "verilated", _FAULTS, _BARE_LOOP.parent),
        link=("-pthread",),
        once="-O1",
        variant="faults",
    )


def _device(device: Descriptor) -> tuple[Path, ...]:
    return (*map(Path, waivers(device)), *device.waivers, *device.sources, Path(_SHELL))
