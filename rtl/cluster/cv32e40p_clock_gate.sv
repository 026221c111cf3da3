// SPDX-License-Identifier: Apache-2.0
// Clock gate cell that the core's package leaves to its user; the name is the package's.
//
// A pass-through: a core that sleeps stands still because it waits for a grant, so the gate decides its power and not
// its behaviour. With a latch here the shipped floating-point configuration hung under Verilator; an
// implementation puts its library's cell in this place.

module cv32e40p_clock_gate (
  input  logic clk_i,
  input  logic en_i,
  input  logic scan_cg_en_i,
  output logic clk_o
);

  assign clk_o = clk_i;

  logic unused;
  assign unused = en_i ^ scan_cg_en_i;

endmodule
