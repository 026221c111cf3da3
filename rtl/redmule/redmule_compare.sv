// SPDX-License-Identifier: Apache-2.0
// Compares what a pair of rows made, as a store takes it from the buffer of Z: behind everything that the two rows
// have for themselves. Bytes behind the store's last one hold what earlier jobs left, so they do not count.

module redmule_compare #(
  parameter int unsigned DW = 256  // payload bits of the port
) (
  input  logic          check_i,  // the store's job is in fault-tolerant mode
  input  logic [DW-1:0] own_i,
  input  logic [DW-1:0] twin_i,
  input  logic [15:0]   bytes_i,  // of the store, from the first byte
  output logic          differ_o
);

  logic [DW/8-1:0] differs;

  always_comb begin
    for (int unsigned b = 0; b < DW / 8; b++) differs[b] = b < 32'(bytes_i) && own_i[8*b+:8] != twin_i[8*b+:8];
  end

  assign differ_o = check_i && differs != '0;

endmodule
