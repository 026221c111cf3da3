// SPDX-License-Identifier: Apache-2.0
// Full level of fault tolerance: where the rows of the array lie that one of the two copies has. What comes for a row
// of the lower half goes to its twin in the upper half too, whatever the mode (as in the buffers of FT = 1). A store
// takes its row from the half that has it; in fault-tolerant mode the copy with the upper half takes the twin's, so
// that what either has in its request register has never been the other's.

module redmule_halves
  import redmule_pkg::*;
#(
  parameter int unsigned L     = 12,   // rows of the array
  parameter int unsigned DW    = 256,  // payload bits of the port
  parameter bit          UPPER = 1'b0  // the upper half of the rows is here
) (
  // loads
  input  dest_t              dest_i,
  output dest_t              dest_o,    // with the row as it is numbered here; for one that is not, no such number
  // the store on offer
  input  logic [7:0]         row_i,
  output logic [7:0]         place_o,   // in its half
  input  logic               alike_i,   // the twin's may be stored in its place
  input  logic [1:0][DW-1:0] rows_i,    // what the halves have in this place, the lower one first
  input  logic [1:0][DW-1:0] pieces_i,  // and as it goes to memory
  output logic [DW-1:0]      own_o,
  output logic [DW-1:0]      twin_o,
  output logic [DW-1:0]      piece_o
);

  localparam logic [7:0] HALF = 8'(L / 2);

  logic upper;

  always_comb begin
    dest_o = dest_i;
    if (UPPER && dest_i.src != SRC_W && dest_i.row >= HALF) dest_o.row = dest_i.row - HALF;
  end

  assign upper   = row_i >= HALF;
  assign place_o = upper ? row_i - HALF : row_i;
  assign own_o   = rows_i[upper];
  assign twin_o  = rows_i[1];
  assign piece_o = pieces_i[upper || (UPPER && alike_i)];

endmodule
