// SPDX-License-Identifier: Apache-2.0
// DMA, one side of a transfer: its accesses of up to eight bytes, row by row, none across a multiple of 8.

module cluster_dma_walker
  import cluster_dma_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,   // with length and rows not 0
  input  logic [31:0] add_i,
  input  logic [31:0] length_i,
  input  logic [31:0] stride_i,
  input  logic [31:0] rows_i,
  output logic        valid_o,
  output beat_t       beat_o,
  input  logic        next_i     // the access was made
);

  logic        valid_q, valid_d;
  logic [31:0] add_q, add_d, row_q, row_d, left_q, left_d, rows_q, rows_d, next_row;
  logic [3:0]  room, count;
  logic        row_ends;

  always_comb begin
    room     = 4'd8 - {1'b0, add_q[2:0]};
    count    = (left_q < 32'(room)) ? left_q[3:0] : room;
    row_ends = left_q == 32'(count);
    next_row = row_q + stride_i;
    beat_o   = '{add: {add_q[31:3], 3'b000}, offset: add_q[2:0], count: count, last: row_ends && rows_q == 32'd1};
  end

  always_comb begin
    valid_d = valid_q;
    add_d   = add_q;
    row_d   = row_q;
    left_d  = left_q;
    rows_d  = rows_q;
    if (start_i) begin
      valid_d = 1'b1;
      add_d   = add_i;
      row_d   = add_i;
      left_d  = length_i;
      rows_d  = rows_i;
    end else if (valid_q && next_i) begin
      valid_d = !beat_o.last;
      add_d   = row_ends ? next_row : add_q + 32'(count);
      row_d   = row_ends ? next_row : row_q;
      left_d  = row_ends ? length_i : left_q - 32'(count);
      rows_d  = rows_q - 32'(row_ends);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      add_q   <= '0;
      row_q   <= '0;
      left_q  <= '0;
      rows_q  <= '0;
    end else begin
      valid_q <= valid_d;
      add_q   <= add_d;
      row_q   <= row_d;
      left_q  <= left_d;
      rows_q  <= rows_d;
    end
  end

  assign valid_o = valid_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    starts_when_idle: assert (start_i -> !valid_q && length_i != '0 && rows_i != '0)
      else $error("a transfer starts while another runs, or without a byte");
    rows_have_bytes: assert (valid_q -> length_i != '0)
      else $error("the rows of a transfer that runs became empty");
    within_a_word: assert (valid_q -> beat_o.count != '0 && 5'(beat_o.offset) + 5'(beat_o.count) <= 5'd8)
      else $error("an access without bytes, or across a multiple of 8");
    bytes_are_left: assert (valid_q -> left_q >= 32'(beat_o.count) && rows_q != '0)
      else $error("an access behind the end of a row, or of the last one");
    next_of_what_is_there: assert (next_i -> valid_q)
      else $error("an access was made that was not there");
    held_until_made: assert ($past(rst_ni && valid_q && !next_i) -> valid_q && $stable(beat_o))
      else $error("the access on offer changed");
  end
`endif

endmodule
