// SPDX-License-Identifier: Apache-2.0
// The product of the fractions of two FP16 numbers, with their hidden ones, as whole numbers.

module proof_fractions (
  input  logic [15:0] a_i,
  input  logic [15:0] b_i,
  output logic [21:0] result_o
);

  assign result_o = 22'({a_i[14:10] != '0, a_i[9:0]}) * 22'({b_i[14:10] != '0, b_i[9:0]});

endmodule
