// SPDX-License-Identifier: Apache-2.0
// Both copies of what knows where rows lie, side by side, of an array of twelve rows.

module proof_halves
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 64
) (
  input  logic            w_i,             // a load is of W, which has no rows
  input  logic [7:0]      row_i,           // of a load, and of the store on offer
  input  logic            alike_i,
  input  logic [DW-1:0]   rows_lower_i,
  input  logic [DW-1:0]   rows_upper_i,
  input  logic [DW-1:0]   pieces_lower_i,
  input  logic [DW-1:0]   pieces_upper_i,
  output logic [7:0]      goes_lower_o,    // the row of a load, as each copy numbers it
  output logic [7:0]      goes_upper_o,
  output logic [7:0]      place_lower_o,
  output logic [7:0]      place_upper_o,
  output logic [DW-1:0]   own_lower_o,
  output logic [DW-1:0]   own_upper_o,
  output logic [DW-1:0]   twin_lower_o,
  output logic [DW-1:0]   twin_upper_o,
  output logic [2*DW-1:0] result_o         // what goes to memory, the upper copy's first
);

  dest_t dest, dest_lower, dest_upper;

  always_comb begin
    dest     = '0;
    dest.src = w_i ? SRC_W : SRC_X;
    dest.row = row_i;
  end

  redmule_halves #(
    .L    (12),
    .DW   (DW),
    .UPPER(1'b0)
  ) i_lower (
    .dest_i  (dest),
    .dest_o  (dest_lower),
    .row_i,
    .place_o (place_lower_o),
    .alike_i,
    .rows_i  ({rows_upper_i, rows_lower_i}),
    .pieces_i({pieces_upper_i, pieces_lower_i}),
    .own_o   (own_lower_o),
    .twin_o  (twin_lower_o),
    .piece_o (result_o[DW-1:0])
  );

  redmule_halves #(
    .L    (12),
    .DW   (DW),
    .UPPER(1'b1)
  ) i_upper (
    .dest_i  (dest),
    .dest_o  (dest_upper),
    .row_i,
    .place_o (place_upper_o),
    .alike_i,
    .rows_i  ({rows_upper_i, rows_lower_i}),
    .pieces_i({pieces_upper_i, pieces_lower_i}),
    .own_o   (own_upper_o),
    .twin_o  (twin_upper_o),
    .piece_o (result_o[2*DW-1:DW])
  );

  assign goes_lower_o = dest_lower.row;
  assign goes_upper_o = dest_upper.row;

endmodule
