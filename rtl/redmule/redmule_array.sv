// SPDX-License-Identifier: Apache-2.0
// L rows of compute elements. W is common to the rows, X and the partial sums are each row's own.

module redmule_array
  import redmule_pkg::*;
#(
  parameter int unsigned H = 4,   // compute elements in a row
  parameter int unsigned L = 12,  // rows
  parameter int unsigned P = 3    // pipeline registers of each FMA
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      advance_i,
  input  logic [L-1:0]              busy_i,     // rows with work: the others stand still
  input  op_e  [H-1:0]              op_i,
  input  op_e  [H-1:0]              end_op_i,
  input  logic                      first_i,
  input  logic [H-1:0]              pass_i,
  input  logic [H-1:0][L-1:0][15:0] x_i,
  input  logic [H-1:0][15:0]        w_i,
  input  logic [L-1:0][15:0]        y_i,
  output logic [L-1:0][15:0]        z_o
);

  for (genvar l = 0; l < int'(L); l++) begin : gen_row
    logic [H-1:0][15:0] x;

    for (genvar h = 0; h < int'(H); h++) begin : gen_x
      assign x[h] = x_i[h][l];
    end

    redmule_row #(
      .H(H),
      .P(P)
    ) i_row (
      .clk_i,
      .rst_ni,
      .advance_i(advance_i && busy_i[l]),
      .op_i,
      .end_op_i,
      .first_i,
      .pass_i,
      .x_i  (x),
      .w_i,
      .acc_i((op_i[0] == MATMUL) ? 16'h0000 : y_i[l]),
      .acc_o(z_o[l])
    );
  end

endmodule
