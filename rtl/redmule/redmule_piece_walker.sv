// SPDX-License-Identifier: Apache-2.0
// Walks the beats of a tile of X, Y or Z: a piece of the port's payload of every row, then the next piece of every
// row, the order in which the array uses and makes them. The next tile is taken over with the last beat of the one
// before, without a gap.

module redmule_piece_walker
  import redmule_pkg::*;
#(
  parameter int unsigned PIECE    = 32,  // payload bytes of the port, a power of two
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
  input  logic          tile_last_i,
  input  logic [31:0]   tile_addr_i,
  input  logic [7:0]    tile_rows_i,   // at least 1
  input  logic [16:0]   tile_bytes_i,  // of a row, at least 1
  input  logic [31:0]   stride_i,      // bytes from row to row, of job_o
  output logic          tile_pop_o,
  // the next beat
  output logic          valid_o,
  output logic [31:0]   addr_o,
  output seq_t          seq_o,
  output logic [CW-1:0] job_o,
  output logic [7:0]    row_o,
  output logic [16:0]   offset_o,      // of the piece in its row, in bytes
  output logic [7:0]    piece_o,       // its number, where a row has at most 256
  output logic [15:0]   bytes_o,       // that the beat carries, at most PIECE
  output logic          piece_end_o,   // last row of the piece
  output logic          tile_end_o,    // the tile's last beat
  output logic          job_end_o,     // and the job's
  input  logic          step_i         // the beat is taken
);

  typedef logic [CW-1:0] ctx_t;

  logic        valid_q, last_q, row_end;
  seq_t        seq_q;
  ctx_t        job_q;
  logic [31:0] addr_q, piece_addr_q;
  logic [16:0] offset_q, bytes_q, left;
  logic [7:0]  row_q, rows_q;

  assign left    = bytes_q - offset_q;
  assign row_end = left <= 17'(PIECE);

  assign valid_o     = valid_q;
  assign addr_o      = addr_q;
  assign seq_o       = seq_q;
  assign job_o       = job_q;
  assign row_o       = row_q;
  assign offset_o    = offset_q;
  assign piece_o     = 8'(offset_q >> $clog2(PIECE));
  assign bytes_o     = row_end ? left[15:0] : 16'(PIECE);
  assign piece_end_o = row_q == rows_q - 8'd1;
  assign tile_end_o  = piece_end_o && row_end;
  assign job_end_o   = tile_end_o && last_q;
  assign tile_pop_o  = tile_valid_i && (!valid_q || (step_i && tile_end_o));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                    valid_q <= 1'b0;
    else if (init_i)                valid_q <= 1'b0;
    else if (tile_pop_o)            valid_q <= 1'b1;
    else if (step_i && tile_end_o)  valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {last_q, seq_q, job_q, addr_q, piece_addr_q, offset_q, bytes_q, row_q, rows_q} <= '0;
    end else if (tile_pop_o) begin
      last_q       <= tile_last_i;
      seq_q        <= tile_seq_i;
      job_q        <= tile_job_i;
      addr_q       <= tile_addr_i;
      piece_addr_q <= tile_addr_i;
      offset_q     <= '0;
      bytes_q      <= tile_bytes_i;
      row_q        <= '0;
      rows_q       <= tile_rows_i;
    end else if (step_i) begin
      if (piece_end_o) begin
        addr_q       <= piece_addr_q + 32'(PIECE);
        piece_addr_q <= piece_addr_q + 32'(PIECE);
        offset_q     <= offset_q + 17'(PIECE);
        row_q        <= '0;
      end else begin
        addr_q <= addr_q + stride_i;
        row_q  <= row_q + 8'd1;
      end
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    tiles_have_beats: assert (tile_valid_i -> tile_rows_i != '0 && tile_bytes_i != '0)
      else $error("a tile without rows, or of rows without bytes");
    row_in_range: assert (valid_q -> row_q < rows_q)
      else $error("a row that the tile does not have");
    piece_in_range: assert (valid_q -> offset_q < bytes_q && 32'(offset_q) % PIECE == 0)
      else $error("a piece that the row does not have");
    bytes_in_range: assert (valid_q -> bytes_o != '0 && bytes_o <= 16'(PIECE))
      else $error("a beat of no byte, or of more than the port takes");
    steps_while_valid: assert (step_i -> valid_q)
      else $error("a beat is taken that is not there");
    held_until_taken: assert (
        $past(rst_ni && valid_o && !step_i && !init_i) -> valid_o && $stable({addr_o, seq_o, row_o, bytes_o}))
      else $error("the beat on offer changed");
  end
`endif

endmodule
