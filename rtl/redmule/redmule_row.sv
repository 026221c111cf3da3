// SPDX-License-Identifier: Apache-2.0
// One row of the array: H compute elements in a cascade, closed to a ring. H(P+1) partial sums circulate; the first
// element takes them from the last, or takes Y (0 for MATMUL) at the start of a tile.

module redmule_row
  import redmule_pkg::*;
#(
  parameter int unsigned H = 4,  // compute elements
  parameter int unsigned P = 3   // pipeline registers of each FMA
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               advance_i,
  input  op_e  [H-1:0]       op_i,
  input  op_e  [H-1:0]       end_op_i,
  input  logic               first_i,  // take acc_i
  input  logic [H-1:0]       pass_i,
  input  logic [H-1:0][15:0] x_i,
  input  logic [H-1:0][15:0] w_i,
  input  logic [15:0]        acc_i,
  output logic [15:0]        acc_o
);

  logic [H:0][15:0] acc;

  assign acc[0] = first_i ? acc_i : acc[H];
  assign acc_o  = acc[H];

  for (genvar h = 0; h < int'(H); h++) begin : gen_ce
    redmule_ce #(
      .P(P)
    ) i_ce (
      .clk_i,
      .rst_ni,
      .advance_i,
      .op_i    (op_i[h]),
      .end_op_i(end_op_i[h]),
      .pass_i  (pass_i[h]),
      .x_i     (x_i[h]),
      .w_i     (w_i[h]),
      .acc_i   (acc[h]),
      .acc_o   (acc[h+1])
    );
  end

endmodule
