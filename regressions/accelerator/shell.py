# SPDX-License-Identifier: Apache-2.0
"""The generated `dut_shell`: any device behind the flat ports of contract A4.1.

The bench instantiates `dut_shell`; only this file knows the device's module name and parameters.
"""

from __future__ import annotations

from tb.exchange.device import MAX_CAUSES, MAX_EVENTS, Descriptor

# Name, direction, width as a function of the port's width W and the number of cores C.
_PORTS = (
    ("clk_i", "input", "1"),
    ("rst_ni", "input", "1"),
    ("test_mode_i", "input", "1"),
    ("evt_o", "output", "evt"),
    ("busy_o", "output", "1"),
    ("tcdm_req_o", "output", "1"),
    ("tcdm_gnt_i", "input", "1"),
    ("tcdm_add_o", "output", "32"),
    ("tcdm_wen_o", "output", "1"),
    ("tcdm_be_o", "output", "enables"),
    ("tcdm_data_o", "output", "data"),
    ("tcdm_r_data_i", "input", "data"),
    ("tcdm_r_valid_i", "input", "1"),
    ("periph_req_i", "input", "1"),
    ("periph_gnt_o", "output", "1"),
    ("periph_add_i", "input", "32"),
    ("periph_wen_i", "input", "1"),
    ("periph_be_i", "input", "4"),
    ("periph_data_i", "input", "32"),
    ("periph_id_i", "input", "8"),
    ("periph_r_data_o", "output", "32"),
    ("periph_r_valid_o", "output", "1"),
    ("periph_r_id_o", "output", "8"),
)
DEVICE = "i_device"
"""Name of the device's instance in a shell."""

_SLOT_BITS = 48
_PROBE_PORTS = (
    ("probe_jobs_o", "output", "32"),
    ("probe_slots_o", "output", "slots"),
    ("cover_events_o", "output", "events"),
)


def dut_shell(descriptor: Descriptor, *, bench: bool) -> str:
    """SystemVerilog text of `dut_shell` for a device.

    Args:
        descriptor: The device.
        bench: True if the bench is around it, for which the shell shows what the device's probe counts and
            the internal events it tells; a bare device has neither, since they are bound.
    """
    ports = _port_list(descriptor, (*_PORTS, *(_PROBE_PORTS if bench else ())))
    return (
        f"// Generated from the descriptor of {descriptor.name}.\n"
        f"module dut_shell (\n{ports}\n);\n"
        f"  {_instance(descriptor)}"
        f"{_probe(descriptor) + _cover(descriptor) if bench else ''}"
        "endmodule\n"
    )


def accelerator_shell(descriptor: Descriptor, name: str) -> str:
    """SystemVerilog text of a module around a device, by which a larger system instantiates it.

    Args:
        descriptor: The device.
        name: The module that the system instantiates, with the parameters H, L, P, DW and N_CORES.

    Returns:
        Empty if the device's top module has that name already.
    """
    if descriptor.top == name:
        return ""
    instance = descriptor.instance
    values = {"H": instance.h, "L": instance.l, "P": instance.p, "DW": instance.dw}
    own = ",\n".join(f"    parameter int unsigned {key} = {value}" for key, value in values.items())
    return (
        f"// Generated from the descriptor of {descriptor.name}, which gives the parameters too.\n"
        "// verilator lint_off DECLFILENAME\n"
        "// verilator lint_off UNUSEDPARAM\n"
        f"module {name} #(\n{own},\n    parameter int unsigned N_CORES = {descriptor.n_cores}\n) (\n"
        f"{_port_list(descriptor, _PORTS)}\n);\n"
        f"  {_instance(descriptor)}"
        "endmodule\n"
        "// verilator lint_on UNUSEDPARAM\n"
        "// verilator lint_on DECLFILENAME\n"
    )


def _port_list(descriptor: Descriptor, ports: tuple[tuple[str, str, str], ...]) -> str:
    width = descriptor.instance.dw + 32
    ranges = {
        "1": "",
        "evt": f"[{descriptor.n_cores - 1}:0][1:0] ",
        "enables": f"[{width // 8 - 1}:0] ",
        "data": f"[{width - 1}:0] ",
        "slots": f"[{MAX_CAUSES - 1}:0][{_SLOT_BITS - 1}:0] ",
        "events": f"[{MAX_EVENTS - 1}:0] ",
    }
    return ",\n".join(
        f"    {direction} logic {ranges.get(size) if size in ranges else f'[{int(size) - 1}:0] '}{name}"
        for name, direction, size in ports
    )


def _instance(descriptor: Descriptor) -> str:
    parameters = ",\n".join(f"      .{name}({value})" for name, value in descriptor.parameters.items())
    overrides = f" #(\n{parameters}\n  )" if parameters else ""
    return f"{descriptor.top}{overrides} {DEVICE} (.*);\n"


def _probe(descriptor: Descriptor) -> str:
    """Assignments to the ports of the probe: its outputs, or constants for a device without one."""
    if descriptor.probe is None:
        return "  assign probe_jobs_o = '0;\n  assign probe_slots_o = '0;\n"
    path = f"{DEVICE}.{descriptor.probe.path}"
    return (
        f"  assign probe_jobs_o = {path}.jobs_o;\n"
        f"  assign probe_slots_o = {MAX_CAUSES * _SLOT_BITS}'({path}.slots_o);\n"
    )


def _cover(descriptor: Descriptor) -> str:
    """Assignment to the port of internal events: the bits that the device tells, or 0."""
    if descriptor.cover is None:
        return "  assign cover_events_o = '0;\n"
    return f"  assign cover_events_o = {MAX_EVENTS}'({DEVICE}.{descriptor.cover.path}.events_o);\n"
