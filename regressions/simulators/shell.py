# SPDX-License-Identifier: Apache-2.0
"""The generated `dut_shell`: any device behind the contract's flat ports (section 4).

The bench instantiates `dut_shell`; only this file knows the device's module name and parameters.
"""

from __future__ import annotations

from tb.descriptor import Descriptor

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


def dut_shell(descriptor: Descriptor) -> str:
    """SystemVerilog text of `dut_shell` for a device."""
    width = descriptor.instance.dw + 32
    ranges = {
        "1": "",
        "evt": f"[{descriptor.n_cores - 1}:0][1:0] ",
        "enables": f"[{width // 8 - 1}:0] ",
        "data": f"[{width - 1}:0] ",
    }
    ports = ",\n".join(
        f"    {direction} logic {ranges.get(size) if size in ranges else f'[{int(size) - 1}:0] '}{name}"
        for name, direction, size in _PORTS
    )
    parameters = ",\n".join(f"      .{name}({value})" for name, value in descriptor.parameters.items())
    overrides = f" #(\n{parameters}\n  )" if parameters else ""
    return (
        f"// Generated from the descriptor of {descriptor.name}.\n"
        f"module dut_shell (\n{ports}\n);\n"
        f"  {descriptor.top}{overrides} i_device (.*);\n"
        "endmodule\n"
    )
