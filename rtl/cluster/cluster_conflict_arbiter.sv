// SPDX-License-Identifier: Apache-2.0
// Owner of the banks that the wide branch and the logarithmic branch both want: the side with priority, which yields
// in some of the cycles with a conflict, so that the other one cannot starve.
//
// Cycles with a conflict are counted modulo the denominator; the priority side has those numbered below the
// numerator, the other side the rest. So the other side loses at most `numerator` conflicts in a row, the priority side
// at most `denominator - numerator`. A numerator of 0, or one that is not below the denominator, turns the protection
// off: the priority side always wins.

module cluster_conflict_arbiter (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       wide_first_i,   // the wide branch has priority
  input  logic [7:0] numerator_i,
  input  logic [7:0] denominator_i,
  input  logic       conflict_i,     // both sides want a bank in this cycle
  output logic       wide_wins_o
);

  logic [7:0] count_q, count_d;
  logic       yields;

  always_comb begin
    yields      = numerator_i != '0 && numerator_i < denominator_i && count_q >= numerator_i;
    wide_wins_o = wide_first_i ^ yields;
  end

  always_comb begin
    count_d = count_q;
    // Also right after the denominator has become smaller than the count.
    if (conflict_i) count_d = (9'(count_q) + 9'd1 >= 9'(denominator_i)) ? '0 : count_q + 8'd1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else count_q <= count_d;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    count_in_range: assert ($past(rst_ni && conflict_i) -> count_q == '0 || count_q < $past(denominator_i))
      else $error("conflicts are not counted modulo the denominator");
    counts_conflicts: assert ($past(rst_ni && !conflict_i) -> $stable(count_q))
      else $error("a cycle without a conflict counts");
    off_means_off: assert (numerator_i == '0 || numerator_i >= denominator_i -> wide_wins_o == wide_first_i)
      else $error("the priority side yields although the protection is off (contract C2.5)");
  end
`endif

endmodule
