// SPDX-License-Identifier: Apache-2.0
// Conflicts are counted here again: who has which of them, as contract C2.5 says it.

module cluster_conflict_arbiter_properties (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       wide_first_i,
  input logic [7:0] numerator_i,
  input logic [7:0] denominator_i,
  input logic       conflict_i,
  input logic       wide_wins_o
);

  logic [7:0] number_q;  // of the next conflict, modulo the denominator
  logic       priority_wins;

  assign priority_wins = numerator_i == '0 || numerator_i >= denominator_i || number_q < numerator_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) number_q <= '0;
    else if (conflict_i) number_q <= 9'(number_q) + 9'd1 < 9'(denominator_i) ? number_q + 8'd1 : '0;
  end

  always @(posedge clk_i) if (rst_ni) begin
    wins_by_number: assert (wide_wins_o == (wide_first_i ? priority_wins : !priority_wins))
      else $error("a conflict goes to the side that does not have its number (contract C2.5)");
  end

endmodule

bind cluster_conflict_arbiter cluster_conflict_arbiter_properties i_properties (.*);
