// SPDX-License-Identifier: Apache-2.0
// Walks the beats of X for a tile: a piece of the port's payload of every row, then the next piece of every row, the
// order in which the array uses them. A bank of the X buffer holds one such piece of all rows.

module redmule_x_walker
  import redmule_pkg::*;
#(
  parameter int unsigned PIECE = 32   // payload bytes of the port
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        init_i,
  input  logic [15:0] n_i,            // elements of a row, at least 1
  input  logic        shift_i,        // log2 of the bytes of an element
  // the next tile
  input  logic        tile_valid_i,
  input  seq_t        tile_seq_i,
  input  logic [31:0] tile_addr_i,
  input  logic [7:0]  tile_rows_i,    // at least 1
  output logic        tile_pop_o,
  // the next beat
  output logic        valid_o,
  output logic [31:0] addr_o,
  output seq_t        seq_o,
  output logic [15:0] n_o,            // first element of the piece
  output logic [7:0]  row_o,
  output logic        piece_end_o,    // last row of the piece
  input  logic        step_i          // the beat is taken
);

  logic        valid_q, tile_end;
  seq_t        seq_q;
  logic [31:0] addr_q, piece_addr_q, stride;
  logic [15:0] n_q;
  logic [16:0] n_next;
  logic [7:0]  row_q, rows_q;

  assign stride = 32'(n_i) << shift_i;
  assign n_next = 17'(n_q) + 17'(PIECE >> shift_i);

  assign valid_o     = valid_q;
  assign addr_o      = addr_q;
  assign seq_o       = seq_q;
  assign n_o         = n_q;
  assign row_o       = row_q;
  assign piece_end_o = row_q == rows_q - 8'd1;
  assign tile_end    = piece_end_o && n_next >= 17'(n_i);
  assign tile_pop_o  = tile_valid_i && (!valid_q || (step_i && tile_end));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                  valid_q <= 1'b0;
    else if (init_i)              valid_q <= 1'b0;
    else if (tile_pop_o)          valid_q <= 1'b1;
    else if (step_i && tile_end)  valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {seq_q, addr_q, piece_addr_q, n_q, row_q, rows_q} <= '0;
    end else if (tile_pop_o) begin
      seq_q        <= tile_seq_i;
      addr_q       <= tile_addr_i;
      piece_addr_q <= tile_addr_i;
      n_q          <= '0;
      row_q        <= '0;
      rows_q       <= tile_rows_i;
    end else if (step_i) begin
      if (piece_end_o) begin
        addr_q       <= piece_addr_q + 32'(PIECE);
        piece_addr_q <= piece_addr_q + 32'(PIECE);
        n_q          <= n_next[15:0];
        row_q        <= '0;
      end else begin
        addr_q <= addr_q + stride;
        row_q  <= row_q + 8'd1;
      end
    end
  end

endmodule
