// SPDX-License-Identifier: Apache-2.0
// First in, first out; what was pushed can be popped in the next cycle.

module cluster_fifo #(
  parameter type         T     = logic,
  parameter int unsigned DEPTH = 8      // entries, a power of two
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   push_i,   // only while not full
  input  T                       data_i,
  input  logic                   pop_i,    // only while not empty
  output T                       data_o,   // the oldest
  output logic [$clog2(DEPTH):0] level_o,
  output logic                   full_o,
  output logic                   empty_o
);

  localparam int unsigned W = $clog2(DEPTH);

  T           entries_q[DEPTH];
  logic [W:0] written_q, read_q;

  assign level_o = written_q - read_q;
  assign empty_o = level_o == '0;
  assign full_o  = level_o == (W + 1)'(DEPTH);
  assign data_o  = entries_q[read_q[W-1:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q <= '0;
      read_q    <= '0;
    end else begin
      written_q <= written_q + (W + 1)'(push_i);
      read_q    <= read_q + (W + 1)'(pop_i);
    end
  end

  always_ff @(posedge clk_i) if (push_i) entries_q[written_q[W-1:0]] <= data_i;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    push_has_room: assert (push_i -> !full_o)
      else $error("an entry is pushed while full");
    pop_has_an_entry: assert (pop_i -> !empty_o)
      else $error("an entry is popped while empty");
    level_in_range: assert (level_o <= (W + 1)'(DEPTH))
      else $error("more entries than places");
  end
`endif

endmodule
