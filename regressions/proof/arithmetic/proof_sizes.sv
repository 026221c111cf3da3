// SPDX-License-Identifier: Apache-2.0
// The product of two sizes, in the width that the tiler has for it.

module proof_sizes (
  input  logic [15:0] a_i,
  input  logic [15:0] b_i,
  output logic [31:0] result_o
);

  assign result_o = 32'(a_i) * 32'(b_i);

endmodule
