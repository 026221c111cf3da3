# SPDX-License-Identifier: Apache-2.0
"""The serial device with its accumulator in two instances of a module that is made here."""

import json
from pathlib import Path

from tb.descriptor import load
from tb.exchange.device import Descriptor
from tb.paths import ROOT

MODULE = "made_byte"
"""Its register is a port, so it stays a module of its own, and it has initial values of each kind."""
BITS = {"byte_o": 8, "last_q": 8, "counted_q": 4, "pipe_q": 1, "kept_q": 3 * 2}
"""Bits of registers of an instance."""
_MADE = f"""
module {MODULE} (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic [7:0] byte_i,
  output logic [7:0] byte_o = 8'h12
);
  logic [7:0]      next, last_q;
  logic [7:0]      counted_q = 8'hA5;  // its upper half is a constant
  logic [1:0]      pipe_q;             // its first bit is a wire
  logic [1:0]      kept_q [3];
  initial begin
    last_q = 8'h34;
    for (int i = 0; i < 3; i++) kept_q[i] = 2'd1;
  end
  assign next      = byte_i;
  assign pipe_q[0] = 1'b1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) byte_o <= '0;
    else         byte_o <= next;
  end
  always_ff @(posedge clk_i) begin
    last_q         <= byte_o;
    counted_q[3:0] <= counted_q[7:4];
    pipe_q[1]      <= pipe_q[0];
    kept_q[last_q[1:0] % 3] <= pipe_q;
  end
endmodule
"""
_INSTANCES = "".join(
    f"""
  {MODULE} i_{name} (
    .clk_i,
    .rst_ni,
    .byte_i(acc_d[{bits}]),
    .byte_o(acc_q[{bits}])
  );
"""
    for name, bits in (("upper", "15:8"), ("lower", "7:0"))
)


def made_device(folder: Path) -> Descriptor:
    """The device, with its sources in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    base = load("serial")
    sources = [str(source) for source in base.sources]
    place = next(i for i, source in enumerate(sources) if source.endswith("serial_engine.sv"))
    text = Path(sources[place]).read_text()
    assert text.count("w_q, acc_q, step_q}") == 2
    text = text.replace("w_q, acc_q, step_q}", "w_q, step_q}").replace("w_d, acc_d, step_d}", "w_d, step_d}")
    begin, end = text.split("\nendmodule\n")
    (folder / "serial_engine.sv").write_text(f"{begin}{_INSTANCES}\nendmodule\n{end}")
    (folder / f"{MODULE}.sv").write_text(_MADE)
    sources[place : place + 1] = [f"{MODULE}.sv", "serial_engine.sv"]
    # As a device says it that has one code for many instances.
    shared = (
        f'`verilator_config\nno_inline -module "{MODULE}"\npublic_flat_rd -module "{MODULE}" -var "byte_i"\n'
    )
    (folder / "made.vlt").write_text(shared)
    waivers = json.dumps(["made.vlt", *map(str, base.waivers)])
    path = folder / "made.toml"
    head = f'base = "{ROOT / "tb" / "duts" / "serial.toml"}"\nname = "made"\n'
    path.write_text(f"{head}waivers = {waivers}\nsources = {json.dumps(sources)}\n")
    return load(path)
