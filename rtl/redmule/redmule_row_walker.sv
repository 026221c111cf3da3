// SPDX-License-Identifier: Apache-2.0
// Walks the beats of the columns of W that a tile needs, row by row. Each row is read in pieces of the port's payload.
// The next tile is taken over with the last beat of the one before, without a gap.

module redmule_row_walker
  import redmule_pkg::*;
#(
  parameter int unsigned PIECE    = 32,  // payload bytes of the port
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          init_i,
  // the next tile
  input  logic          tile_valid_i,
  input  seq_t          tile_seq_i,
  input  logic [CW-1:0] tile_job_i,
  input  logic [31:0]   tile_addr_i,
  input  logic [15:0]   tile_rows_i,   // at least 1
  input  logic [15:0]   tile_bytes_i,  // of a row, at least 1
  input  logic [31:0]   stride_i,      // bytes from row to row, of job_o
  output logic          tile_pop_o,
  // the next beat
  output logic          valid_o,
  output logic [31:0]   addr_o,
  output seq_t          seq_o,
  output logic [CW-1:0] job_o,
  output logic [15:0]   row_o,
  output logic [7:0]    piece_o,
  output logic          row_end_o,     // the row's last beat
  output logic          tile_end_o,    // the tile's last beat
  input  logic          step_i         // the beat is taken
);

  typedef logic [CW-1:0] ctx_t;

  logic        valid_q;
  seq_t        seq_q;
  ctx_t        job_q;
  logic [31:0] addr_q, row_addr_q;
  logic [15:0] row_q, rows_q, left_q, bytes_q;
  logic [7:0]  piece_q;

  assign valid_o    = valid_q;
  assign addr_o     = addr_q;
  assign seq_o      = seq_q;
  assign job_o      = job_q;
  assign row_o      = row_q;
  assign piece_o    = piece_q;
  assign row_end_o  = left_q <= 16'(PIECE);
  assign tile_end_o = row_end_o && row_q == rows_q - 16'd1;
  assign tile_pop_o = tile_valid_i && (!valid_q || (step_i && tile_end_o));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                    valid_q <= 1'b0;
    else if (init_i)                valid_q <= 1'b0;
    else if (tile_pop_o)            valid_q <= 1'b1;
    else if (step_i && tile_end_o)  valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {seq_q, job_q, addr_q, row_addr_q, row_q, rows_q, left_q, bytes_q, piece_q} <= '0;
    end else if (tile_pop_o) begin
      seq_q      <= tile_seq_i;
      job_q      <= tile_job_i;
      addr_q     <= tile_addr_i;
      row_addr_q <= tile_addr_i;
      row_q      <= '0;
      rows_q     <= tile_rows_i;
      left_q     <= tile_bytes_i;
      bytes_q    <= tile_bytes_i;
      piece_q    <= '0;
    end else if (step_i) begin
      if (row_end_o) begin
        addr_q     <= row_addr_q + stride_i;
        row_addr_q <= row_addr_q + stride_i;
        row_q      <= row_q + 16'd1;
        left_q     <= bytes_q;
        piece_q    <= '0;
      end else begin
        addr_q  <= addr_q + 32'(PIECE);
        left_q  <= left_q - 16'(PIECE);
        piece_q <= piece_q + 8'd1;
      end
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    tiles_have_beats: assert (tile_valid_i -> tile_rows_i != '0 && tile_bytes_i != '0)
      else $error("a tile without rows, or of rows without bytes");
    row_in_range: assert (valid_q -> row_q < rows_q)
      else $error("a row that the tile does not have");
    bytes_are_left: assert (valid_q -> left_q != '0 && left_q <= bytes_q)
      else $error("a piece that the row does not have");
    steps_while_valid: assert (step_i -> valid_q)
      else $error("a beat is taken that is not there");
    held_until_taken: assert (
        $past(rst_ni && valid_o && !step_i && !init_i) -> valid_o && $stable({addr_o, seq_o, row_o, piece_o}))
      else $error("the beat on offer changed");
  end
`endif

endmodule
