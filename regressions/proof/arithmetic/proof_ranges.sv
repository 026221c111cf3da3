// SPDX-License-Identifier: Apache-2.0
// Two ranges of bytes, which may wrap, as redmule_follow compares them, and any byte.

module proof_ranges (
  input  logic [31:0] a_i,
  input  logic [32:0] a_bytes_i,
  input  logic [31:0] b_i,
  input  logic [32:0] b_bytes_i,
  input  logic [31:0] any_i,
  output logic        in_both_o,
  output logic        result_o
);

  assign in_both_o = {1'b0, any_i - a_i} < a_bytes_i && {1'b0, any_i - b_i} < b_bytes_i;
  assign result_o  = {1'b0, b_i - a_i} < a_bytes_i || {1'b0, a_i - b_i} < b_bytes_i;

endmodule
