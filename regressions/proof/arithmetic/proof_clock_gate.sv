// SPDX-License-Identifier: Apache-2.0
// The cell that gates the clock of a core, as a function of its inputs.

module proof_clock_gate (
  input  logic clock_i,
  input  logic enable_i,
  input  logic scan_i,
  output logic result_o
);

  cv32e40p_clock_gate i_gate (
    .clk_i       (clock_i),
    .en_i        (enable_i),
    .scan_cg_en_i(scan_i),
    .clk_o       (result_o)
  );

endmodule
