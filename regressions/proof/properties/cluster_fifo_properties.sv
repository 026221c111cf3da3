// SPDX-License-Identifier: Apache-2.0
// One entry is watched, any of all that are pushed: it comes out as it went in, behind those before it.

module cluster_fifo_properties #(
  parameter int unsigned DEPTH = 8,
  parameter int unsigned WIDTH = 1
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   push_i,
  input logic [WIDTH-1:0]       data_i,
  input logic                   pop_i,
  input logic [WIDTH-1:0]       data_o,
  input logic [$clog2(DEPTH):0] level_o,
  input logic                   full_o,
  input logic                   empty_o
);

  localparam int unsigned W = $clog2(DEPTH);

  logic             watch;      // any value
  logic             watched_q;
  logic [W:0]       before_q;   // entries before the watched one
  logic [WIDTH-1:0] entry_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {watched_q, before_q, entry_q} <= '0;
    end else if (watched_q) begin
      if (pop_i) begin
        watched_q <= before_q != '0;
        before_q  <= before_q - (W + 1)'(1);
      end
    end else if (push_i && watch) begin
      watched_q <= 1'b1;
      before_q  <= level_o - (W + 1)'(pop_i);
      entry_q   <= data_i;
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    comes_out_in_turn: assert (watched_q && before_q == '0 -> !empty_o && data_o == entry_q)
      else $error("an entry comes out of turn, or changed");
    level_moves: assert ($past(rst_ni) -> level_o == (W + 1)'($past(level_o) + $past(push_i) - $past(pop_i)))
      else $error("the level is not what was pushed and popped");
    level_tells: assert (full_o == (level_o == (W + 1)'(DEPTH)) && empty_o == (level_o == '0))
      else $error("full or empty against the level");
  end

endmodule

bind cluster_fifo cluster_fifo_properties #(.DEPTH(DEPTH), .WIDTH($bits(T))) i_properties (.*);
