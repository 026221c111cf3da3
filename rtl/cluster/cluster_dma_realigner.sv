// SPDX-License-Identifier: Apache-2.0
// DMA, from the bytes of accesses that were read to those that are written: what lies between two byte addresses
// of any alignment. Takes eight bytes and gives eight in every cycle.

module cluster_dma_realigner (
  input  logic        clk_i,
  input  logic        rst_ni,
  // read: `count` bytes from `offset` on
  input  logic        valid_i,
  output logic        ready_o,
  input  logic [63:0] data_i,
  input  logic [2:0]  offset_i,
  input  logic [3:0]  count_i,
  // to write: `count` bytes at `offset`
  input  logic [2:0]  offset_w_i,
  input  logic [3:0]  count_w_i,
  output logic        valid_o,    // there are so many
  input  logic        take_i,
  output logic [63:0] data_o
);

  // Up to a word that is not whole yet, one to write, and one that has just come: so nothing waits for room.
  logic [191:0] bytes_q, bytes_d, fresh;
  logic [4:0]   level_q, level_d, left;
  logic [3:0]   taken;

  always_comb begin
    valid_o = level_q >= 5'(count_w_i);
    data_o  = bytes_q[63:0] << {offset_w_i, 3'b000};
    ready_o = 6'(level_q) + 6'(count_i) <= 6'd24;
  end

  always_comb begin
    taken   = take_i ? count_w_i : '0;
    left    = level_q - 5'(taken);
    // Bytes behind the last one are 0, so that new ones can be put there.
    fresh   = 192'(data_i >> {offset_i, 3'b000}) & ((192'd1 << {count_i, 3'b000}) - 192'd1);
    bytes_d = bytes_q >> {taken, 3'b000};
    level_d = left;
    if (valid_i && ready_o) begin
      bytes_d |= fresh << {left, 3'b000};
      level_d  = left + 5'(count_i);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bytes_q <= '0;
      level_q <= '0;
    end else begin
      bytes_q <= bytes_d;
      level_q <= level_d;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    level_in_range: assert (level_q <= 5'd24)
      else $error("more bytes than there is room for");
    takes_what_is_there: assert (take_i -> valid_o && count_w_i <= 4'd8)
      else $error("bytes are written that have not been read");
    pieces_are_legal: assert (valid_i -> count_i != '0 && count_i <= 4'd8)
      else $error("a read of no byte, or of more than an access has");
    fresh_bytes_find_zeros: assert ((bytes_q >> {level_q, 3'b000}) == '0)
      else $error("bytes behind the last one are not 0");
  end
`endif

endmodule
